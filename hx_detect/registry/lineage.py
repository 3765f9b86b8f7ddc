"""What happened to the versions of a model. In: events. Out: lines of ``lineage.jsonl``, and the events again."""

from __future__ import annotations

import getpass
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from hx_detect.bundle_store import BundleStore

LINEAGE_FILE: Final = "lineage.jsonl"


@dataclass(frozen=True, slots=True)
class DataFile:
    """Data that a version was made from.

    Attributes:
        name: as shown.
        sha256: of its bytes, hexadecimal.
        rows: number of rows.
        place: where it lay, so that the gate can read its held-out part again; None where that is nobody's business.
        columns: role -> column, as given with ``--map``.
        reading: how else it was read, where that was said: ``sheet``, ``encoding``, ``blank_is_none`` …
    """

    name: str
    sha256: str
    rows: int
    place: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version comes from.

    Attributes:
        parent: ``name@version`` of the model that it was made from, or None.
        parent_checksum: of that model.
        data: what it was made from.
        recipe: settings of the training, and its seed.
        metrics: what was measured when it was made.
    """

    parent: str | None = None
    parent_checksum: str | None = None
    data: tuple[DataFile, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As in the lineage."""
        values = asdict(self)
        return {name: value for name, value in values.items() if value not in (None, (), {}, [])}


def origin_of(
    info: Mapping[str, Any], places: Mapping[str, str] | None = None, columns: Mapping[str, str] | None = None
) -> Origin:
    """What a model says of where it comes from (``lineage`` in ``bundle.json``).

    Args:
        info: ``bundle.json``.
        places: name of a data file -> where it lies, so that the gate can read its held-out part again.
        columns: role -> column, as given with ``--map``.
    """
    said = info.get("lineage") or {}
    data = tuple(
        DataFile(one["name"], one["sha256"], int(one.get("rows", one.get("texts", 0))),
                 (places or {}).get(one["name"]), dict(columns or {}))
        for one in said.get("data", [])
    )  # fmt: skip
    return Origin(said.get("parent"), said.get("parent_checksum"), data, said.get("recipe") or {})


def event(kind: str, version: str, checksum: str, who: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A new event: what happened to which version, who did it and when.

    Args:
        kind: ``added``, ``promoted``, ``rolled_back`` or ``removed``.
        version: of the model.
        checksum: of that version.
        who: who did it; None for the user of this process.
        more: further fields.
    """
    return {
        "id": secrets.token_hex(8),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who or _user(),
        "event": kind,
        "version": version,
        "checksum": checksum,
        **more,
    }


def write_event(store: BundleStore, name: str, happened: Mapping[str, Any]) -> None:
    """Add an event to a model's lineage.

    Raises:
        RegistryError: it cannot be written.
    """
    store.append(json.dumps(happened, ensure_ascii=False).encode(), name, LINEAGE_FILE)


def read_events(store: BundleStore, name: str) -> list[dict[str, Any]]:
    """The events of a model, oldest first; a line that was cut short by a crash is left out.

    Raises:
        RegistryError: the registry cannot be read.
    """
    events: list[dict[str, Any]] = []
    for line in (store.read(name, LINEAGE_FILE) or b"").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and "event" in found:
            events.append(found)
    return events


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a process without a user's name
        return "?"
