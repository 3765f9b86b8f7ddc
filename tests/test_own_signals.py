"""Own signals. In: tokens, hidden states, a linear head. Out: probabilities; what each token adds sums to the logit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.decision import Decision, Stacking, plain_decision
from hx_detect.errors import CalibrationError
from hx_detect.io.score_columns import FLAT, flat_columns
from hx_detect.own_signals import Adaptation, OwnModel, own_signals, token_share
from hx_detect.serving import own_names
from hx_detect.stage_records import CleanText, Tokens
from hx_detect.stages.adapt import COLUMNS, Adapter, text_vectors
from hx_detect.stages.lexical import LexicalModel

if TYPE_CHECKING:
    from hx_detect.batch_options import StreamScorer

SIZE, BUCKETS = 4, 32


def model(*names: str) -> Adaptation:
    random = np.random.default_rng(3)
    count = len(names)
    adapter = Adapter(random.normal(size=SIZE), 1 + random.random(SIZE), np.ones(COLUMNS), np.zeros((SIZE, COLUMNS)),
                      np.zeros(COLUMNS))  # fmt: skip
    wording = LexicalModel(random.normal(size=(BUCKETS, count)).astype(np.float32),
                           random.random(BUCKETS).astype(np.float32), np.zeros(count, np.float32), (1, 2))  # fmt: skip
    stacking = Stacking(1 + random.random((count, 2)), random.normal(size=count), np.full(count, 0.5))
    return Adaptation(adapter, OwnModel(names, random.normal(size=(SIZE, count)), random.normal(size=count), wording,
                                        stacking))  # fmt: skip


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_what_tokens_add_sums_to_the_logit(ids: list[int]) -> None:
    found = model("crash", "roaming")
    hidden = np.random.default_rng(len(ids)).normal(size=(len(ids), SIZE)).astype(np.float32)
    tokens = np.array(ids, np.int64)
    vectors = found.adapter.standardise(text_vectors([hidden]))
    logits = found.own.logits(vectors, [tokens])
    for column in range(2):
        deep, words = found.own.stacking.weights[column]
        without_bias = (logits[0, column, 0] - found.own.bias[column]) * deep + logits[0, column, 1] * words
        share = token_share(tokens, hidden, column, found)
        assert share.shape == (len(ids),)
        assert share.sum() == pytest.approx(without_bias, abs=1e-4)


def test_without_own_signals_there_are_none() -> None:
    text = CleanText("ab", range(2), range(1, 3))
    tokens = Tokens(np.array([1], np.int64), [(0, 2)])
    assert own_signals(["ab"], [text], [tokens], [np.zeros((1, SIZE), np.float32)], np.zeros((1, SIZE)), model()) == [
        ()
    ]


def test_a_text_of_nothing_but_space_has_no_evidence() -> None:
    found = model("crash")
    sure = Stacking(np.ones((1, 2)), np.array([50.0]), np.array([0.5]))
    always = Adaptation(found.adapter, OwnModel(found.own.names, found.own.weights, found.own.bias, found.own.lexical,
                                                sure))  # fmt: skip
    text = CleanText(" ", range(1), range(1, 2))
    tokens = Tokens(np.array([1], np.int64), [(0, 1)])
    ((signal,),) = own_signals([" "], [text], [tokens], [np.ones((1, SIZE), np.float32)], np.ones((1, SIZE)), always)
    assert signal.present
    assert signal.evidence == ()


@pytest.mark.parametrize("own", [
    [], {"rage": {}}, {"crash": {"weights": [1.0], "bias": 0.0, "threshold": 0.5}},
    {"crash": {"weights": [1.0, 1.0], "bias": 0.0, "threshold": 1.5}},
])  # fmt: skip
def test_tables_of_own_signals_are_checked(own: object) -> None:
    with pytest.raises(CalibrationError, match="own"):
        Decision.from_dict(plain_decision() | {"own": own})


def test_tables_of_own_signals_are_read() -> None:
    own = {"crash": {"weights": [1.0, 0.5], "bias": -1.0, "threshold": 0.4}}
    decision = Decision.from_dict(plain_decision() | {"own": own})
    assert decision.own_names == ("crash",)
    assert decision.own.weights.tolist() == [[1.0, 0.5]]
    assert Decision.from_dict(plain_decision()).own.weights.shape == (0, 2)


def test_the_service_names_those_of_its_model() -> None:
    info = {"own_signals": [{"name": "crash", "es": "cierre", "en": "crash"}]}
    scorer = SimpleNamespace(bundle=SimpleNamespace(info=info))
    (signal,) = own_names.own_signals(cast("StreamScorer", scorer))
    assert (signal.name, signal.group, signal.es, signal.en) == ("crash", "own", "cierre", "crash")
    assert own_names.own_signals(None) == []


def test_flat_columns_stand_before_the_tokens() -> None:
    columns = flat_columns(("roaming", "crash"))
    place = columns.index("hx_p_crash")
    assert columns[place : place + 3] == ("hx_p_crash", "hx_p_roaming", "hx_tokens")
    assert flat_columns() == FLAT
