"""A data set of the Hugging Face hub -> a table. In: ``hf:owner/name[:config][:split]``. Out: ``Table``, its hash."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from hx_detect.errors import InputError, InputNotFoundError, MissingExtraError, UsageError
from hx_detect.io.rows import Table
from hx_detect.learning.labelled_exports import table_of
from hx_detect.wording import say

PREFIX: Final = "hf:"
_SPLITS: Final = ("train", "test", "validation", "valid", "val", "dev")


def open_hub(place: str) -> tuple[Table, str]:
    """Load a split; classes that are stored as numbers get their names.

    Args:
        place: ``hf:owner/name``, with the configuration, the split (default ``train``), or both, after colons; a local
            folder may stand for ``owner/name``.

    Returns:
        The table, and a SHA-256 (hexadecimal) of the data set's name and version.

    Raises:
        UsageError: the place is written wrongly.
        MissingExtraError: the library is not installed.
        InputError: there is no such data set, configuration or split, or it cannot be reached.
    """
    name, config, split = parts_of(place)
    try:
        import datasets
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say("The library datasets is not installed", "La biblioteca datasets no está instalada"),
            cure='pip install "hx-detect[train]"',
        ) from error
    try:
        loaded = datasets.load_dataset(name, config, split=split)
    except FileNotFoundError as error:  # DatasetNotFoundError is one
        raise InputNotFoundError(
            say(f"There is no data set {name}", f"No existe el conjunto de datos {name}"),
            cure=say("Check the name: hf:owner/name", "Compruebe el nombre: hf:propietario/nombre"),
        ) from error
    except (ValueError, OSError, RuntimeError) as error:
        raise InputError(
            say(f"{place} cannot be loaded: {_first_line(error)}", f"No se puede cargar {place}: {_first_line(error)}"),
            cure=say("Check configuration, split and connection", "Compruebe la configuración, el corte y la conexión"),
        ) from error
    records = [_named(record, loaded.features) for record in loaded]
    digest = hashlib.sha256(f"{name} {config} {split} {loaded._fingerprint}".encode()).hexdigest()
    return table_of(records, "hub"), digest


def parts_of(place: str) -> tuple[str, str | None, str]:
    """Name, configuration (or None) and split of ``hf:owner/name[:config][:split]``.

    Raises:
        UsageError: there is no name, or too many parts.
    """
    name, *rest = place.removeprefix(PREFIX).split(":")
    if not name or len(rest) > 2 or not all(rest):
        raise UsageError(
            say(f"{place} is no data set of the hub", f"{place} no es un conjunto de datos del hub"),
            cure=say("Write hf:owner/name[:config][:split]", "Escriba hf:propietario/nombre[:config][:corte]"),
        )
    if len(rest) == 2:
        return name, rest[0], rest[1]
    if rest and rest[0] in _SPLITS:
        return name, None, rest[0]
    return name, rest[0] if rest else None, "train"


def _named(record: dict[str, Any], features: Any) -> dict[str, Any]:  # noqa: ANN401 - datasets is untyped
    return {field: _with_names(value, (features or {}).get(field)) for field, value in record.items()}


def _with_names(value: Any, feature: Any) -> Any:  # noqa: ANN401 - datasets is untyped
    """The names of classes instead of their numbers."""
    if hasattr(feature, "int2str"):
        return feature.int2str(value) if isinstance(value, int) and value >= 0 else None
    inner = getattr(feature, "feature", None)
    if isinstance(value, list) and hasattr(inner, "int2str"):
        return [_with_names(item, inner) for item in value]
    return value


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
