"""How the service runs. In: command-line values and HX_DETECT_… variables. Out: checked ``ServeSettings``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import UsageError
from hx_detect.wording import say

PREFIX: Final = "HX_DETECT_"
"""Of the environment variable of every setting: ``HX_DETECT_PORT``."""
_KIB: Final = 1 << 10
_MIB: Final = 1 << 20
_GIB: Final = 1 << 30
_UNITS: Final = {"": 1, "k": _KIB, "m": _MIB, "g": _GIB}
_TRUE: Final = ("1", "true", "yes", "on", "si", "sí")
_FALSE: Final = ("", "0", "false", "no", "off")


def default_data() -> Path:
    """Where the service keeps its database and files: ``$XDG_DATA_HOME/hx-detect``, else under the home folder."""
    base = os.environ.get("XDG_DATA_HOME")
    if base:
        return Path(base) / "hx-detect"
    try:
        return Path.home() / ".local" / "share" / "hx-detect"
    except RuntimeError:  # this user has no home
        return Path("hx-detect-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Everything that can be set; ``TABLE`` says how each is written and what it means.

    Sizes are in bytes, times in seconds unless the name says otherwise.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int | None = None
    model: Path | None = None
    database: str | None = None
    data: Path = field(default_factory=default_data)
    insecure: bool = False
    cors_origins: tuple[str, ...] = ()
    log_texts: bool = False
    mask: bool = False
    max_reviews: int = 256
    max_bytes: int = _MIB
    max_file_bytes: int = 200 * _MIB
    max_unpacked_bytes: int = 2 * _GIB
    max_file_rows: int = 1_000_000
    max_cells: int = 20_000_000
    job_days: float = 7.0
    queue_texts: int = 1024
    batch_tokens: int = 2048
    max_wait_ms: float = 2.0
    timeout_s: float = 30.0
    drain_s: float = 25.0
    unready_s: float = 1.0
    rate_per_minute: int = 0
    reload_s: float = 2.0

    def to_environment(self) -> dict[str, str]:
        """The settings as environment variables, for the worker processes: ``from_sources({}, these)`` is equal."""
        values = {setting.name: getattr(self, setting.name) for setting in TABLE}
        return {
            variable(name): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in values.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of ``TABLE``.

    Attributes:
        name: the field of ``ServeSettings``.
        parse: text to value; raises ValueError.
        wanted: what ``parse`` takes, for the error, in English and Spanish.
        en: what it means.
        es: the same in Spanish.
        letter: for which ``hx-detect serve`` shows a placeholder; empty for a switch.
    """

    name: str
    parse: Callable[[str], Any]
    wanted: tuple[str, str]
    en: str
    es: str
    letter: str = "N"

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return "--" + self.name.removesuffix("_s").removesuffix("_ms").replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def from_sources(arguments: Mapping[str, Any], environ: Mapping[str, str]) -> ServeSettings:
    """Settings from the command line, else from the environment, else their defaults.

    Args:
        arguments: values by field name; None or missing ones were not given. Texts are parsed.
        environ: environment variables.

    Raises:
        UsageError: a value is not what it must be; the message names the option or the variable.
    """
    values: dict[str, Any] = {}
    for setting in TABLE:
        given, origin = arguments.get(setting.name), setting.flag
        if given is None:
            origin = variable(setting.name)
            given = environ.get(origin) or None
        if given is not None:
            values[setting.name] = _parsed(setting, given, origin)
    settings = ServeSettings(**values)
    if settings.queue_texts < settings.max_reviews:
        raise UsageError(
            say(f"The queue of {settings.queue_texts} texts does not hold a call of {settings.max_reviews}",
                f"En la cola de {settings.queue_texts} textos no cabe una llamada de {settings.max_reviews}"),
            cure=say("Set --queue-texts at least as high as --max-reviews",
                     "Ponga --queue-texts al menos tan alto como --max-reviews"),
        )  # fmt: skip
    return settings


def _parsed(setting: Setting, given: Any, origin: str) -> Any:  # noqa: ANN401 - the type is the setting's
    try:
        return setting.parse(given) if isinstance(given, str) else given
    except (ValueError, OverflowError) as error:
        raise UsageError(
            say(f"{origin} is {given!r}, not {setting.wanted[0]}", f"{origin} es {given!r}, no {setting.wanted[1]}"),
            cure=say("See: hx-detect serve --help", "Vea: hx-detect serve --help"),
        ) from error


def _whole(low: int, high: int | None = None) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if value < low or (high is not None and value > high):
            raise ValueError(text)
        return value

    return parse


def _number(low: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not low <= value < float("inf"):
            raise ValueError(text)
        return value

    return parse


def _size(text: str) -> int:
    """Bytes: ``1048576``, ``1024k``, ``200M``, ``2GiB``."""
    plain = text.strip().lower().removesuffix("b").removesuffix("i")
    unit = plain[-1:] if plain[-1:].isalpha() else ""
    if unit not in _UNITS:
        raise ValueError(text)
    return _whole(1)(str(int(float(plain.removesuffix(unit)) * _UNITS[unit])))


def _switch(text: str) -> bool:
    if text.strip().lower() not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return text.strip().lower() in _TRUE


def _origins(text: str) -> tuple[str, ...]:
    """Origins between commas: ``https://a.example,https://b.example:8443``."""
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if any(not origin.startswith(("http://", "https://")) or origin.count("/") != 2 for origin in origins):
        raise ValueError(text)
    return origins


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text.strip()


_COUNT: Final = ("a whole number from 1", "un número entero desde 1")
_SECONDS: Final = ("a number from 0", "un número desde 0")
_BYTES: Final = ("a size such as 500k, 1M or 2G", "un tamaño como 500k, 1M o 2G")
_YES_NO: Final = ("yes or no", "sí o no")
_PLACE: Final = ("a path", "una ruta")

TABLE: Final[tuple[Setting, ...]] = (
    Setting("host", _text, ("an address", "una dirección"), "address to listen on", "dirección en la que escucha",
            "ADDRESS"),
    Setting("port", _whole(0, 65535), ("a port from 0 to 65535", "un puerto de 0 a 65535"), "port to listen on",
            "puerto en el que escucha"),
    Setting("workers", _whole(1, 256), _COUNT, "processes", "procesos"),
    Setting("threads", _whole(1, 1024), _COUNT, "cores that each process scores with (default: all, shared out)",
            "núcleos con los que puntúa cada proceso (si no, todos, repartidos)"),
    Setting("model", Path, _PLACE, "a model folder, its name, or a file that holds its path (default: the current one)",
            "carpeta o nombre de un modelo, o fichero con su ruta (si no, el actual)", "FOLDER"),
    Setting("database", _text, ("a URL", "una URL"), "URL of the store (default: a SQLite file in the data folder)",
            "URL del almacén (si no, un fichero SQLite en la carpeta de datos)", "URL"),
    Setting("data", Path, _PLACE, "folder for the store and for uploaded files",
            "carpeta del almacén y de los ficheros subidos", "FOLDER"),
    Setting("insecure", _switch, _YES_NO, "listen beyond this machine without API keys",
            "escucha más allá de esta máquina sin claves de API", ""),
    Setting("cors_origins", _origins, ("origins such as https://crm.example", "orígenes como https://crm.example"),
            "pages of other origins that may call, between commas", "orígenes de otras páginas que pueden llamar",
            "ORIGINS"),
    Setting("log_texts", _switch, _YES_NO, "write customers' words into the log", "anota los textos en el registro",
            ""),
    Setting("mask", _switch, _YES_NO, "mask personal data before it is stored",
            "enmascara los datos personales antes de guardarlos", ""),
    Setting("max_reviews", _whole(1), _COUNT, "reviews in one call", "opiniones en una llamada"),
    Setting("max_bytes", _size, _BYTES, "bytes of one call", "bytes de una llamada", "SIZE"),
    Setting("max_file_bytes", _size, _BYTES, "bytes of an uploaded file", "bytes de un fichero subido", "SIZE"),
    Setting("max_unpacked_bytes", _size, _BYTES, "bytes of an uploaded file once unpacked",
            "bytes de un fichero subido, descomprimido", "SIZE"),
    Setting("max_file_rows", _whole(1), _COUNT, "rows of an uploaded file", "filas de un fichero subido"),
    Setting("max_cells", _whole(1), _COUNT, "cells of an uploaded workbook", "celdas de un libro subido"),
    Setting("job_days", _number(0), _SECONDS, "days that scored files are kept", "días que se guardan los ficheros"),
    Setting("queue_texts", _whole(1), _COUNT, "texts that may wait; more are answered 429",
            "textos que pueden esperar; al resto se responde 429"),
    Setting("batch_tokens", _whole(1), _COUNT, "tokens that are scored together, about",
            "tokens que se puntúan juntos, más o menos"),
    Setting("max_wait_ms", _number(0), _SECONDS, "milliseconds a text waits for company",
            "milisegundos que un texto espera compañía"),
    Setting("timeout_s", _number(0.001), ("a number from 0.001", "un número desde 0.001"),
            "seconds until a waiting call is answered 504", "segundos hasta responder 504 a una llamada que espera"),
    Setting("drain_s", _number(0), _SECONDS, "seconds to finish in after SIGTERM",
            "segundos para terminar tras SIGTERM"),
    Setting("unready_s", _number(0), _SECONDS, "of these, seconds of still answering while not ready",
            "de ellos, segundos en que aún responde sin estar listo"),
    Setting("rate_per_minute", _whole(0), ("a whole number from 0", "un número entero desde 0"),
            "requests a minute of one key (0: any)", "peticiones por minuto de una clave (0: sin límite)"),
    Setting("reload_s", _number(0), _SECONDS, "seconds between looks for a new model (0: none)",
            "segundos entre búsquedas de un modelo nuevo (0: ninguna)"),
)  # fmt: skip
"""Every setting, in the order of the help."""

if {setting.name for setting in TABLE} != {one.name for one in fields(ServeSettings)}:  # pragma: no cover - a slip
    raise AssertionError("TABLE and ServeSettings differ")
