"""The gate. In: a champion and challengers of known quality. Out: who passes, who is refused, and for which reason."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from informed_scorer import InformedScorer, some_rows
from toy_bundle import write_toy_bundle

from hx_detect.bundle_store import LocalStore
from hx_detect.errors import EvaluationError
from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES
from hx_detect.records import Score, Signal
from hx_detect.registry import gate_rules as rules
from hx_detect.registry import verdict_page
from hx_detect.registry.gate import Contender, GateOptions, judge, speeds_of
from hx_detect.registry.gate_changes import about_shown
from hx_detect.registry.gate_compare import ASKED
from hx_detect.registry.gate_labels import label_doubts
from hx_detect.registry.gate_rows import GateRow, GateSet, asking_set, evaluation_set, frozen_set, without
from hx_detect.registry.signal_titles import NO_TITLES, Titles, own_titles
from hx_detect.registry.verdict import FAILED, PASSED, UNJUDGED, Verdict
from hx_detect.registry.versions import ModelVersion
from hx_detect.wording import set_language

FROZEN = tuple(
    replace(
        row, pair=f"p{number // 2}", role=("calm", "furious")[number % 2], language="es" if number % 4 < 2 else "en"
    )
    for number, row in enumerate(some_rows(140))
)
NEW = some_rows(110, seed=2)
SEEN = some_rows(120, seed=3)
EVERY = (*FROZEN, *NEW, *SEEN)
CHAMPION = InformedScorer(EVERY, 2.0)
BOTH = frozenset({"es", "en"})


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_bundle(tmp_path_factory.mktemp("toy") / "toy")


Judge = Callable[..., Verdict]


@pytest.fixture(scope="module")
def judged(toy: Path) -> Judge:
    """Judges a challenger; ticks of the clock are given, not measured."""

    def run(
        challenger: InformedScorer,
        *,
        new: Sequence[GateRow] | None = NEW,
        seen: Sequence[GateRow] = SEEN,
        languages: frozenset[str] = BOTH,
        ticks: Callable[[], float] | None = None,
        titles: Titles = NO_TITLES,
    ) -> Verdict:
        sets = [GateSet("frozen", ("Frozen", "Congelado"), FROZEN)]
        if new is not None:
            sets.append(GateSet("new", ("New", "Nuevo"), tuple(new), asks=True, seen=tuple(seen)))
        clock = count()
        old, other = (Contender(ModelVersion("m", version, LocalStore(str(toy))), scorer, spoken, titles)
                      for version, scorer, spoken in (("1", CHAMPION, BOTH), ("2", challenger, languages)))  # fmt: skip
        options = GateOptions(resamples=80, timer=ticks or (lambda: float(next(clock))))
        return judge(old, other, sets, options, lambda _: None)

    return run


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if check.state == FAILED}


def test_a_better_model_passes(judged: Judge) -> None:
    verdict = judged(InformedScorer(EVERY, 1.2))
    assert failed(verdict) == set()
    assert verdict.passed
    gained = sum(one.gained for one in verdict.changes)
    assert gained > len(verdict.changes) / 2


def test_a_signal_that_the_model_in_use_does_not_know_is_what_is_asked(judged: Judge) -> None:
    """The new model is like the other but for one signal more; the mean of all does not show it, the signal does."""

    class Newer(InformedScorer):
        def _score(self, row: GateRow) -> Score:
            score = super()._score(row)
            found = 0.9 if "about_app" in row.signals else 0.1
            return replace(score, signals=(*score.signals, Signal("about_app", "own", found, present=found > 0.5)))

    new = [replace(row, signals=row.signals | ({"about_app"} if n % 4 == 0 else set()), known=row.known | {"about_app"})
           for n, row in enumerate(NEW)]  # fmt: skip
    titles = own_titles({"own_signals": [{"name": "about_app", "es": "habla de la app", "en": "speaks of the app"}]})
    verdict = judged(Newer((*FROZEN, *new, *SEEN), 2.0), new=new, titles=titles)
    assert failed(verdict) == set()
    pages = verdict_page.pages(verdict)
    assert "new: speaks of the app" in pages["verdict.en.md"]
    assert "nuevas: habla de la app" in pages["verdict.es.md"]
    assert pages["verdict.es.html"].count("habla de la app") > 1, "the table by signal as well"
    assert not [name for name, page in pages.items() if "about_app" in page]
    assert verdict.to_dict()["own_signals"] == [
        {"name": "about_app", "en": "speaks of the app", "es": "habla de la app"}
    ]
    assert about_shown("signal:about_app", titles) == "speaks of the app"
    assert about_shown("signal:about_app") == "about app"
    assert not [one for one in verdict.changes if one.about == "signal:about_app"], "the other says nothing of it"
    unsure = [replace(one, verdict="same") if one.name == ASKED else one for one in verdict.comparisons]
    check = rules.asked(unsure, None, frozenset(SIGNAL_NAMES))
    assert (check.state, "about app" in check.found[0]) == (PASSED, True)
    old = [one for one in unsure if one.part != "all" or one.name == ASKED]
    assert rules.asked(old, None, frozenset((*SIGNAL_NAMES, "about_app"))).state == FAILED
    worse = [replace(one, verdict="worse") if one.name == ASKED else one for one in verdict.comparisons]
    assert rules.asked(worse, None, frozenset(SIGNAL_NAMES)).state == FAILED


def test_a_model_that_is_no_better_is_refused(judged: Judge) -> None:
    assert failed(judged(CHAMPION)) == {"asked"}


def test_better_on_the_new_data_does_not_buy_a_loss_elsewhere(judged: Judge) -> None:
    class Split(InformedScorer):
        """Better on the new texts, worse on all others."""

        def __init__(self) -> None:
            super().__init__(FROZEN, 5.0)
            self._better = InformedScorer(NEW, 0.5)._rows
            self._rows |= self._better

        def _score(self, row: GateRow) -> Score:
            self._noise = 0.5 if row.text in self._better else 5.0
            return super()._score(row)

    verdict = judged(Split())
    assert "asked" not in failed(verdict)
    assert {"no_loss", "calibration"} <= failed(verdict)


def test_flipped_labels_are_refused_whatever_was_learned(judged: Judge) -> None:
    draw = random.Random(1)

    def flipped(row: GateRow) -> GateRow:
        return row if draw.random() > 0.3 else replace(
            row, sentiment=draw.choice([one for one in SENTIMENTS if one != row.sentiment])
        )  # fmt: skip

    verdict = judged(InformedScorer(EVERY, 2.0, squeezed=3.0), new=[flipped(row) for row in NEW],
                     seen=[flipped(row) for row in SEEN])  # fmt: skip
    assert {"labels", "asked", "calibration"} <= failed(verdict)


def test_a_lost_signal_a_lost_language_and_shouting_are_refused(judged: Judge) -> None:
    assert failed(judged(InformedScorer(EVERY, 1.2, bad="deceived"))) >= {"no_loss"}
    assert failed(judged(InformedScorer(EVERY, 1.2), languages=frozenset({"es"}))) == {"knows"}
    assert failed(judged(InformedScorer(EVERY, 1.2, shouting=0.2))) == {"tone"}


def test_a_slow_model_is_refused(judged: Judge) -> None:
    """The champion takes one second for each part, the challenger two."""
    steps = iter([0.0, 1.0, 0.0, 2.0] * 100)
    assert failed(judged(InformedScorer(EVERY, 1.2), ticks=lambda: next(steps))) == {"speed"}


def test_without_new_data_it_has_to_be_better_on_the_frozen_texts(judged: Judge) -> None:
    assert failed(judged(CHAMPION, new=None)) == {"asked"}
    verdict = judged(InformedScorer(EVERY, 1.0), new=None)
    assert verdict.passed
    assert next(check.state for check in verdict.checks if check.name == "labels") == UNJUDGED


def test_too_few_new_texts_are_not_enough_to_be_better(judged: Judge) -> None:
    verdict = judged(InformedScorer(EVERY, 0.5), new=NEW[:10])
    assert failed(verdict) == {"asked"}
    assert "too few" in verdict.reasons[0][0]


def test_the_same_twice(judged: Judge) -> None:
    one, two = (judged(InformedScorer(EVERY, 1.5)).to_dict() | {"at": ""} for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(two, allow_nan=False)


def test_no_text_is_left(judged: Judge) -> None:
    with pytest.raises(EvaluationError, match="no text is left"):
        judged(InformedScorer((), 1.0))


def test_speed_is_that_of_the_fastest_rounds() -> None:
    ticks = iter([0.0, 4.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 3.0, 0.0, 5.0])
    rows = some_rows(32)
    scorer = InformedScorer(rows, 1.0)
    assert speeds_of(scorer, scorer, rows, lambda: next(ticks)) == (16.0, 32.0)


def test_labels_are_believed_where_they_agree_with_a_sure_model() -> None:
    sure = InformedScorer(EVERY, 0.7)
    assert all(one.believed for one in label_doubts(sure, SEEN))
    every_wrong = [replace(row, signals=row.known - row.signals) for row in SEEN]
    doubts = {one.about: one for one in label_doubts(sure, every_wrong)}
    assert not doubts["present"].believed
    assert not doubts["absent"].believed
    assert doubts["sentiment"].believed
    few = label_doubts(sure, every_wrong[:1])
    assert all(one.believed for one in few if one.sure < 20)
    assert few[0].share in (0.0, 1.0)


def test_the_frozen_set_and_what_was_learned_from() -> None:
    frozen = frozen_set()
    assert {row.language for row in frozen.rows} == {"es", "en"}
    assert all(row.known and row.is_hx is not None for row in frozen.rows)
    assert len(frozen.sha256) == 64
    left = without(frozen, [frozen.rows[3].text])
    assert (len(left.rows), left.left_out) == (len(frozen.rows) - 1, 1)


def test_nothing_labelled_to_judge_on() -> None:
    for make in (evaluation_set, asking_set):
        with pytest.raises(EvaluationError, match=r"empty\.csv"):
            make((), "empty.csv")


@pytest.fixture(scope="module")
def pages(judged: Judge) -> dict[str, str]:
    odd = replace(NEW[0], text="<script>alert(1)</script> | **nadie** contesta")
    rows = (odd, *NEW[1:])
    better = InformedScorer((*FROZEN, *rows, *SEEN), 0.4)
    CHAMPION._rows[odd.text] = odd
    return verdict_page.pages(judged(better, new=rows))


def test_the_pages_show_reasons_figures_and_examples_both_ways(pages: dict[str, str]) -> None:
    assert sorted(pages) == ["verdict.en.html", "verdict.en.md", "verdict.es.html", "verdict.es.md"]
    english, spanish = pages["verdict.en.md"], pages["verdict.es.md"]
    assert "Right before, wrong now: " in english
    assert "Wrong before, right now: " in english
    assert "Antes bien, ahora mal: " in spanish
    assert "engañado" in spanish
    assert "deceived" in english
    assert english.count("\n| ") == spanish.count("\n| ")


def test_texts_are_never_markup(pages: dict[str, str]) -> None:
    page = pages["verdict.en.html"]
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert '<html lang="en">' in page
    for line in pages["verdict.en.md"].splitlines():
        if "alert" in line:
            assert "\\<script\\>" in line
            assert "\\|" in line


def test_the_screen_speaks_the_users_language(judged: Judge) -> None:
    verdict = judged(CHAMPION)
    assert "Refused" in verdict_page.told(verdict)
    set_language("es")
    said = verdict_page.told(verdict)
    assert "Rechazado" in said
    assert "NO No se demuestra que mejore" in said
