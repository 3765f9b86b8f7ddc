"""``hx-detect doctor``. In: this installation. Out: one line per check, and the exit code of the first that fails."""

from __future__ import annotations

import argparse
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final

from hx_detect.errors import HxDetectError, MissingExtraError, SelfTestError, exit_code
from hx_detect.wording import say

_OLDEST: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its title, what was found, and the error where it failed."""

    title: str
    found: str
    error: HxDetectError | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``doctor``."""
    parser.add_argument("--model", metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))


def run(arguments: argparse.Namespace) -> int:
    """Run all checks; one that fails does not stop the others.

    Returns:
        0, or the exit code of the first error.
    """
    code = 0
    for check in checks(Path(arguments.model) if arguments.model else None):
        mark = "ok " if check.error is None else "NO "
        sys.stdout.write(f"{mark} {check.title}: {check.found}\n")
        if check.error is not None:
            code = code or exit_code(check.error)
            if check.error.cure:
                sys.stdout.write(f"    {check.error.cure}\n")
    sys.stdout.write(
        (say("All is well", "Todo está bien") if code == 0 else say("There are faults", "Hay fallos")) + "\n"
    )
    return code


def checks(model: Path | None) -> Iterator[Check]:
    """Python, packages, then each bundle: checksums and the golden self-test."""
    yield _check("Python", _python)
    yield _check(say("packages", "paquetes"), _packages)
    try:
        bundles = _bundles(model)
    except HxDetectError as error:
        yield Check(say("model", "modelo"), error.what, error)
        return
    for path in bundles:
        yield _check(say(f"checksums of {path.name}", f"sumas de {path.name}"), partial(_checksums, path))
        yield _check(say(f"self-test of {path.name}", f"autoprueba de {path.name}"), partial(_self_test, path))


def _check(title: str, work: Callable[[], str]) -> Check:
    try:
        return Check(title, work())
    except HxDetectError as error:
        return Check(title, error.what, error)


def _python() -> str:
    if sys.version_info < _OLDEST:
        raise HxDetectError(
            say(f"Python {platform.python_version()} is too old", f"Python {platform.python_version()} es antiguo"),
            cure=say("Install Python 3.11 or newer", "Instale Python 3.11 o posterior"),
        )
    return f"{platform.python_version()} {platform.system()} {platform.machine()}"


def _packages() -> str:
    """Versions of the packages that a plain installation needs."""
    try:
        required = metadata.requires("hx-detect") or []
    except metadata.PackageNotFoundError as error:
        raise MissingExtraError(
            say("hx-detect is not installed, only its source is there", "hx-detect no está instalado, solo su código"),
            cure="pip install .",
        ) from error
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line]
    missing = [name for name in names if _version(name) is None]
    if missing:
        raise MissingExtraError(
            say(f"Missing: {', '.join(missing)}", f"Faltan: {', '.join(missing)}"),
            cure="pip install --upgrade hx-detect",
        )
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _bundles(model: Path | None) -> list[Path]:
    from hx_detect.bundle_places import bundles_in_use

    return [model] if model is not None else bundles_in_use()


def _checksums(path: Path) -> str:
    from hx_detect.bundle import verify

    verify(path)
    return say("all files as shipped", "todos los ficheros como se entregaron")


def _self_test(path: Path) -> str:
    from hx_detect.scorer import Scorer, self_test

    started = time.perf_counter()
    scorer = Scorer.load(path)
    loaded = time.perf_counter() - started
    problems = self_test(scorer)
    if problems:
        more = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
        raise SelfTestError(
            f"{problems[0]}{more}",
            cure=say("The machine's runtime scores otherwise than ours; report it with this output",
                     "El motor de esta máquina puntúa distinto que el nuestro; comuníquelo con esta salida"),
        )  # fmt: skip
    return say(
        f"golden texts score as shipped, loaded in {loaded:.1f} s", f"puntúa como se entregó, carga en {loaded:.1f} s"
    )
