"""``models``: from a folder to the model in use and back. In: toy models, labels. Out: lists, verdicts, codes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from toy_bundle import write_toy_bundle

from hx_detect.batch_options import StreamScorer
from hx_detect.bundle import load_bundle
from hx_detect.bundle_places import default_bundle
from hx_detect.cli import main
from hx_detect.records import Review, Score
from hx_detect.registry import promotion
from hx_detect.registry.gate_rows import ALL_SIGNALS, GateRow, GateSet
from hx_detect.registry.lineage import DataFile, Origin
from hx_detect.registry.versions import Registry
from hx_detect.scorer import Scorer
from hx_detect.serving.model_slot import mark_of
from hx_detect.stages.language import LanguageIdentifier

NAME = "hx-es-en"
WORDS = {"malo": "negative", "bueno": "positive", "hola": "neutral"}
FILLER = ("a b", "c d", "e f", "g h", "i j", "k l", "m n", "o p", "q r", "s t", "u v", "x y", "z a", "b d")


def texts(first: str, n: int) -> list[tuple[str, str]]:
    """Text and sentiment; no two texts say nearly the same."""
    return [(f"{first}{number} {word} {FILLER[number % 14]} {first}x{number}y{number * 7}", label)
            for number in range(n) for word, label in WORDS.items()]  # fmt: skip


def blind(tables: dict[str, Any]) -> dict[str, Any]:
    """A decision that takes every text for positive, and is not sure of it."""
    for group in tables["sentiment"].values():
        for table in group.values():
            table |= {"scale": 0.1, "bias": [0.0, 0.0, 1.5]}
    return tables


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``old`` takes everything for praise, ``good`` does not, ``bad`` is as ``old``."""
    place = tmp_path_factory.mktemp("toys")

    def make(version: str, *, sees: bool) -> Path:
        return write_toy_bundle(
            place / version,
            info=lambda info: info | {"name": NAME, "version": version},
            decision=(lambda tables: tables) if sees else blind,
        )

    return {"old": make("8.0.0", sees=False), "good": make("8.1.0", sees=True), "bad": make("8.2.0", sees=False)}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telling languages apart takes a second to load: once for all tests. Speed is tested elsewhere."""
    monkeypatch.setattr("hx_detect.scorer.LanguageIdentifier", identifier)
    monkeypatch.setattr("hx_detect.registry.gate.speeds_of", lambda *_: (100.0, 100.0))


@cache
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.fixture
def registry(toys: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry with ``old`` as the current model; the frozen set is a small one of the toys' own words."""
    rows = [GateRow(text, "es", "shop", label, known=ALL_SIGNALS) for text, label in texts("f", 14)]
    monkeypatch.setattr(promotion, "frozen_set", lambda: GateSet("frozen", ("Frozen", "Congelado"), tuple(rows)))
    registry = Registry()
    registry.promote(registry.add(toys["old"]), expected=None)
    return registry


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "new.csv"
    lines = [f"{text};{label}" for text, label in texts("n", 45)]
    file.write_text("texto;sentimiento\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


QUICK = ["--resamples", "60", "--lang", "en"]


def test_from_a_folder_to_the_model_in_use_and_back(
    registry: Registry, toys: dict[str, Path], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "add", str(toys["good"]), "--who", "ana", "--lang", "en"]) == 0
    assert "hx-detect models promote hx-es-en@8.1.0" in capsys.readouterr().out
    assert load_bundle().version == "8.0.0"
    before = mark_of(None)
    assert main(["models", "promote", f"{NAME}@8.1.0", "--data", str(data), *QUICK]) == 0
    out = capsys.readouterr().out
    assert "yes Better on the held-out part of the new data" in out
    assert "Current model: hx-es-en@8.1.0" in out
    assert Path(out.rpartition("-> ")[2].strip()).is_file()
    assert load_bundle().version == "8.1.0"
    assert mark_of(None) != before, "the service looks at this mark"
    assert main(["models", "show", NAME, "--lang", "en"]) == 0
    assert "promoted; in place of hx-es-en@8.0.0" in capsys.readouterr().out
    assert main(["models", "rollback", "--why", "a test", "--lang", "es"]) == 0
    assert "Vuelve a ser la actual: hx-es-en@8.0.0" in capsys.readouterr().out
    assert default_bundle() == registry.find(f"{NAME}@8.0.0").path


def test_a_model_that_is_no_better_is_refused_unless_forced(
    registry: Registry, toys: dict[str, Path], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.add(toys["bad"])
    promote = ["models", "promote", f"{NAME}@8.2.0", "--data", str(data), *QUICK]
    assert main(promote) == 73
    err = capsys.readouterr().err
    assert "is not promoted: Not shown to be better" in err
    assert err.count("error: ") == 1
    assert load_bundle().version == "8.0.0"
    assert main([*promote, "--force"]) == 2
    assert "--force needs a reason" in capsys.readouterr().err
    assert main([*promote, "--force", "--why", "the old one is gone"]) == 0
    assert "(forced)" in capsys.readouterr().out
    assert load_bundle().version == "8.2.0"
    last = registry.events(NAME)[-1]
    assert (last["forced"], last["verdict"]["passed"]) == ("the old one is gone", False)
    assert main(["models", "show", f"{NAME}@8.2.0", "--lang", "en"]) == 0
    assert "FORCED: the old one is gone" in capsys.readouterr().out
    assert main(["models", "promote", f"{NAME}@8.2.0", "--lang", "en"]) == 70
    assert "is the current model already" in capsys.readouterr().err


def test_the_lineage_knows_the_data(
    registry: Registry, toys: dict[str, Path], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hx_detect.learning.labelled_tables import read_labelled

    sha = read_labelled([data]).files[0].sha256
    registry.add(toys["good"], Origin(f"{NAME}@8.0.0", data=(DataFile("new.csv", sha, 135, str(data)),)))
    content = data.read_bytes()
    data.write_bytes(content + b"otro;negativo\n")
    assert main(["models", "promote", f"{NAME}@8.1.0", *QUICK]) == 70
    assert "(new.csv) are not there any more, or have changed. Give them with --data" in capsys.readouterr().err
    assert main(["models", "compare", f"{NAME}@8.0.0", f"{NAME}@8.1.0", *QUICK]) == 0
    assert "are not there any more" in capsys.readouterr().err
    data.write_bytes(content)
    assert main(["models", "promote", f"{NAME}@8.1.0", *QUICK]) == 0
    assert "Better on the held-out part of the new data" in capsys.readouterr().out


def test_the_gate_reads_the_data_as_the_training_did(
    registry: Registry, toys: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hx_detect.io.rows import ReadOptions
    from hx_detect.learning.labelled_row import LabelledOptions
    from hx_detect.learning.labelled_tables import read_labelled

    file = tmp_path / "odd.txt.csv"
    file.write_text(
        "texto^tono\n" + "".join(f"{text}^{label}\n" for text, label in texts("n", 45)), encoding="utf-16-le"
    )
    how = LabelledOptions(columns={"sentiment": "tono"}, read=ReadOptions("^", "utf-16-le"), kind="review")
    sha = read_labelled([file], how).files[0].sha256
    said = promotion.reading_of(how)
    assert said == {"delimiter": "^", "encoding": "utf-16-le", "kind": "review"}
    origin = Origin(data=(DataFile("odd.txt.csv", sha, 135, str(file), how.columns, said),))
    registry.add(toys["good"], origin)
    assert main(["models", "promote", f"{NAME}@8.1.0", *QUICK]) == 0
    assert "Better on the held-out part of the new data" in capsys.readouterr().out
    given = ["--data", str(file), "--map", "sentiment=tono", "--delimiter", "^", "--encoding", "utf-16-le"]
    assert main(["models", "compare", f"{NAME}@8.0.0", f"{NAME}@8.1.0", *given, *QUICK]) == 0
    assert "Better on the held-out part of the new data" in capsys.readouterr().out


def test_compare_writes_pages_and_changes_nothing(
    registry: Registry, toys: dict[str, Path], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["models", "compare", NAME, str(toys["good"]), "--data", str(data), "--evaluation", str(data), *QUICK]
    assert main([*call, "-o", str(tmp_path / "pages"), "--map", "text=texto", "--json"]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["passed"]
    assert [one["name"] for one in verdict["sets"]] == ["frozen", "new.csv", "new"]
    assert verdict["sets"][1]["learned"] > 0, "what the new model has learned from says nothing"
    assert sorted(one.name for one in (tmp_path / "pages").iterdir()) == [
        "verdict.en.html", "verdict.en.md", "verdict.es.html", "verdict.es.md", "verdict.json",
    ]  # fmt: skip
    assert registry.find(NAME).version == "8.0.0"


def test_list_and_verify(
    registry: Registry, toys: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.add(toys["good"])
    monkeypatch.setattr("hx_detect.registry.versions.find_bundles", list)
    monkeypatch.setattr("hx_detect.registry.versions.shipped_bundle", lambda _: None)
    assert main(["models", "list", "--json"]) == 0
    assert [(one["version"], one["current"], one["installed"]) for one in json.loads(capsys.readouterr().out)] == [
        ("8.0.0", True, False),
        ("8.1.0", False, False),
    ]
    assert main(["models", "--lang", "es"]) == 0
    assert "[actual]" in capsys.readouterr().out
    assert main(["models", "verify", "--lang", "en"]) == 0
    assert capsys.readouterr().out.count("ok  hx-es-en@8.") == 2
    weights = registry.find(f"{NAME}@8.1.0").path / "model.bin"
    weights.chmod(0o644)
    weights.write_bytes(b"other")
    assert main(["models", "verify", "--json"]) == 32
    assert [one["ok"] for one in json.loads(capsys.readouterr().out)] == [True, False]
    assert main(["models", "verify", f"{NAME}@8.0.0"]) == 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (["promote", f"{NAME}@7.7.7"], 31),
        (["compare", "current", "nobody"], 31),
        (["rollback", "nobody"], 70),
        (["remove", NAME], 70),
        (["remove", "shipped"], 70),
        (["remove", f"{NAME}@7.7.7"], 31),
        (["compare", "current", f"{NAME}@8.0.0", "--map", "text"], 2),
        (["compare", "current", f"{NAME}@8.0.0", "--resamples", "0"], 2),
        (["compare", "current", f"{NAME}@8.0.0", "--data", "nowhere.csv"], 11),
        (["show"], 2),
    ],
)
def test_what_does_not_work_is_one_line(
    registry: Registry, call: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", *call]) == code
    assert capsys.readouterr().err.count("\n") <= 2
    assert registry.find(NAME).version == "8.0.0"


def test_a_version_is_removed_and_its_story_stays(
    registry: Registry, toys: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    registry.add(toys["good"])
    assert main(["models", "remove", f"{NAME}@8.1.0", "--why", "too old", "--who", "ana", "--lang", "es"]) == 0
    assert capsys.readouterr().out == f"Retirada del registro: {NAME}@8.1.0\n"
    last = registry.events(NAME)[-1]
    assert (last["event"], last["version"], last["who"], last["why"]) == ("removed", "8.1.0", "ana", "too old")
    assert not (Path(registry.store.root) / NAME / "8.1.0").exists()


def test_a_folder_has_to_be_added_first(
    registry: Registry, toys: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", str(toys["good"]), "--lang", "en"]) == 70
    assert f"hx-detect models add {toys['good']}" in capsys.readouterr().err
    assert registry.find(NAME).version == "8.0.0"


def test_a_name_serves_wherever_a_model_is_asked_for(registry: Registry) -> None:
    scorer: StreamScorer = Scorer.load(f"{NAME}@8.0.0", threads=1)
    (score,) = scorer.score_stream([Review("malo")])
    assert isinstance(score, Score)
    assert score.model_version == registry.find(NAME).version
