"""Versions that leave the registry. In: a version that is not current. Out: its folder gone, the lineage says so."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hx_detect.bundle_places import Pointer
from hx_detect.bundle_store import LAST_FILE, BundleStore, LocalStore, trouble_told
from hx_detect.errors import RegistryError, VersionExistsError
from hx_detect.registry.lineage import event, write_event
from hx_detect.registry.lock import writing
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.registry.versions import ModelVersion, Registry


def remove(registry: Registry, wanted: str, why: str | None = None, who: str | None = None) -> ModelVersion:
    """Take a version out of the registry; its lineage and the gate's pages stay, its number is not given again.

    The lineage says it first: what a killed process leaves of the folder, the next one that writes takes away.

    Args:
        registry: holds it.
        wanted: ``name@version``.
        why: written into the lineage.
        who: who does it; None for the user of this process.

    Raises:
        BundleNotFoundError: there is no such version.
        RegistryError: it is the current one, or not in the registry; or the place cannot be written.
        RegistryBusyError: another process is writing.
    """
    found = registry.find(wanted)
    with writing(registry.store, f"remove {found.full_name}"):
        registry.mend(found.name)
        there = [one for one in registry.versions(found.name) if one.place == found.place]
        if not there or there[0].installed:
            raise RegistryError(
                say(f"{found.place} is not in the registry", f"{found.place} no está en el registro"),
                cure=say("Only versions of the registry can be removed: hx-detect models list",
                         "Solo se pueden retirar versiones del registro: hx-detect models list"),
            )  # fmt: skip
        if there[0].current:
            raise RegistryError(
                say(f"{found.full_name} is the current model", f"{found.full_name} es el modelo actual"),
                cure=say("Promote another version or roll back, then remove it",
                         "Promueva otra versión o vuelva a la anterior, y retírela después"),
            )  # fmt: skip
        added = [one for one in registry.events(found.name)
                 if (one["event"], one.get("version")) == ("added", found.version)]  # fmt: skip
        more = {"why": why} if why else {}
        checksum = str(added[-1]["checksum"]) if added else ""
        write_event(registry.store, found.name, event("removed", found.version, checksum, who, **more))
        take_away(registry.store, found.name, found.version)
    return found


def take_away(store: BundleStore, name: str, version: str) -> None:
    """Delete a version's folder; from the first step on it does not count any more. Only for who has the lock.

    Raises:
        RegistryError: the place cannot be written.
    """
    if isinstance(store, LocalStore):
        with trouble_told(store.root):
            place = store.path / name / version
            hidden = place.with_name(f".{version}-{secrets.token_hex(8)}")  # as ``sweep`` knows what is half done
            place.rename(hidden)
            shutil.rmtree(hidden)
        return
    sums = store.read(name, version, LAST_FILE) or b""
    store.remove(name, version, LAST_FILE)
    for line in sums.decode().splitlines():
        store.remove(name, version, line[66:])


def removed_versions(events: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The versions that the lineage says were removed."""
    return frozenset(str(one.get("version")) for one in events if one["event"] == "removed")


def steps_back(pointer: Pointer, gone: frozenset[str]) -> list[dict[str, Any]]:
    """The steps that a pointer can go back to, newest last: without removed versions, none the same as the next."""
    kept = [one for one in pointer.before if one["installed"] or one["version"] not in gone]
    return [one for one, after in zip(kept, [*kept, pointer.step()][1:], strict=True) if one != after]


def check_unused(registry: Registry, name: str, version: str) -> None:
    """Refuse a version that is there, or was: what ``name@version`` stands for never changes.

    Raises:
        VersionExistsError: it is taken.
    """
    gone = version in removed_versions(registry.events(name))
    if not gone and all(one.version != version for one in registry.versions(name)):
        return
    why = (say("was removed from the registry", "se retiró del registro") if gone
           else say("exists already", "ya existe"))  # fmt: skip
    raise VersionExistsError(
        say(f"{name}@{version} {why}; versions never change", f"{name}@{version} {why}; las versiones no cambian"),
        cure=say(f"Give it another version, as {registry.next_version(name, version)}",
                 f"Dele otra versión, p. ej. {registry.next_version(name, version)}"),
    )  # fmt: skip
