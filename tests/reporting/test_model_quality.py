"""The quality of a model comes from its own bundle, and only if it is that very model."""

from __future__ import annotations

import json
from pathlib import Path

from hx_detect.reporting.model_quality import model_quality


def bundle(folder: Path) -> Path:
    figures = {
        "signals.ignored.f1": {"value": 0.8}, "signals.ignored.precision": {"value": 0.75},
        "signals.ignored.ece": {"value": 0.02}, "signals.rage.f1": {"value": 0.5},
        "signals.rage.precision": {"value": 0.5},
    }  # fmt: skip
    measured = {"systems": {"hx-detect": figures}, "support": {"signals": {"ignored": 53, "rage": 34}}}
    metrics = {"headline": {"ece_hx": {"es": 0.04, "en": 0.05}}, "sets": {"hx_test": {"all": measured}}}
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"name": "toy", "version": "2.0"}))
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "decision.json").write_text(json.dumps({"nps": {"promoter": 4.2, "passive": 3.2}}))
    return folder


def test_of_the_same_version(tmp_path: Path) -> None:
    found = model_quality("toy 2.0", str(bundle(tmp_path / "toy")))
    assert found.thresholds == (4.2, 3.2)
    assert found.calibration == (("en", 0.05), ("es", 0.04))
    by_name = {one.signal: one for one in found.signals}
    ignored, rage, honest = by_name["ignored"], by_name["rage"], by_name["honest"]
    assert (ignored.f1, ignored.precision, ignored.recall, ignored.weak) == (0.8, 0.75, 0.8571, False)
    assert rage.weak
    assert (honest.f1, honest.examples, honest.weak) == (None, 0, True)
    assert [one.weak for one in found.signals] == sorted((one.weak for one in found.signals), reverse=True)


def test_of_another_version_or_damaged(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "toy")
    assert model_quality("toy 1.0", str(folder)).signals == ()
    (folder / "metrics.json").write_text("{")
    assert model_quality("toy 2.0", str(folder)).thresholds is None
    assert model_quality("", None).signals == ()
