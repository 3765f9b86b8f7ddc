"""Objects of very many fields. In: what a request holds. Out: a refusal, before each field is made an error."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, model_validator

from hx_detect.serving.problems import Problem

MOST_FIELDS: Final = 50


def refuse_flood(thing: object) -> None:
    """Refuse an object of very many fields, an error for each of which would take seconds.

    Raises:
        Problem: 422.
    """
    if isinstance(thing, dict) and len(thing) > MOST_FIELDS:
        raise Problem(
            422, "wrong_shape",
            f"An object has more than {MOST_FIELDS} fields", f"Un objeto tiene más de {MOST_FIELDS} campos",
            cure_en="See /docs for those that there are", cure_es="Vea en /docs los que hay",
        )  # fmt: skip


class FewFields(BaseModel):
    """A request body that refuses floods by itself."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_flood(cls, content: Any) -> Any:  # noqa: ANN401 - any JSON
        refuse_flood(content)
        return content
