"""The registry of models. In: model folders, names and versions. Out: versions that never change, and the current one.

A registry is a folder, here or behind an fsspec URL::

    <root>/<name>/<version>/        a model folder; its files never change
    <root>/<name>/current.json      which version is used, and those before it; exchanged in one step
    <root>/<name>/lineage.jsonl     who added, promoted, rolled back and removed what, when, why and from which data
    <root>/<name>/verdicts/         pages of the gate

The model that came with the package counts as a version without being copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hx_detect.bundle import load_bundle, verify
from hx_detect.bundle_places import (
    CURRENT,
    NAME,
    POINTER_FILE,
    SHIPPED,
    Pointer,
    default_bundle,
    find_bundles,
    read_pointer,
    registry_root,
    shipped_bundle,
    version_folder,
    version_of,
)
from hx_detect.bundle_store import LAST_FILE, BundleStore, LocalStore, open_store
from hx_detect.errors import BundleDamagedError, BundleNotFoundError, RegistryError
from hx_detect.registry.lineage import Origin, event, origin_of, read_events, write_event
from hx_detect.registry.lock import writing
from hx_detect.registry.naming import VERDICTS, check_names, version_key
from hx_detect.registry.removal import check_unused, removed_versions, steps_back, take_away
from hx_detect.wording import say

MOST_BEFORE: Final = 100
"""Steps back that a pointer remembers."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a model.

    Attributes:
        store: where it lies.
        parts: its folder there.
        installed: it came with the package (or lies in ``$HX_DETECT_MODELS``), not in the registry.
        current: it is the one in use for its name.
    """

    name: str
    version: str
    store: BundleStore
    parts: tuple[str, ...] = ()
    installed: bool = False
    current: bool = False

    @property
    def path(self) -> Path:
        """A local folder with its files; those of a registry behind a URL are fetched once.

        Raises:
            BundleNotFoundError: it is not there any more.
        """
        found = self.store.folder(*self.parts)
        return found if found is not None else version_folder(self.store, self.name, self.version)

    @property
    def place(self) -> str:
        """Its folder, for messages."""
        return "/".join((self.store.root.rstrip("/"), *self.parts))

    @property
    def full_name(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


class Registry:
    """Versions of models at one place.

    Args:
        root: folder or fsspec URL; None for ``$HX_DETECT_REGISTRY`` or the user's own.
    """

    def __init__(self, root: str | None = None) -> None:
        self.store = open_store(root or registry_root())

    def names(self) -> list[str]:
        """All models, of the registry and installed."""
        kept = [name for name in self.store.names() if NAME.fullmatch(name)]
        return sorted({*kept, *(path.name for path in find_bundles())})

    def versions(self, name: str) -> list[ModelVersion]:
        """All versions of a model, oldest number first."""
        pointer = self.pointer(name)
        found: list[ModelVersion] = []
        for version in self.store.names(name):
            if version != VERDICTS and self.store.read(name, version, LAST_FILE) is not None:
                current = pointer is not None and not pointer.installed and pointer.version == version
                found.append(ModelVersion(name, version, self.store, (name, version), current=current))
        installed = shipped_bundle(name)
        if installed is not None:
            current = pointer is None or pointer.installed
            store = LocalStore(str(installed))
            found.append(ModelVersion(name, version_of(installed), store, installed=True, current=current))
        return sorted(found, key=lambda one: (version_key(one.version), one.installed))

    def pointer(self, name: str) -> Pointer | None:
        """What the registry says is current for a name; None where it says nothing: then it is the installed one."""
        return read_pointer(self.store, name)

    def find(self, wanted: str) -> ModelVersion:
        """A version by ``name@version``, name (its current one), ``shipped``, ``current``, or a folder.

        Raises:
            BundleNotFoundError: there is none.
        """
        name, _, version = wanted.partition("@")
        folder = Path(wanted)
        if wanted == CURRENT:
            folder = default_bundle()
        elif wanted == SHIPPED:
            folder = (find_bundles() or [folder])[0]
        elif not folder.exists() and NAME.fullmatch(name):
            return self._named(name, version, wanted)
        bundle = load_bundle(folder)
        known = [one for one in self.versions(bundle.name) if one.version == bundle.version]
        same = [one for one in known if one.path.resolve() == folder.resolve()]
        return same[0] if same else ModelVersion(bundle.name, bundle.version, LocalStore(str(folder)))

    def _named(self, name: str, version: str, wanted: str) -> ModelVersion:
        there = self.versions(name)
        found = [one for one in there if (one.version == version if version else one.current)]
        if found:
            return found[0]
        if version:
            version_folder(self.store, name, version)  # says what there is
        raise BundleNotFoundError(
            say(f"There is no model {wanted}", f"No hay ningún modelo {wanted}"),
            cure=say("See: hx-detect models list", "Vea: hx-detect models list"),
        )

    def next_version(self, name: str, parent: str) -> str:
        """The version after the highest there is or was, and the parent's: the middle number one up, 1.1.0 -> 1.2.0."""
        taken = (parent, *(one.version for one in self.versions(name)), *removed_versions(self.events(name)))
        numbers = [version_key(one) for one in taken]
        first, second = (*max(numbers), 0, 0)[:2]
        return f"{first}.{second + 1}.0"

    def add(self, folder: Path, origin: Origin | None = None, who: str | None = None) -> ModelVersion:
        """Copy a model folder into the registry; it does not become current.

        Args:
            folder: the model; name and version are those of its ``bundle.json``.
            origin: where it comes from.
            who: who adds it; None for the user of this process.

        Raises:
            BundleError: the folder holds no whole model.
            VersionExistsError: this version is there already.
            RegistryBusyError: another process is writing.
            RegistryError: its name or version will not do, or the place cannot be written.
        """
        bundle = load_bundle(folder)
        name, version = bundle.name, bundle.version
        check_names(name, version)
        with writing(self.store, f"add {name}@{version}"):
            self.mend(name)
            check_unused(self, name, version)
            self.store.add_folder(folder, name, version)
            origin = origin or origin_of(bundle.info)
            write_event(self.store, name, event("added", version, bundle.checksum, who, **origin.to_dict()))
        return self.find(f"{name}@{version}")

    def promote(
        self,
        found: ModelVersion,
        *,
        expected: Pointer | None,
        who: str | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> Pointer:
        """Make a version the current one of its name, in one step.

        Args:
            found: which.
            expected: the pointer that was there when the gate looked.
            who: who does it; None for the user of this process.
            more: what the lineage is to say: the verdict, and why it was forced.

        Raises:
            BundleError: the version is not whole.
            RegistryBusyError: another process is writing.
            RegistryError: another version became current since, or the place cannot be written.
        """
        with writing(self.store, f"promote {found.full_name}"):
            self.mend(found.name)
            old = self.pointer(found.name)
            if (old and old.step()) != (expected and expected.step()):
                raise RegistryError(
                    say(f"Another version of {found.name} became current meanwhile",
                        f"Otra versión de {found.name} ha pasado a ser la actual mientras tanto"),
                    cure=say("Promote again: the gate then compares with that one",
                             "Promueva de nuevo: se comparará con ella"),
                )  # fmt: skip
            checksum = verify(found.path)
            happened = event("promoted", found.version, checksum, who, **more)
            before = (*old.before, old.step()) if old else _installed_step(found.name)
            pointer = Pointer(found.name, found.version, checksum, found.installed, before[-MOST_BEFORE:], happened)
            self._point(pointer)
        return pointer

    def rollback(self, name: str, why: str | None = None, who: str | None = None) -> Pointer:
        """Make the version current that was so before the last promotion.

        Raises:
            RegistryError: there is nothing to go back to.
            BundleError: that version is not there any more, or damaged.
            RegistryBusyError: another process is writing.
        """
        with writing(self.store, f"rollback {name}"):
            self.mend(name)
            old = self.pointer(name)
            steps = steps_back(old, removed_versions(self.events(name))) if old else []
            if old is None or not steps:
                raise RegistryError(
                    say(f"There is no version of {name} to go back to", f"No hay versión de {name} a la que volver"),
                    cure=say("See: hx-detect models list", "Vea: hx-detect models list"),
                )
            step = steps[-1]
            installed = shipped_bundle(name) if step["installed"] else None
            folder = installed or version_folder(self.store, name, step["version"])
            checksum = verify(folder)
            version = version_of(folder)
            more = {"from": old.version} | ({"why": why} if why else {})
            happened = event("rolled_back", version, checksum, who, **more)
            pointer = Pointer(name, version, checksum, bool(step["installed"]), tuple(steps[:-1]), happened)
            self._point(pointer)
        return pointer

    def _point(self, pointer: Pointer) -> None:
        self.store.write(pointer.to_json(), pointer.name, POINTER_FILE)
        if pointer.event is not None:
            write_event(self.store, pointer.name, pointer.event)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lineage of a model, oldest first."""
        return read_events(self.store, name)

    def check(self, found: ModelVersion) -> str:
        """Compare a version with its checksums and with what was added; gives its checksum.

        Raises:
            BundleDamagedError: a file is missing or differs, or the whole is another than was added.
        """
        checksum = verify(found.path)
        events = [] if found.installed else self.events(found.name)
        added = [one["checksum"] for one in events if (one["event"], one["version"]) == ("added", found.version)]
        if added and checksum not in added:
            raise BundleDamagedError(
                say(f"{found.path} is another model than was added to the registry",
                    f"{found.path} no es el modelo que se añadió al registro"),
                cure=f"hx-detect models rollback {found.name}",
            )  # fmt: skip
        return checksum

    def mend(self, name: str) -> None:
        """Finish what a killed process began: half-written and removed folders go, events it could not write come."""
        self.store.sweep(name)
        events = self.events(name)
        added = {one.get("version") for one in events if one["event"] == "added"}
        gone = removed_versions(events)
        for one in self.versions(name):
            if not one.installed and one.version in gone:
                take_away(self.store, name, one.version)
            elif not one.installed and one.version not in added:
                bundle = load_bundle(one.path)
                origin = origin_of(bundle.info).to_dict()
                write_event(self.store, name, event("added", one.version, bundle.checksum, "?", mended=True, **origin))
        pointer = self.pointer(name)
        if pointer is not None and pointer.event and pointer.event["id"] not in {one.get("id") for one in events}:
            write_event(self.store, name, pointer.event)


def _installed_step(name: str) -> tuple[dict[str, Any], ...]:
    installed = shipped_bundle(name)
    if installed is None:
        return ()
    return (Pointer(name, version_of(installed), verify(installed), installed=True).step(),)
