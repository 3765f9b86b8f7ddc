"""What ``drift`` says. In: nothing. Out: frozen records of comparisons; ``to_dict`` is the JSON of the command."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from hx_detect.reporting.figure_values import Words

Part = Literal["input", "output", "calibration"]
Size = Literal["none", "small", "medium", "large"]
Finding = Literal["drift", "slight", "same"]

SIZES: Final[dict[str, tuple[float, float, float]]] = {
    "cramers_v": (0.1, 0.3, 0.5),
    "cohens_h": (0.2, 0.5, 0.8),
    "cliffs_delta": (0.147, 0.33, 0.474),
    "ece_difference": (0.02, 0.05, 0.1),
}
"""Where an effect is small, medium, large: Cohen (1988) for V and h, Romano et al. (2006) for delta, ours for ECE."""
LEVEL: Final = 0.05
"""A corrected p-value below this is beyond chance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing compared in two tables.

    Attributes:
        name: stable name; ``signal:NAME`` for a signal.
        part: what of the two it belongs to.
        test: of ``TESTS``.
        statistic: of the test.
        p_value: uncorrected.
        corrected: corrected for all comparisons of the run (Holm 1979).
        effect: size of the difference, signed where more and less have a meaning: above 0 the new table has more.
        measure: what ``effect`` is: a key of ``SIZES``.
        reference: what the reference has, as a number where one says it, else what is most frequent.
        new: the same of the new table.
        interval: 95 % interval of ``new - reference``, where there is one.
    """

    name: str
    part: Part
    test: str
    statistic: float
    p_value: float
    effect: float
    measure: str
    reference: float | str
    new: float | str
    interval: tuple[float, float] | None = None
    corrected: float = 1.0

    @property
    def size(self) -> Size:
        """How large the effect is, by the usual marks."""
        small, medium, large = SIZES[self.measure]
        effect = abs(self.effect)
        return "large" if effect >= large else "medium" if effect >= medium else "small" if effect >= small else "none"

    @property
    def finding(self) -> Finding:
        """``drift``: beyond chance and at least small; ``slight``: beyond chance but tiny."""
        if self.corrected >= LEVEL:
            return "same"
        return "slight" if self.size == "none" else "drift"

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {
            "name": self.name,
            "part": self.part,
            "finding": self.finding,
            "test": self.test,
            "statistic": round(self.statistic, 6),
            "p_value": float(f"{self.p_value:.4g}"),
            "p_corrected": float(f"{self.corrected:.4g}"),
            "effect": round(self.effect, 4),
            "effect_measure": self.measure,
            "effect_size": self.size,
            "reference": _value(self.reference),
            "new": _value(self.new),
            "difference_interval": None if self.interval is None else [round(end, 4) for end in self.interval],
        }


@dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A label of ``--labels`` that says neither HX nor not; its rows are left out of the calibration.

    Attributes:
        file: name of its file.
        value: as written the first time, cut at 40 characters.
        count: rows that have it.
        rows: the first five of them, from 1.
        suggestion: the known label that it is most like, or None.
    """

    file: str
    value: str
    count: int
    rows: tuple[int, ...]
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class DriftResult:
    """Two tables compared.

    Attributes:
        reference_texts, new_texts: rows of each.
        comparisons: in the order they were made.
        skipped: what could not be compared, and why.
        models: models that scored the tables; more than one makes outputs incomparable, and that is said.
        labels_left_out: rows whose label was not understood.
        unknown_labels: those labels, by file and most frequent first, 20 of a file at most.
    """

    reference_texts: int
    new_texts: int
    comparisons: tuple[Comparison, ...]
    skipped: tuple[Words, ...]
    models: tuple[str, ...] = ()
    labels_left_out: int = 0
    unknown_labels: tuple[UnknownLabel, ...] = ()

    def found(self, part: Part | None = None) -> tuple[Comparison, ...]:
        """What drifted, the largest effect (for its measure) first."""
        hits = [one for one in self.comparisons if one.finding == "drift" and part in (None, one.part)]
        return tuple(sorted(hits, key=lambda one: -abs(one.effect) / SIZES[one.measure][0]))

    @property
    def verdict(self) -> Finding:
        """The worst finding."""
        findings = {one.finding for one in self.comparisons}
        return "drift" if "drift" in findings else "slight" if "slight" in findings else "same"

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return {
            "verdict": self.verdict,
            "reference_texts": self.reference_texts,
            "new_texts": self.new_texts,
            "models": list(self.models),
            "comparisons": [one.to_dict() for one in self.comparisons],
            "skipped": [{"en": words.en, "es": words.es} for words in self.skipped],
            "labels_left_out": self.labels_left_out,
            "unknown_labels": [asdict(one) | {"rows": list(one.rows)} for one in self.unknown_labels],
        }


def _value(value: float | str) -> float | str:
    return value if isinstance(value, str) else round(value, 4)
