"""Suggestions -> tasks of Label Studio, records of Argilla. In: ``Suggestion`` records. Out: JSON values, a config.

What the two tools export is read by ``hx-detect train`` and ``hx-detect data check``. The model's guess is left out on
purpose: people who see it agree with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from hx_detect.labelling.guideline import RULES
from hx_detect.labelling.guideline import SIGNALS as MEANINGS
from hx_detect.labelling.reasons import reason
from hx_detect.labelling.suggest import Suggestion
from hx_detect.labels import SENTIMENTS, SIGNALS, STAGES, SignalLabel, display
from hx_detect.wording import language, say

_COLOURS: Final = {"hx": "#b53d08", "cause": "#8a6400", "outcome": "#7d2a68", "cx": "#05628f"}
_ALL_SENTIMENTS: Final = (*SENTIMENTS, "mixed")


def label_studio_tasks(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """Tasks to import ("Import", or the API's ``/import``), in order."""
    return [{"data": _about(one)} for one in suggestions]


def label_studio_config() -> str:
    """The labelling interface ("Settings", "Labeling Interface", "Code"), in the user's language."""
    signals = "\n".join(_label(one) for one in SIGNALS)
    header = quoteattr(say("Mark the words that prove a signal", "Marque las palabras que prueban una señal"))
    return (
        "<View>\n"
        f"  <Header value={header}/>\n"
        f'  <Labels name="signals" toName="text">\n{signals}\n  </Labels>\n'
        '  <Text name="text" value="$text"/>\n'
        '  <Choices name="sentiment" toName="text" choice="single" showInline="true" required="true">\n'
        f"{_choices(_ALL_SENTIMENTS)}\n  </Choices>\n"
        f'  <Choices name="stage" toName="text" choice="single" showInline="true">\n{_choices(STAGES)}\n  </Choices>\n'
        "</View>\n"
    )


def argilla_records(suggestions: Sequence[Suggestion]) -> Iterator[dict[str, Any]]:
    """Records (``rg.Record.from_dict``, ``dataset.records.log``), in order."""
    for one in suggestions:
        about = _about(one)
        yield {
            "id": about["id"] or f"row-{one.review.row}",
            "fields": {"text": about.pop("text")},
            "metadata": {name: value for name, value in about.items() if value is not None and name != "id"},
        }


def argilla_settings() -> dict[str, Any]:
    """The dataset's settings (``rg.Settings.from_json`` has the same parts), in the user's language."""
    lang = language()
    place = 0 if lang == "es" else 1
    signals = [
        {"value": one.name, "text": display(one.name, lang), "description": MEANINGS[one.name][place]}
        for one in SIGNALS
    ]
    return {
        "guidelines": "\n".join(f"- {rule[place]}" for rule in RULES),
        "allow_extra_metadata": True,
        "fields": [_text_field()],
        "questions": [
            _question("sentiment", say("Sentiment", "Sentimiento"), "label_selection", _options(_ALL_SENTIMENTS), True),
            _question("signals", say("Signals", "Señales"), "multi_label_selection", signals, False),
            _question("evidence", say("Evidence", "Evidencia"), "span", signals, False),
            _question("stage", say("Stage", "Etapa"), "label_selection", _options(STAGES), False),
        ],
    }


def _about(suggestion: Suggestion) -> dict[str, Any]:
    review = suggestion.review
    return {
        "id": review.id,
        "text": review.text,
        "row": review.row,
        "rank": suggestion.rank,
        "language": suggestion.language,
        "kind": suggestion.kind,
        "reason_en": reason(suggestion, "en"),
        "reason_es": reason(suggestion, "es"),
    }


def _label(signal: SignalLabel) -> str:
    hint = f"{display(signal.name, language())}: {say(MEANINGS[signal.name][1], MEANINGS[signal.name][0])}"
    return f'    <Label value="{signal.name}" background="{_COLOURS[signal.group]}" hint={quoteattr(hint)}/>'


def _choices(names: Sequence[str]) -> str:
    return "\n".join(f'    <Choice value="{name}" hint={quoteattr(display(name, language()))}/>' for name in names)


def _options(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"value": name, "text": display(name, language())} for name in names]


def _text_field() -> dict[str, Any]:
    settings = {"type": "text", "use_markdown": False}
    return {"name": "text", "title": say("Text", "Texto"), "required": True, "settings": settings}


def _question(name: str, title: str, kind: str, options: list[dict[str, Any]], required: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {"type": kind, "options": options}
    if kind == "span":
        settings |= {"field": "text", "allow_overlapping": True}
    return {"name": name, "title": title, "required": required, "settings": settings}
