"""Where models lie. In: a name, ``name@version``, a folder or nothing. Out: the folder of the model to use.

Looked for in this order: the folder or name given; ``$HX_DETECT_MODELS``; the registry's current version; the model
that came with the package.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hx_detect.bundle_store import BundleStore, open_store
from hx_detect.errors import BundleNotFoundError, RegistryError
from hx_detect.wording import say

DEFAULT_NAME: Final = "hx-es-en"
MODELS_VARIABLE: Final = "HX_DETECT_MODELS"
"""Environment variable: a folder of bundles that is searched first."""
REGISTRY_VARIABLE: Final = "HX_DETECT_REGISTRY"
"""Environment variable: the registry's folder or fsspec URL."""
INFO_FILE: Final = "bundle.json"
POINTER_FILE: Final = "current.json"
SHIPPED: Final = "shipped"
CURRENT: Final = "current"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a model or a version may be called."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version of a model is the current one.

    Attributes:
        version: the version; of the installed model whatever it is, where ``installed``.
        checksum: of the version when it became current.
        installed: the one that came with the package, not one of the registry.
        before: pointers that ``rollback`` goes back to, newest last; each without its own ``before``.
        event: the line of the lineage that made it current.
    """

    name: str
    version: str
    checksum: str
    installed: bool = False
    before: tuple[dict[str, Any], ...] = ()
    event: dict[str, Any] | None = None

    def to_json(self) -> bytes:
        """The content of ``current.json``."""
        values = {"name": self.name, **self.step(), "before": list(self.before), "event": self.event}
        return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()

    def step(self) -> dict[str, Any]:
        """Version, checksum and where it lies: what ``rollback`` needs."""
        return {"version": self.version, "checksum": self.checksum, "installed": self.installed}


def registry_root() -> str:
    """The registry's folder or URL: ``$HX_DETECT_REGISTRY``, else ``hx-detect/models`` among the user's data."""
    chosen = os.environ.get(REGISTRY_VARIABLE)
    if chosen:
        return chosen
    try:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    except RuntimeError:  # this user has no home
        data = Path(os.sep, "var", "lib")
    return str(data / "hx-detect" / "models")


def shipped_bundles() -> list[Path]:
    """The models that came with the package, or lie in its source checkout; each name once."""
    package = Path(__file__).resolve().parent
    return _bundles_in([package / "_bundles", package.parent / "models"])


def find_bundles() -> list[Path]:
    """All models outside the registry: those of ``$HX_DETECT_MODELS``, the package's own, those of a checkout.

    Returns:
        Folders that hold a ``bundle.json``, in this order, each name once: the first that is found.
    """
    found = {path.name: path for path in _chosen_bundles()}
    for path in shipped_bundles():
        found.setdefault(path.name, path)
    return list(found.values())


def default_bundle() -> Path:
    """The folder of the model to use where none is named: ``hx-es-en``, or the first found.

    Raises:
        BundleNotFoundError: none is installed, or the registry's current version is not there.
        RegistryError: the registry cannot be read.
    """
    named = _named_bundle(DEFAULT_NAME)
    if named is not None:
        return named
    found = find_bundles()
    if not found:
        raise BundleNotFoundError(
            say("No model is installed", "No hay ningún modelo instalado"),
            cure=say(f"Install hx-detect again, name a folder, or set {MODELS_VARIABLE}",
                     f"Instale hx-detect de nuevo, indique una carpeta o defina {MODELS_VARIABLE}"),
        )  # fmt: skip
    return found[0]


def bundles_in_use() -> list[Path]:
    """The model that is used where none is named, then the others that are installed.

    Raises:
        BundleNotFoundError: none is installed, or the registry's current version is not there.
        RegistryError: the registry cannot be read.
    """
    return list(dict.fromkeys([default_bundle(), *find_bundles()]))


def read_pointer(store: BundleStore, name: str) -> Pointer | None:
    """The pointer to a model's current version; None where the registry has none.

    Raises:
        RegistryError: it cannot be read.
    """
    content = store.read(name, POINTER_FILE)
    if content is None:
        return None
    try:
        values = json.loads(content)
        steps = [*values.get("before", []), values]
        if not all(NAME.fullmatch(step["version"]) for step in steps):
            raise ValueError("version")
        return Pointer(name, values["version"], str(values["checksum"]), bool(values["installed"]),
                       tuple(values.get("before", [])), values.get("event"))  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RegistryError(
            say(f"{store.root}: {name}/{POINTER_FILE} is damaged: {error!r}",
                f"{store.root}: {name}/{POINTER_FILE} está dañado: {error!r}"),
            cure=say("Take that file away and promote a version again",
                     "Quite ese fichero y promueva una versión de nuevo"),
        ) from error  # fmt: skip


def current_bundle(name: str, root: str | None = None) -> Path | None:
    """The folder of a model's current version; None where the registry points at none.

    Args:
        name: of the model.
        root: the registry; None for ``registry_root()``.

    Raises:
        BundleNotFoundError: it points at a version that is not there.
        RegistryError: it cannot be read.
    """
    store = open_store(root or registry_root())
    pointer = read_pointer(store, name)
    if pointer is None:
        return None
    found = shipped_bundle(name) if pointer.installed else store.folder(name, pointer.version)
    if found is None:
        raise BundleNotFoundError(
            say(f"The current model {name}@{pointer.version} is not in {store.root}",
                f"El modelo actual {name}@{pointer.version} no está en {store.root}"),
            cure="hx-detect models rollback " + name,
        )  # fmt: skip
    return found


def shipped_bundle(name: str) -> Path | None:
    """The installed model of that name, outside the registry, or None."""
    return next((path for path in find_bundles() if path.name == name), None)


def find_model(place: str | Path) -> Path:
    """The folder that is meant by a folder, ``name``, ``name@version``, ``shipped`` or ``current``.

    A folder that exists is always meant as such. What is none of these is given back as it is: there is no model.

    Raises:
        BundleNotFoundError: no such version; or ``current`` and there is none.
        RegistryError: the registry cannot be read.
    """
    folder, text = Path(place), str(place)
    name, _, version = text.partition("@")
    if folder.exists() or not NAME.fullmatch(name) or (version and not NAME.fullmatch(version)):
        return folder
    if text == CURRENT:
        return default_bundle()
    if text == SHIPPED:
        return shipped_bundle(DEFAULT_NAME) or folder
    if not version:
        return _named_bundle(name) or folder
    return version_folder(open_store(registry_root()), name, version)


def version_folder(store: BundleStore, name: str, version: str) -> Path:
    """The folder of one version, of the registry or installed.

    Raises:
        BundleNotFoundError: there is no such version; the message names those that there are.
    """
    found = store.folder(name, version)
    installed = shipped_bundle(name)
    if found is None and installed is not None and version_of(installed) == version:
        found = installed
    if found is None:
        there = [one for one in store.names(name) if store.folder(name, one) is not None]
        there += [version_of(installed)] if installed is not None else []
        raise BundleNotFoundError(
            say(f"There is no model {name}@{version}", f"No hay ningún modelo {name}@{version}"),
            cure=say("There are: ", "Hay: ") + (", ".join(f"{name}@{one}" for one in there) or say("none", "ninguno")),
        )
    return found


def version_of(folder: Path) -> str:
    """The version that a model says it is; ``?`` where it does not."""
    try:
        return str(json.loads((folder / INFO_FILE).read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "?"


def _named_bundle(name: str) -> Path | None:
    """The model of that name to use: that of ``$HX_DETECT_MODELS``, the registry's current, the shipped; or None."""
    chosen = next((path for path in _chosen_bundles() if path.name == name), None)
    return chosen or current_bundle(name) or shipped_bundle(name)


def _chosen_bundles() -> list[Path]:
    chosen = os.environ.get(MODELS_VARIABLE)
    return _bundles_in([Path(chosen)]) if chosen else []


def _bundles_in(places: list[Path]) -> list[Path]:
    found: dict[str, Path] = {}
    for place in places:
        for info in sorted(place.glob(f"*/{INFO_FILE}")):
            found.setdefault(info.parent.name, info.parent)
    return list(found.values())
