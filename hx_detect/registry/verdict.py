"""What the gate found. In: nothing. Out: ``Verdict``, its checks, and the JSON of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hx_detect.registry.gate_changes import Change
from hx_detect.registry.gate_compare import Comparison
from hx_detect.registry.signal_titles import Titles
from hx_detect.registry.versions import ModelVersion

PASSED, FAILED, UNJUDGED = "passed", "failed", "unjudged"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that promotion needs.

    Attributes:
        name: stable: ``asked``, ``no_loss``, ``tone``, ``calibration``, ``labels``, ``knows``, ``speed``, ``size``.
        state: ``passed``, ``failed``, or ``unjudged``: it could not be looked at, and does not stop the model.
        found: what was found, one line in each language: English, Spanish.
    """

    name: str
    state: str
    found: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As in ``verdict.json``."""
        return {"name": self.name, "state": self.state, "en": self.found[0], "es": self.found[1]}


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A set that was judged on.

    Attributes:
        name: stable.
        title: in English and Spanish.
        texts: that were judged on.
        unscorable: texts that one of the models could not score.
        learned: texts left out because the new model has learned from them.
        sha256: of texts and labels.
    """

    name: str
    title: tuple[str, str]
    texts: int
    unscorable: int
    learned: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model as it was judged.

    Attributes:
        checksum: of its files.
        bytes: size of its folder.
        texts_per_second: of processor time, measured in the same run as the other's.
        tone_gap: mean distance in priority between calm and furious tellings; None where there are no pairs.
    """

    name: str
    version: str
    checksum: str
    bytes: int
    texts_per_second: float
    tone_gap: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a new model may become the current one, and why.

    Attributes:
        at: when, ISO 8601.
        champion: the model in use.
        challenger: the new one.
        checks: what promotion needs.
        sets: what was judged on.
        comparisons: figure by figure.
        changes: decisions that came right or went wrong, widest apart first within each set.
        settings: seed, resamples, margins.
        titles: of own signals.
    """

    at: str
    champion: ModelSummary
    challenger: ModelSummary
    checks: tuple[Check, ...]
    sets: tuple[SetSummary, ...]
    comparisons: tuple[Comparison, ...]
    changes: tuple[Change, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Every check holds."""
        return all(check.state != FAILED for check in self.checks)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What does not hold, in English and Spanish."""
        return [check.found for check in self.checks if check.state == FAILED]

    def to_dict(self) -> dict[str, Any]:
        """The content of ``verdict.json``."""
        return {
            "passed": self.passed,
            "at": self.at,
            "champion": asdict(self.champion),
            "challenger": asdict(self.challenger),
            "checks": [check.to_dict() for check in self.checks],
            "sets": [asdict(one) for one in self.sets],
            "comparisons": [one.to_dict() for one in self.comparisons],
            "changes": [one.to_dict() for one in self.changes],
            "settings": dict(self.settings),
            "own_signals": [{"name": name, "en": en, "es": es} for name, (en, es) in self.titles.items()],
        }


def summary_of(found: ModelVersion, checksum: str, texts_per_second: float, tone_gap: float | None) -> ModelSummary:
    """A model as it was judged; its size is that of its files."""
    size = sum(file.stat().st_size for file in found.path.iterdir() if file.is_file())
    return ModelSummary(found.name, found.version, checksum, size, texts_per_second, tone_gap)
