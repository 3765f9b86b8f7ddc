"""The model in use, and its exchange while requests run. In: a model folder. Out: the current scorer; its state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from hx_detect.batch_options import StreamScorer
from hx_detect.bundle_places import default_bundle, find_model
from hx_detect.errors import HxDetectError, SelfTestError
from hx_detect.records import Review
from hx_detect.serving.logs import log
from hx_detect.serving.priority import step_back
from hx_detect.wording import say

WARM_UP: Final = (
    "Llevo tres semanas reclamando y nadie me contesta.",
    "They fixed it on the spot, with a smile. Thank you!",
    "Me cobraron dos veces y la tienda no responde. " * 12,
)
"""Texts that are scored before the first request: both languages, short and long."""
SUMS: Final = "SHA256SUMS"
LARGEST_POINTER: Final = 4096

Load = Callable[[], StreamScorer]


class SlotState(StrEnum):
    """``starting`` until the model is warm, then ``ready``, ``draining`` once the service is to end."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class ModelMark:
    """What tells one model from another: its folder, the list of its checksums, and when a reload was asked for."""

    folder: Path
    sums: bytes
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did: the model now in use, whether it is another one, and the seconds it took."""

    scorer: StreamScorer
    changed: bool
    seconds: float


class ModelSlot:
    """Holds one scorer and exchanges it; a request keeps the scorer that it began with.

    Args:
        load: gives a scorer; called again at every reload.
        mark: what tells the model that ``load`` would give now; None where that cannot be told.
        told: hears of every load; None is one that failed.
    """

    def __init__(
        self,
        load: Load,
        mark: Callable[[], ModelMark | None] = lambda: None,
        told: Callable[[Reloaded | None], None] = lambda _: None,
    ) -> None:
        self._load = load
        self._mark = mark
        self._told = told
        self._loading = threading.Lock()
        self._stopped = threading.Event()
        self._scorer: StreamScorer | None = None
        self._loaded: ModelMark | None = None
        self._state = SlotState.STARTING
        self.failure: Exception | None = None
        """Why the last load failed; None after one that did not."""
        self.drained_at: float | None = None
        """When ``drain`` was called, by the monotonic clock."""

    @property
    def state(self) -> SlotState:
        """Where the slot is in its life."""
        return self._state

    @property
    def current(self) -> StreamScorer | None:
        """The scorer for new requests; None before the first is loaded."""
        return self._scorer

    def start(self) -> None:
        """Load and warm up the first model.

        Raises:
            HxDetectError: it cannot be used.
        """
        try:
            self.reload()
        except Exception as error:
            self._state = SlotState.FAILED
            self.failure = error
            raise
        if self._state is SlotState.STARTING:
            self._state = SlotState.READY

    def reload(self) -> Reloaded:
        """Load the model anew, test it, and only then use it; the old one goes on meanwhile and where this fails.

        Raises:
            HxDetectError: the model cannot be used; what was used before still is.
        """
        with self._loading:
            started = time.monotonic()
            mark = self._mark()
            try:
                with ThreadPoolExecutor(
                    1, initializer=step_back
                ) as apart:  # the runtime's own threads are its children
                    scorer = apart.submit(copy_context().run, self._loaded_and_checked).result()
            except Exception as error:
                self.failure, self._loaded = error, mark
                self._told(None)
                raise
            changed = self._scorer is not None and _key(scorer) != _key(self._scorer)
            self._scorer, self._loaded, self.failure = scorer, mark, None
            done = Reloaded(scorer, changed, time.monotonic() - started)
            self._told(done)
            return done

    def _loaded_and_checked(self) -> StreamScorer:
        scorer = self._load()
        check(scorer)
        return scorer

    def follow(self, every: float) -> None:
        """Reload whenever the model on disk becomes another one, until ``drain``; runs in a thread of its own.

        Args:
            every: seconds between looks.
        """
        while not self._stopped.wait(every):
            mark = self._mark()
            if mark is None or mark == self._loaded:
                continue
            try:
                done = self.reload()
            except Exception as error:  # the old model goes on; the failure is logged and shown by /metrics
                log("reload_failed", level=40, error=error, what=getattr(error, "what", ""))
            else:
                log("reloaded", model=done.scorer.model_name, version=done.scorer.model_version)

    def drain(self) -> None:
        """The service is about to end: not ready any more."""
        self._state = SlotState.DRAINING
        self.drained_at = self.drained_at or time.monotonic()
        self._stopped.set()


def check(scorer: StreamScorer) -> None:
    """Warm a scorer up and compare its golden texts.

    Raises:
        SelfTestError: it scores otherwise than it was shipped.
    """
    list(scorer.score_stream([Review(text) for text in WARM_UP]))
    from hx_detect.scorer import Scorer, self_test

    problems = self_test(scorer) if isinstance(scorer, Scorer) else []
    if problems:
        raise SelfTestError(
            say(f"The model does not score as it was shipped: {problems[0]}",
                f"El modelo no puntúa como se entregó: {problems[0]}"),
            cure=say("Run hx-detect doctor", "Ejecute hx-detect doctor"),
        )  # fmt: skip


def model_folder(place: Path | None) -> Path | None:
    """The folder of the model: ``place`` itself, what a file of that name holds (relative to the file), or a name.

    A name (``hx-es-en``, ``hx-es-en@1.4.0``) means a version of the registry, or the installed model.

    Raises:
        BundleNotFoundError: there is no such version.
        RegistryError: the registry cannot be read.
    """
    if place is None:
        return None
    if not place.is_file():
        return find_model(place)
    with place.open(encoding="utf-8") as file:
        return place.parent / file.read(LARGEST_POINTER).strip()


def mark_of(place: Path | None, signal: Path | None = None) -> ModelMark | None:
    """What tells the model at ``place``; None while it cannot be read, as in the middle of an exchange.

    Args:
        place: as for ``slot_of``.
        signal: a file that is touched when a reload is asked for.
    """
    try:
        folder = model_folder(place)
        if folder is None:
            folder = default_bundle()
        asked = signal.stat().st_mtime_ns if signal is not None and signal.exists() else 0
        return ModelMark(folder.resolve(), (folder / SUMS).read_bytes(), asked)
    except (OSError, UnicodeDecodeError, HxDetectError):
        return None


def slot_of(
    place: Path | None,
    threads: int | None,
    *,
    signal: Path | None = None,
    signal_only: bool = False,
    told: Callable[[Reloaded | None], None] = lambda _: None,
) -> ModelSlot:
    """The slot of a real model.

    Args:
        place: its folder, or a file that holds the folder's path; None for the installed one.
        threads: cores to score with.
        signal: a file that is touched when a reload is asked for, in whatever worker.
        signal_only: another model in its place is none until a reload is asked for.
        told: hears of every load.
    """

    def load() -> StreamScorer:
        from hx_detect.scorer import Scorer

        scorer: StreamScorer = Scorer.load(model_folder(place), threads=threads, resident=True)
        return scorer

    def mark() -> ModelMark | None:
        found = mark_of(place, signal)
        return replace(found, folder=Path(), sums=b"") if found is not None and signal_only else found

    return ModelSlot(load, mark, told)


def _key(scorer: StreamScorer) -> tuple[str, str, str]:
    checksum = getattr(getattr(scorer, "bundle", None), "checksum", "")
    return scorer.model_name, scorer.model_version, checksum
