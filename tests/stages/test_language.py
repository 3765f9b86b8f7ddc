"""Language identification. In: our own sentences. Out: es, en, mixed, other, also where there is little to go by."""

from __future__ import annotations

import pytest

from hx_detect.stages.language import LanguageIdentifier


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize("text", [
    "Nadie contesta", "muy mal servicio", "Fatal, no volveré", "todo perfecto gracias", "ME HAN TIMADO",
    "La habitación estaba sucia y nadie nos ayudó en toda la noche.", "@user pésima atención http",
])  # fmt: skip
def test_spanish(identifier: LanguageIdentifier, text: str) -> None:
    guess = identifier.identify(text)
    assert (guess.code, guess.nearer) == ("es", "es")
    assert 0.5 < guess.probability <= 1


@pytest.mark.parametrize("text", [
    "Nobody answers", "awful service", "Never again", "all good thanks", "TOTAL RIP OFF",
    "The room was dirty and nobody helped us the whole night.", "@user still waiting for my refund http",
])  # fmt: skip
def test_english(identifier: LanguageIdentifier, text: str) -> None:
    guess = identifier.identify(text)
    assert (guess.code, guess.nearer) == ("en", "en")


@pytest.mark.parametrize("text", [
    "Sehr schlechter Service, nie wieder in diesem Hotel", "Très déçu, personne ne répond au téléphone",
    "Não recomendo a ninguém, péssimo atendimento", "Очень плохое обслуживание", "非常好的酒店", "خدمة سيئة جدا",
])  # fmt: skip
def test_other(identifier: LanguageIdentifier, text: str) -> None:
    guess = identifier.identify(text)
    assert guess.code == "other"
    assert guess.nearer in ("es", "en")
    assert 0.5 < guess.probability <= 1


@pytest.mark.parametrize("text", [
    "El hotel es muy bonito y la comida está buena. But the staff was rude and they did not help us at all.",
    "I was told that it was included in the price. Luego me dijeron que no y que la culpa es de la agencia.",
    "they told me that the parcel was lost and now resulta que el paquete no es de ellos y la culpa es mía",
])  # fmt: skip
def test_mixed(identifier: LanguageIdentifier, text: str) -> None:
    guess = identifier.identify(text)
    assert guess.code == "mixed"
    assert 0.9 <= guess.probability <= 1


@pytest.mark.parametrize(("text", "code"), [
    ("El check-in fue muy lento y el staff de la recepción es maleducado. Nunca más.", "es"),
    ("We stayed at La Casa de la Playa and it was lovely. They were so kind to my kids.", "en"),
])  # fmt: skip
def test_borrowed_words_do_not_make_a_mix(identifier: LanguageIdentifier, text: str, code: str) -> None:
    assert identifier.identify(text).code == code


@pytest.mark.parametrize("text", ["", "👍👍👍", "10/10", "!!! ???", "@user http"])
def test_nothing_to_go_by(identifier: LanguageIdentifier, text: str) -> None:
    guess = identifier.identify(text)
    assert (guess.code, guess.probability) == ("es", 0.5)
