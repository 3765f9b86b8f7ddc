"""A model folder: verify, read, write. In: a folder. Out: a checked ``Bundle``; or files in, a folder out."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hx_detect.bundle_places import default_bundle, find_model
from hx_detect.decision import Decision
from hx_detect.errors import BundleDamagedError, BundleNotFoundError, BundleVersionError, OutputError
from hx_detect.stages.clean import CleaningSpec
from hx_detect.stages.encode import WindowSpec
from hx_detect.stages.lexical import LexicalModel
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.own_signals import Adaptation

FORMAT_VERSION: Final = 3
"""Newest format of bundle that this release reads: heads refitted on new labels, by an adapter."""
PLAIN_FORMAT: Final = 2
"""The format of a bundle without an adapter, which earlier releases read too."""
_PRECISIONS: Final = ("f32", "bf16", None)


@dataclass(frozen=True, slots=True)
class BundleFiles:
    """The name of every file of a bundle."""

    info: str = "bundle.json"
    decision: str = "decision.json"
    tokenizer: str = "tokenizer.json"
    graph: str = "model.xml"
    weights: str = "model.bin"
    lexical: str = "lexical.safetensors"
    metrics: str = "metrics.json"
    golden: str = "golden.jsonl"
    card: str = "README.md"
    adapter: str = "adapter.safetensors"
    replay: str = "replay.safetensors"
    checksums: str = "SHA256SUMS"

    @property
    def checked(self) -> tuple[str, ...]:
        """The files of every bundle; ``adapter`` and ``replay`` are only in some, and checked where they are."""
        return (self.info, self.decision, self.tokenizer, self.graph, self.weights, self.lexical, self.metrics,
                self.golden, self.card)  # fmt: skip


FILES: Final = BundleFiles()


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A verified model folder.

    Attributes:
        path: the folder.
        checksum: SHA-256 of its list of checksums: names the bundle's exact content.
        info: ``bundle.json`` as it is.
        name: of the model.
        version: of the model.
        cleaning: how texts are cleaned.
        window: how long texts are read.
        precision: arithmetic of the graph: ``f32``, ``bf16`` or None for the runtime's choice.
        decision: calibration and thresholds.
    """

    path: Path
    checksum: str
    info: Mapping[str, Any]
    name: str
    version: str
    cleaning: CleaningSpec
    window: WindowSpec
    precision: str | None
    decision: Decision

    def file(self, name: str) -> Path:
        """The place of one of ``FILES``."""
        return self.path / name

    def lexical(self) -> LexicalModel:
        """Read the linear model over n-grams.

        Raises:
            BundleDamagedError: a tensor is missing or of another shape than ``bundle.json`` says.
        """
        from hx_detect.bundle_tensors import read_lexical

        return read_lexical(self.file(FILES.lexical), self.info)

    def adaptation(self) -> Adaptation | None:
        """Read what a refit added; None for a bundle that was not refitted.

        Raises:
            BundleDamagedError: a tensor is missing or of another shape than it must have.
        """
        from hx_detect.bundle_tensors import read_adaptation

        if self.info["format_version"] <= PLAIN_FORMAT:
            return None
        return read_adaptation(self.file(FILES.adapter), self.info, self.decision)

    def golden(self) -> list[dict[str, Any]]:
        """The texts of the self-test: objects with ``text``, perhaps ``kind`` and ``answer``, and ``score``."""
        lines = self.file(FILES.golden).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]


def verify(path: Path) -> str:
    """Compare every file of a bundle with its checksum.

    Args:
        path: the bundle's folder.

    Returns:
        SHA-256 of the list of checksums, 64 hexadecimal digits.

    Raises:
        BundleNotFoundError: there is no such folder, or no bundle in it.
        BundleDamagedError: a file is missing or differs; the message names it.
    """
    if not (path / FILES.info).is_file():
        raise BundleNotFoundError(
            say(f"There is no model in {path}", f"No hay ningún modelo en {path}"),
            cure=say(f"Name a folder that holds {FILES.info}", f"Indique una carpeta que contenga {FILES.info}"),
        )
    try:
        listed = (path / FILES.checksums).read_bytes()
        sums = {line[66:]: line[:64] for line in listed.decode("utf-8").splitlines()}
        for name in {*FILES.checked, *sums}:
            if sums.get(name) != _sha256(path / name):
                raise _damaged(path / name, say("its checksum differs", "su suma de comprobación no coincide"))
    except FileNotFoundError as error:
        raise _damaged(Path(str(error.filename)), say("it is missing", "falta")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path / FILES.checksums, str(error)) from error
    return hashlib.sha256(listed).hexdigest()


def load_bundle(path: str | Path | None = None) -> Bundle:
    """Verify a bundle and read its description.

    Args:
        path: its folder, or a name as in ``bundle_places.find_model``; None for the one in use.

    Raises:
        BundleNotFoundError: there is none.
        BundleVersionError: its format is newer than this release.
        BundleDamagedError: a file is missing, differs from its checksum, or says nonsense.
        CalibrationError: ``decision.json`` holds a value out of its range.
    """
    folder = find_model(path) if path is not None else default_bundle()
    _check_version(folder)
    checksum = verify(folder)
    info = _read_json(folder / FILES.info)
    try:
        window = WindowSpec(int(info["window"]["tokens"]), int(info["window"]["overlap"]))
        fits = 0 <= window.overlap < window.tokens - 2 and info["precision"] in _PRECISIONS
        if not fits or not info["lexical"]["orders"] or int(info["lexical"]["buckets"]) < 1:
            raise ValueError("window, precision or lexical")
        return Bundle(
            path=folder,
            checksum=checksum,
            info=info,
            name=str(info["name"]),
            version=str(info["version"]),
            cleaning=CleaningSpec.from_dict(info["cleaning"]),
            window=window,
            precision=info["precision"],
            decision=Decision.from_dict(_read_json(folder / FILES.decision)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / FILES.info, repr(error)) from error


def write_bundle(folder: Path, contents: Mapping[str, bytes | Path]) -> Path:
    """Write a bundle: all files into a temporary folder beside, checksums, then one rename.

    Args:
        folder: where it shall be; a bundle that is there already is replaced.
        contents: each name of ``FILES.checked`` with its bytes, or a file to copy.

    Returns:
        The folder.

    Raises:
        OutputError: a file is not given, or the disk refuses.
    """
    missing = [name for name in FILES.checked if name not in contents]
    if missing:
        raise OutputError(
            say(f"The model {folder} lacks {', '.join(missing)}", f"Al modelo {folder} le falta {', '.join(missing)}"),
            cure=say("Give every file", "Indique todos los ficheros"),
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            new = Path(beside) / "new"
            new.mkdir()
            for name, content in contents.items():
                data = content if isinstance(content, bytes) else content.read_bytes()
                (new / name).write_bytes(data)
            sums = "".join(f"{_sha256(new / name)}  {name}\n" for name in sorted(contents))
            (new / FILES.checksums).write_bytes(sums.encode())
            _swap(folder, new, Path(beside) / "old")
    except OSError as error:
        raise OutputError(
            say(f"{folder} cannot be written: {error}", f"No se puede escribir {folder}: {error}"),
            cure=say("Choose another folder or free space", "Elija otra carpeta o libere espacio"),
        ) from error
    return folder


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Put ``new`` in the place of ``folder``; if that fails, what was there stays."""
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _check_version(folder: Path) -> None:
    """A newer format is told before its files are looked at: they may be others."""
    if not (folder / FILES.info).is_file():
        return
    version = _read_json(folder / FILES.info).get("format_version")
    if not isinstance(version, int) or version < 1:
        raise _damaged(folder / FILES.info, f"format_version {version!r}")
    if version > FORMAT_VERSION:
        raise BundleVersionError(
            say(f"{folder} is of format {version}, this release reads up to {FORMAT_VERSION}",
                f"{folder} es de formato {version}; esta versión lee hasta el {FORMAT_VERSION}"),
            cure="pip install --upgrade hx-detect",
        )  # fmt: skip


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(path, say("not a JSON object", "no es un objeto JSON"))
    return content


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, why: str) -> BundleDamagedError:
    return BundleDamagedError(
        say(f"{path} is damaged: {why}", f"{path} está dañado: {why}"),
        cure=say("Install the model again", "Instale el modelo de nuevo"),
    )
