"""Words for requests of a wrong shape. In: what pydantic says. Out: places that callers know, both languages."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from hx_detect.serving.schemas import ScoreRequest
from hx_detect.serving.schemas_feedback import FeedbackRequest
from hx_detect.serving.schemas_jobs import JobFields
from hx_detect.serving.shape_words import Complaint, first_complaint

GOOD = {"text": "nadie contesta", "labels": ["ignored"]}


def complaint(model: type[BaseModel], value: Any) -> Complaint:  # noqa: ANN401 - any JSON
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return first_complaint(caught.value.errors())


@pytest.mark.parametrize(("model", "value", "field", "es"), [
    (ScoreRequest, [], "", "El cuerpo no es como debe: un objeto"),
    (ScoreRequest, {"reviews": [5]}, "reviews.0", "El campo reviews.0 no es como debe: un objeto"),
    (ScoreRequest, {"txt": 5}, "txt", "No existe el campo txt"),
    (ScoreRequest, {"options": {"lang": "fr"}}, "options.lang",
     "El campo options.lang no es como debe: uno de: es, en"),
    (FeedbackRequest, {"text": "a"}, "labels", "Falta el campo labels"),
    (FeedbackRequest, GOOD | {"labels": "x"}, "labels", "El campo labels no es como debe: un objeto o una lista"),
    (FeedbackRequest, GOOD | {"labels": {"ignored": [5]}}, "labels.ignored.0",
     "El campo labels.ignored.0 no es como debe: una cadena de texto o un objeto"),
    (FeedbackRequest, GOOD | {"labels": {"ignored": [{"start": 1}]}}, "labels.ignored.0.end",
     "Falta el campo labels.ignored.0.end"),
    (FeedbackRequest, GOOD | {"stars": 7}, "stars", "El campo stars no es como debe: 5 o menos"),
    (FeedbackRequest, GOOD | {"text": "a\0"}, "text",
     "El campo text no es como debe: un texto sin caracteres NUL ni pares suplentes a medias"),
    (FeedbackRequest, GOOD | {"who": "x" * 300}, "who", "El campo who no es como debe: como mucho 200 caracteres"),
    (JobFields, {"all_signals": "maybe"}, "all_signals", "El campo all_signals no es como debe: true o false"),
])  # fmt: skip
def test_place_and_what_is_wanted(model: type[BaseModel], value: Any, field: str, es: str) -> None:  # noqa: ANN401 - any JSON
    found = complaint(model, value)
    assert (found.field, found.es) == (field, es)
    assert found.en != found.es
    assert field in found.en


def test_what_was_sent_is_not_repeated() -> None:
    for value in ({"text": ["4111"]}, {"options": {"lang": "4111"}}, {"options": {"evidence": "4111"}}):
        assert "4111" not in str(complaint(ScoreRequest, value))


def test_kinds_without_words_of_their_own_send_to_the_documentation() -> None:
    assert first_complaint([{"loc": ("query", "x"), "type": "new_kind"}]).es == "El campo x no es como debe: vea /docs"
