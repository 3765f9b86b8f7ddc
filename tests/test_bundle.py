"""Model folders. In: the toy bundle, whole and spoilt. Out: a bundle, or an error that names the file and the cure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import save
from toy_bundle import toy_info, write_toy_bundle

from hx_detect.bundle import FILES, FORMAT_VERSION, load_bundle, verify, write_bundle
from hx_detect.bundle_places import default_bundle, find_bundles
from hx_detect.errors import (
    BundleDamagedError,
    BundleError,
    BundleNotFoundError,
    BundleVersionError,
    CalibrationError,
    OutputError,
)
from hx_detect.wording import set_language


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_bundle(tmp_path_factory.mktemp("models") / "toy")


@pytest.fixture
def copy(toy: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(toy, tmp_path / "copy"))


def rewrite(folder: Path, **changes: bytes) -> Path:
    """The same bundle with other contents and right checksums."""
    contents: dict[str, bytes | Path] = {name: (folder / name).read_bytes() for name in FILES.checked}
    return write_bundle(folder, contents | {getattr(FILES, name): content for name, content in changes.items()})


def test_a_bundle_says_what_it_is(toy: Path) -> None:
    bundle = load_bundle(toy)
    assert (bundle.name, bundle.version, bundle.precision) == ("toy", "0.1.0", "f32")
    assert (bundle.window.tokens, bundle.window.overlap) == (40, 8)
    assert bundle.cleaning.user == "@user"
    assert len(bundle.checksum) == 64
    assert bundle.lexical().weights.shape == (64, 24)
    assert bundle.golden() == []


def test_the_first_format_says_nothing_of_stars_in_its_wording(tmp_path: Path) -> None:
    folder = write_toy_bundle(tmp_path / "old", info=lambda info: info | {"format_version": 1},
                              decision=lambda tables: tables | {"lexical_weight": [0.5] * 19})  # fmt: skip
    bundle = load_bundle(folder)
    assert bundle.lexical().weights.shape == (64, 24)
    assert not bundle.lexical().weights[:, 19:].any()
    assert bundle.decision.lexical_weight.tolist() == [0.5] * 19 + [0.0] * 5


def test_writing_is_deterministic(toy: Path, tmp_path: Path) -> None:
    assert load_bundle(write_toy_bundle(tmp_path / "again")).checksum == load_bundle(toy).checksum


@pytest.mark.parametrize("name", FILES.checked)
def test_a_changed_byte_is_found(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes() or b" ")
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleDamagedError, match=name) as caught:
        load_bundle(copy)
    assert caught.value.cure


@pytest.mark.parametrize("name", [name for name in (*FILES.checked, FILES.checksums) if name != FILES.info])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleDamagedError, match=name):
        verify(copy)


def test_a_file_without_checksum_is_named(copy: Path) -> None:
    lines = (copy / FILES.checksums).read_text().splitlines(keepends=True)
    (copy / FILES.checksums).write_text("".join(line for line in lines if FILES.decision not in line))
    with pytest.raises(BundleDamagedError, match=FILES.decision):
        verify(copy)


def test_checksums_that_are_no_text(copy: Path) -> None:
    (copy / FILES.checksums).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleDamagedError, match=FILES.checksums):
        verify(copy)


def test_no_bundle_there(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BundleNotFoundError, match=place.name):
            load_bundle(place)


def test_a_newer_format_is_told_before_its_files_are_checked(copy: Path) -> None:
    (copy / FILES.info).write_text(json.dumps(toy_info() | {"format_version": FORMAT_VERSION + 1}))
    with pytest.raises(BundleVersionError, match=f"format {FORMAT_VERSION + 1}") as caught:
        load_bundle(copy)
    assert "upgrade" in caught.value.cure


@pytest.mark.parametrize("change", [
    {"format_version": None}, {"format_version": 0}, {"window": {"tokens": 40}},
    {"window": {"tokens": 4, "overlap": 3}},
    {"precision": "int4"}, {"lexical": {"buckets": 0, "orders": [1]}}, {"lexical": {"buckets": 64, "orders": []}},
    {"cleaning": {"stem": True}}, {"window": None},
])  # fmt: skip
def test_info_that_makes_no_sense(copy: Path, change: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=FILES.info):
        load_bundle(rewrite(copy, info=json.dumps(toy_info() | change).encode()))


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_info_that_is_no_object(copy: Path, content: bytes) -> None:
    with pytest.raises(BundleDamagedError, match=FILES.info):
        load_bundle(rewrite(copy, info=content))


def test_calibration_out_of_range(copy: Path) -> None:
    decision = json.loads((copy / FILES.decision).read_text())
    decision["mixed"]["es"]["minimum"] = 7
    with pytest.raises(CalibrationError, match=r"mixed\.es\.minimum"):
        load_bundle(rewrite(copy, decision=json.dumps(decision).encode()))


def test_lexical_of_another_shape(copy: Path, toy: Path) -> None:
    weights = load_bundle(toy).lexical().weights
    with pytest.raises(BundleDamagedError, match=FILES.lexical):
        load_bundle(rewrite(copy, lexical=save({"weights": weights[:, :3]}))).lexical()


def test_a_file_that_is_not_given(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"tokenizer\.json"):
        write_bundle(tmp_path / "new", {FILES.info: b"{}"})
    assert list(tmp_path.iterdir()) == []


def test_writing_replaces_and_leaves_nothing_beside(copy: Path) -> None:
    rewrite(copy, card=b"# New card\n")
    assert (copy / FILES.card).read_bytes() == b"# New card\n"
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]
    verify(copy)


def test_a_failed_write_keeps_the_old(copy: Path, tmp_path: Path) -> None:
    contents: dict[str, bytes | Path] = {name: (copy / name).read_bytes() for name in FILES.checked}
    with pytest.raises(OutputError, match="copy"):
        write_bundle(copy, contents | {FILES.card: tmp_path / "absent.md"})
    verify(copy)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_bundles_are_found(toy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HX_DETECT_MODELS", str(toy.parent))
    assert find_bundles()[0] == toy
    shutil.copytree(toy, tmp_path / "hx-es-en")
    monkeypatch.setenv("HX_DETECT_MODELS", str(tmp_path))
    assert default_bundle() == tmp_path / "hx-es-en"
    assert load_bundle().path == tmp_path / "hx-es-en"


def test_messages_in_spanish(tmp_path: Path) -> None:
    set_language("es")
    with pytest.raises(BundleNotFoundError, match="No hay ningún modelo"):
        load_bundle(tmp_path)
