"""A correction as sent -> the row that is stored. In: request, its text's earlier row. Out: a row, by offsets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any
from uuid import uuid4

from hx_detect.labels import KINDS, LEVELS, SENTIMENTS, SIGNAL_INDEX, SIGNALS, STAGES
from hx_detect.serving.mask import Masked, mask
from hx_detect.serving.problems import Problem
from hx_detect.serving.schemas_feedback import FeedbackRequest, Stretch
from hx_detect.serving.store.tables import Feedback, now
from hx_detect.stages.clean import CleaningSpec, clean
from hx_detect.stages.language import LanguageIdentifier

Labels = dict[str, list[tuple[int, int]]]


def correction_row(
    request: FeedbackRequest,
    earlier: Feedback | None,
    *,
    masking: bool,
    key_name: str,
    idempotency_key: str | None,
    own: Sequence[str] = (),
) -> Feedback:
    """The row of a correction.

    Args:
        request: as sent; has a text, or ``earlier`` has.
        earlier: the row of the same text, where the request names only its id.
        masking: take personal data out of the text and of the reason first.
        key_name: of the caller.
        idempotency_key: the caller's word for this request.
        own: names of the signals that the model brings along.

    Raises:
        Problem: 422 for a label, sentiment … that does not exist, for evidence that is not in the text, and where
            nothing says what the sentiment is.
    """
    check_names(request, own)
    given = request.text if request.text is not None else str(earlier.text if earlier else "")
    if not given.strip():
        raise _empty()
    labels = located(request.labels, given, own)
    sentiment = request.sentiment or implied_sentiment(labels)
    if sentiment is None:
        raise _no_sentiment()
    stored = mask(given) if masking else Masked(given, ())
    why = mask(request.why).text if masking and request.why else request.why
    model = request.model
    return Feedback(
        id=str(uuid4()),
        created=now(),
        review_id=request.id if request.text is not None or earlier is None else earlier.review_id or earlier.id,
        text=stored.text,
        text_hash=sha256(stored.text),
        language=request.language or (earlier.language if earlier else nearer_language(given)),
        kind=request.kind or (earlier.kind if earlier else None),
        labels={name: [stored.stretch(*place) for place in places] for name, places in labels.items()},
        sentiment=sentiment,
        stage=request.stage,
        stars=request.stars,
        level=request.level,
        who=request.who,
        why=why,
        model_name=model.name if model else None,
        model_version=model.version if model else None,
        key_name=key_name,
        masked=bool(stored.found) or bool(masking and earlier and earlier.masked),
        idempotency_key=idempotency_key,
        request_hash=request_hash(request.model_copy(update={"text": request.text and stored.text, "why": why})),
    )


def request_hash(request: FeedbackRequest) -> str:
    """The same for the same request, however its JSON was laid out.

    Of a masked text only the masked one goes in: from a hash of the whole a telephone number could be found by trying.
    """
    return sha256(json.dumps(request.model_dump(mode="json"), sort_keys=True))


def check_names(request: FeedbackRequest, own: Iterable[str] = ()) -> None:
    """Nothing, if every label, sentiment, stage, kind and level exists.

    Args:
        request: as sent.
        own: names of the signals that the model brings along.

    Raises:
        Problem: 422 that names the first that does not, and the nearest that does.
    """
    signals = (*SIGNAL_INDEX, *own)
    given: list[tuple[str, str | None, Collection[str]]] = [("labels", name, signals) for name in request.labels]
    given += [
        ("sentiment", request.sentiment, (*SENTIMENTS, "mixed")),
        ("stage", request.stage, STAGES),
        ("kind", request.kind, KINDS),
        ("level", request.level, LEVELS),
    ]
    for field, value, known in given:
        if value is not None and value not in known:
            raise _unknown(field, value, known)


def located(
    labels: Mapping[str, Iterable[str | Stretch]] | Iterable[str], text: str, own: Iterable[str] = ()
) -> Labels:
    """Each signal's evidence as [start, end), in the order of ``labels.SIGNALS``; repetitions stand once.

    Args:
        labels: signal -> evidence, or signals alone.
        text: that the evidence is in.
        own: names of the signals that the model brings along; they come last.

    Raises:
        Problem: 422 for evidence that is not in the text.
    """
    given = labels if isinstance(labels, Mapping) else {name: () for name in labels}
    return {
        name: sorted({_place(stretch, text, name) for stretch in given[name]})
        for name in (*SIGNAL_INDEX, *own)
        if name in given
    }  # fmt: skip


def implied_sentiment(labels: Collection[str]) -> str | None:
    """What the signals say of the sentiment, by their groups: wrongs are negative, ``cx`` is positive.

    A model's own signals say nothing of it; None where there are no others.
    """
    groups = {SIGNALS[SIGNAL_INDEX[name]].group for name in labels if name in SIGNAL_INDEX}
    if not groups:
        return None if labels else "neutral"
    if groups == {"cx"}:
        return "positive"
    return "mixed" if "cx" in groups else "negative"


def nearer_language(text: str) -> str:
    """Spanish or English, whichever is nearer."""
    return _identifier().identify(clean(text, CleaningSpec()).text).nearer


def sha256(text: str) -> str:
    """Hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


def _place(stretch: str | Stretch, text: str, name: str) -> tuple[int, int]:
    if isinstance(stretch, str):
        start = text.find(stretch)
        end = start + len(stretch)
    else:
        start, end = stretch.start, stretch.end
    agrees = isinstance(stretch, str) or stretch.text in (None, text[start:end])
    if 0 <= start < end <= len(text) and agrees:
        return start, end
    raise Problem(
        422, "evidence_not_in_text",
        f"A stretch given as evidence of {name} is not in the text",
        f"Un fragmento dado como prueba de {name} no está en el texto",
        cure_en="Copy it character for character, or give start and end in code points with start < end",
        cure_es="Cópielo carácter por carácter, o indique start y end en puntos de código con start < end",
        field=f"labels.{name}",
    )  # fmt: skip


def _unknown(field: str, value: str, known: Collection[str]) -> Problem:
    nearest = get_close_matches(value, known, n=1, cutoff=0.4)
    names = ", ".join(known)
    extra: dict[str, Any] = {"field": field, "value": value, "nearest": nearest[0] if nearest else None}
    meant = (f"Did you mean {nearest[0]}? ", f"¿Quería decir {nearest[0]}? ") if nearest else ("", "")
    return Problem(
        422, "unknown_label",
        f"{field}: there is no {value!r}", f"{field}: no existe {value!r}",
        cure_en=f"{meant[0]}One of: {names}", cure_es=f"{meant[1]}Uno de: {names}",
        **extra,
    )  # fmt: skip


def _no_sentiment() -> Problem:
    return Problem(
        422, "no_sentiment",
        "Signals of the model's own say nothing of the sentiment",
        "Las señales propias del modelo no dicen nada del sentimiento",
        cure_en="Send sentiment as well", cure_es="Envíe también sentiment",
        field="sentiment",
    )  # fmt: skip


def _empty() -> Problem:
    return Problem(
        422, "empty",
        "The text is empty", "El texto está vacío",
        cure_en="Send the words that are corrected", cure_es="Envíe las palabras que se corrigen",
        field="text",
    )  # fmt: skip
