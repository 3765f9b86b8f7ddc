"""A version on its way to become current. In: versions, new data, evaluation files. Out: its verdict, the pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from hx_detect.bundle import load_bundle
from hx_detect.bundle_places import Pointer
from hx_detect.errors import GateRefusedError, HxDetectError, RegistryError, UsageError
from hx_detect.io.rows import ReadOptions
from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning.labelled_row import LabelledOptions, LabelledTable
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.records import Review
from hx_detect.registry.gate import Contender, GateOptions, Tell, judge
from hx_detect.registry.gate_rows import GateSet, asking_set, evaluation_set, frozen_set, without
from hx_detect.registry.naming import VERDICTS
from hx_detect.registry.signal_titles import own_titles
from hx_detect.registry.verdict import Verdict
from hx_detect.registry.verdict_page import pages
from hx_detect.registry.versions import ModelVersion, Registry
from hx_detect.wording import say

VERDICT_JSON: Final = "verdict.json"
_PROBE: Final = "hola"
_READ: Final = ("delimiter", "encoding", "sheet")
_MEANT: Final = ("blank_is_none", "kind")
Records = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Judging:
    """On what a version is judged.

    Attributes:
        data: files of the new data; none takes those that the lineage names, where they are still the same.
        evaluation: files of one's own on which it must not be worse.
        how: how the files are read.
        records: name -> records that are there already, as the service's feedback; new data too.
        gate: resamples, seed.
    """

    data: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    how: LabelledOptions = field(default_factory=LabelledOptions)
    records: Records = field(default_factory=dict)
    gate: GateOptions = field(default_factory=GateOptions)


@dataclass(frozen=True, slots=True)
class Promotion:
    """What came of it: the verdict, where its pages lie, and the new pointer."""

    verdict: Verdict
    page: str
    pointer: Pointer


def compare(
    registry: Registry, old: ModelVersion, new: ModelVersion, judging: Judging, tell: Tell, *, need_data: bool = False
) -> Verdict:
    """Judge one version against another; nothing is written.

    Args:
        registry: where the lineage of the new one stands.
        old: the model in use, or any other.
        new: the one that would take its place.
        judging: on what.
        tell: is told what is being done, one line each.
        need_data: where the lineage names the data of the new one, they must be there; else they are only missed.

    Raises:
        RegistryError: the data that the lineage names are not there, and they are needed.
        BundleError: one of the models cannot be used.
        InputError: a file cannot be read.
        EvaluationError: a file holds no labelled text.
    """
    champion, challenger = _contender(old), _contender(new)
    own = sorted(_own(challenger) | _own(champion))
    asking = _asking(registry, new, judging, own)
    if asking is None:
        _miss_data(registry, new, tell, need_data=need_data)
    frozen = frozen_set()
    sets = [frozen]
    for place in judging.evaluation:
        taken = {one.name for one in sets}
        name = next(one for one in _names_for(place) if one not in taken)
        sets.append(evaluation_set(_table([place], judging.how, own).rows, name, own))
    if asking is not None:
        learned = [row.text for row in asking.seen]
        sets = [frozen, *(without(one, learned) for one in sets[1:]), asking]
    return judge(champion, challenger, sets, judging.gate, tell)


def promote(
    registry: Registry,
    wanted: ModelVersion,
    judging: Judging,
    tell: Tell,
    *,
    why: str | None = None,
    force: bool = False,
    who: str | None = None,
) -> Promotion:
    """Judge a version against the current one of its name, and make it current where the gate lets it.

    Args:
        registry: holds it.
        wanted: a version of the registry, or the installed one.
        judging: on what.
        tell: is told what is being done, one line each.
        why: the reason of who forces it; written into the lineage.
        force: make it current whatever the gate says.
        who: who does it; None for the user of this process.

    Raises:
        UsageError: ``force`` without ``why``.
        RegistryError: it is not in the registry, or is current already.
        GateRefusedError: the gate does not let it; the message names the reasons and the page.
        BundleError: one of the models cannot be used.
    """
    if force and not (why or "").strip():
        raise UsageError(
            say("--force needs a reason", "--force exige un motivo"),
            cure=say("Give it with --why; it is written into the lineage",
                     "Indíquelo con --why; queda escrito en el linaje"),
        )  # fmt: skip
    _check(registry, wanted)
    expected = registry.pointer(wanted.name)
    champion = _champion(registry, wanted.name)
    verdict = compare(registry, champion, wanted, judging, tell, need_data=not force)
    page = keep(registry, verdict)
    if not verdict.passed and not force:
        reasons = "; ".join(say(*reason) for reason in verdict.reasons)
        raise GateRefusedError(
            say(f"{wanted.full_name} is not promoted: {reasons}", f"{wanted.full_name} no se promueve: {reasons}"),
            cure=say(f"Read {page}; or force it with --force --why REASON",
                     f"Lea {page}; o fuércelo con --force --why MOTIVO"),
        )  # fmt: skip
    more: dict[str, Any] = {
        "from": champion.full_name,
        "verdict": {"passed": verdict.passed, "page": page, "reasons": [english for english, _ in verdict.reasons]},
    }
    if force and not verdict.passed:
        more["forced"] = why
    return Promotion(verdict, page, registry.promote(wanted, expected=expected, who=who, **more))


def keep(registry: Registry, verdict: Verdict) -> str:
    """Write the pages of a verdict into the registry; gives the place of the page in the user's language."""
    new = verdict.challenger
    folder = f"{new.version}-{verdict.at.replace(':', '')[:17]}"
    for name, content in contents_of(verdict).items():
        registry.store.write(content.encode(), new.name, VERDICTS, folder, name)
    page = say("verdict.en.html", "verdict.es.html")
    return "/".join((registry.store.root.rstrip("/"), new.name, VERDICTS, folder, page))


def contents_of(verdict: Verdict) -> dict[str, str]:
    """The files of a verdict by name: pages in both languages, and all of it as JSON."""
    return pages(verdict) | {VERDICT_JSON: json.dumps(verdict.to_dict(), ensure_ascii=False, indent=1) + "\n"}


def _check(registry: Registry, wanted: ModelVersion) -> None:
    if wanted.place not in [one.place for one in registry.versions(wanted.name)]:
        raise RegistryError(
            say(f"{wanted.place} is not in the registry", f"{wanted.place} no está en el registro"),
            cure=f"hx-detect models add {wanted.place}",
        )
    if wanted.current:
        raise RegistryError(
            say(f"{wanted.full_name} is the current model already", f"{wanted.full_name} ya es el modelo actual"),
            cure=say("See: hx-detect models list", "Vea: hx-detect models list"),
        )
    registry.check(wanted)


def _champion(registry: Registry, name: str) -> ModelVersion:
    """The current version of the name; for a name of which none is current, the model used where none is named."""
    mine = [one for one in registry.versions(name) if one.current]
    return mine[0] if mine else registry.find("current")


def _contender(found: ModelVersion) -> Contender:
    from hx_detect.scorer import Scorer

    bundle = load_bundle(found.path)
    languages = frozenset(bundle.info.get("languages", ()))
    return Contender(found, Scorer.load(found.path), languages, own_titles(bundle.info))


def _own(one: Contender) -> set[str]:
    """Signals that the model knows beyond the built-in ones."""
    scored = next(iter(one.scorer.score_stream([Review(_PROBE)])))
    return {signal.name for signal in getattr(scored, "signals", ())} - set(SIGNAL_INDEX)


def _names_for(place: str) -> Iterator[str]:
    """Names for a set made of a file: the file's, then with numbers."""
    name = Path(place).name
    yield from () if name in ("frozen", "new") else (name,)
    yield from (f"{name}-{number}" for number in count(2))


def _table(
    places: Sequence[str], how: LabelledOptions, own: Sequence[str], records: Records | None = None
) -> LabelledTable:
    return read_labelled(places, replace(how, new_signals=tuple(own), model_signals=tuple(own)), records=records)


def reading_of(options: LabelledOptions) -> dict[str, Any]:
    """How labelled data were read, beside their columns, as the lineage keeps it; what was not said is left out."""
    said = {name: getattr(options.read, name) for name in _READ} | {name: getattr(options, name) for name in _MEANT}
    return {name: value for name, value in said.items() if value not in (None, False)}


def _how(files: Sequence[Mapping[str, Any]]) -> LabelledOptions:
    """The reverse of ``reading_of``, with the columns."""
    columns = {role: column for one in files for role, column in (one.get("columns") or {}).items()}
    said = {name: value for one in files for name, value in (one.get("reading") or {}).items()}
    meant = {name: said[name] for name in _MEANT if name in said}
    return LabelledOptions(columns=columns, read=ReadOptions(**{name: said.get(name) for name in _READ}), **meant)


def _asking(registry: Registry, new: ModelVersion, judging: Judging, own: Sequence[str]) -> GateSet | None:
    """The held-out part of the data given, or else of the data that the version was made from, if unchanged."""
    if judging.data or judging.records:
        rows = _table(judging.data, judging.how, own, judging.records).rows
        return asking_set(rows, ", ".join((*(Path(place).name for place in judging.data), *judging.records)), own)
    files = _files_of(registry, new)
    places = [str(one["place"]) for one in files if one.get("place")]
    try:
        table = _table(places, _how(files), own) if places and len(places) == len(files) else None
    except HxDetectError:
        return None
    if table is None or [file.sha256 for file in table.files] != [one["sha256"] for one in files]:
        return None
    return asking_set(table.rows, ", ".join(Path(place).name for place in places), own)


def _files_of(registry: Registry, new: ModelVersion) -> list[dict[str, Any]]:
    """The data that the lineage says a version was made from."""
    added = [one for one in registry.events(new.name) if one["event"] == "added" and one["version"] == new.version]
    return list(added[-1].get("data", [])) if added else []


def _miss_data(registry: Registry, new: ModelVersion, tell: Tell, *, need_data: bool) -> None:
    """Say that the data of a version are not there any more; nothing where it was made from none."""
    names = ", ".join(str(one["name"]) for one in _files_of(registry, new))
    if not names:
        return
    what = say(f"The data that {new.full_name} was made from ({names}) are not there any more, or have changed",
               f"Los datos de los que salió {new.full_name} ({names}) ya no están, o han cambiado")  # fmt: skip
    if need_data:
        raise RegistryError(what, cure=say("Give them with --data", "Indíquelos con --data"))
    tell(what)
