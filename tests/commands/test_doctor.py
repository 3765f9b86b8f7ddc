"""``doctor`` and ``models`` over bundles that are good, damaged, too new, or not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from hx_detect import bundle_places
from hx_detect.cli import main
from hx_detect.commands import doctor
from hx_detect.commands.models import headline
from hx_detect.errors import BundleDamagedError, BundleVersionError


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder that describes itself as a bundle."""
    folder = tmp_path / "hx-es-en"
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"name": "hx-es-en", "version": "1.2.3", "languages": ["es", "en"]}))
    (folder / "metrics.json").write_text(
        json.dumps({"headline": {"umsab": {"es": 66.1, "en": 72.5}, "hx_auroc": 0.96}})
    )
    return folder


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts others in the place of the installed models, their checksums and the scorer."""

    def put(folders: list[Path], fault: Exception | None = None, problems: tuple[str, ...] = ()) -> None:
        def verify(_: Path) -> None:
            if fault is not None:
                raise fault

        loader = type("Scorer", (), {"load": staticmethod(lambda path: path)})
        monkeypatch.setattr(bundle_places, "shipped_bundles", lambda: folders)
        monkeypatch.setattr("hx_detect.bundle.verify", verify)
        monkeypatch.setattr("hx_detect.scorer.Scorer", loader)
        monkeypatch.setattr("hx_detect.scorer.self_test", lambda _: list(problems))
        monkeypatch.setattr(doctor, "_packages", lambda: "numpy 2.0")

    return put


Install = Callable[..., None]


def test_all_well(install: Install, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install([bundle])
    assert main(["doctor", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.count("ok  ") == 4
    assert out.endswith("All is well\n")


@pytest.mark.parametrize(
    ("fault", "code"),
    [(BundleDamagedError("model.bin: checksum differs", cure="Install it again"), 32),
     (BundleVersionError("format 9 is newer than 1", cure="Update hx-detect"), 33)],
)  # fmt: skip
def test_damaged_and_too_new(
    install: Install, bundle: Path, fault: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    install([bundle], fault)
    assert main(["doctor", "--lang", "es"]) == code
    out = capsys.readouterr().out
    assert f"NO  sumas de hx-es-en: {str(fault).split('. ')[0]}" in out
    assert out.endswith("Hay fallos\n")


def test_self_test_fails(install: Install, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install([bundle], problems=("text 3: 0.91, shipped 0.84", "text 4: …"))
    assert main(["doctor", "--lang", "en", "--model", str(bundle)]) == 34
    assert "text 3: 0.91, shipped 0.84 (+1)" in capsys.readouterr().out


def test_no_model(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install([])
    assert main(["doctor", "--lang", "en"]) == 31
    assert main(["models", "--lang", "en"]) == 31
    assert "No model is installed" in capsys.readouterr().err


def test_packages_that_are_missing_are_named(
    install: Install, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = doctor._packages
    install([])
    monkeypatch.setattr(doctor, "_packages", real)
    wanted = ["pytest>=1", "no-such-package[x]>=2; python_version>'3'", "torch; extra == 'train'"]
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    main(["doctor", "--lang", "en"])
    assert "NO  packages: Missing: no-such-package\n" in capsys.readouterr().out


def test_models(install: Install, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install([bundle])
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("hx-es-en 1.2.3  0.0 MB  es, en\n")
    assert "  umsab.es: 66.1\n" in out
    assert main(["models", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["metrics"] == {"umsab.es": 66.1, "umsab.en": 72.5, "hx_auroc": 0.96}
    assert found["bytes"] == sum(path.stat().st_size for path in bundle.iterdir())


@pytest.mark.parametrize("content", ["{", "[]"])
def test_models_damaged(install: Install, bundle: Path, content: str) -> None:
    (bundle / "bundle.json").write_text(content)
    install([bundle])
    assert main(["models"]) == 32


def test_headline_without_a_headline() -> None:
    assert headline({"auroc": 0.9, "by_language": {"es": 1}, "ok": True}) == {"auroc": 0.9}
