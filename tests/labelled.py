"""Labelled examples for tests. In: a text and its labels. Out: an ``Example``, made as real annotations are."""

from __future__ import annotations

from typing import Any

from hx_detect.learning.datasets import cleaner
from hx_detect.learning.examples import Example, annotation_example


def labelled(text: str, lang: str = "es", **values: Any) -> Example:  # noqa: ANN401 - fields of an annotation record
    """An example; ``labels`` maps signals to verbatim stretches."""
    record: dict[str, Any] = {
        "id": text[:12],
        "text": text,
        "lang": lang,
        "kind": "review",
        "sentiment": "neutral",
        "stage": "none",
        "labels": {},
    }
    return annotation_example(record | values, cleaner(), lambda _: "review")


IGNORED = {"ignored": ["nadie contesta"]}


def small_set() -> list[Example]:
    """Twelve texts in two languages; the fake scorer reads ``nadie`` and ``gracias``."""
    return [
        *(
            labelled(
                f"Llamé {n} veces y nadie contesta", labels=IGNORED, sentiment="negative", stage="support", stars=1
            )
            for n in range(4)
        ),
        labelled("nadie fue grosero conmigo", sentiment="positive", stars=4),
        labelled("Muchas gracias por todo", sentiment="positive", stage="support", stars=5),
        labelled("Ni bien ni mal", sentiment="mixed", stars=3),
        labelled("I wrote twice and nadie contesta", "en", labels=IGNORED, sentiment="negative", stars=1),
        labelled("Nobody answers me", "en", labels={"ignored": ["Nobody answers"]}, sentiment="negative", stars=2),
        labelled("gracias, lovely people", "en", labels={"kind": ["lovely people"]}, sentiment="positive", stars=5),
        labelled("It is a shop", "en", stars=3),
        labelled("Open on Sundays", "en", stars=3),
    ]
