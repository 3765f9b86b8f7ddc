"""Loads and what is counted of them. In: a small server that is slow, full or wrong. Out: each is seen and counted."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_service import Reply, SmallService, ok, record_of, score_body, small_service

from hx_detect.evaluation.service_calls import Call, LengthCheck, RecordCheck, calls_of, mixed, review_id
from hx_detect.evaluation.service_client import Pool, request
from hx_detect.evaluation.service_load import Tally, arrivals, closed_loop, open_loop, quantiles_ms

TEXTS = [f"nadie contesta {'ya ' * number}" for number in range(12)]
RECORDS = [record_of(text, review_id(index)) for index, text in enumerate(TEXTS)]


def load(reply: Callable[[str, bytes], Reply], *, clients: int = 0, rate: float = 0.0, most: int = 64) -> Tally:
    """Load a small service for a moment, in a closed loop where clients are given, else in an open one."""

    async def run(port: int) -> Tally:
        pool = Pool(port, most)
        calls = itertools.cycle(calls_of(3, TEXTS))
        check = RecordCheck(RECORDS)
        if clients:
            tally = await closed_loop(pool, calls, clients, 0.1, 0.4, check)
        else:
            tally = await open_loop(pool, calls, rate, 0.5, check)
        pool.close()
        return tally

    with small_service(SmallService(reply)) as port:
        return asyncio.run(run(port))


def test_calls_hold_all_texts_in_order() -> None:
    calls = calls_of(5, TEXTS, {"X-API-Key": "hxd_a_b"})
    bodies = [json.loads(call.data.partition(b"\r\n\r\n")[2]) for call in calls]
    assert [call.first for call in calls] == [0, 5]
    assert [review["text"] for body in bodies for review in body["reviews"]] == TEXTS[:10]
    assert all(b"X-API-Key: hxd_a_b" in call.data for call in calls)


def test_kinds_of_calls_are_mixed_by_their_shares() -> None:
    one, three = calls_of(1, TEXTS), calls_of(3, TEXTS)
    drawn = list(itertools.islice(mixed((one, three), (3, 1)), 4_000))
    counts = Counter(call.texts for call in drawn)
    assert counts[3] / counts[1] == pytest.approx(1 / 3, abs=0.05)
    assert [call.first for call in drawn if call.texts == 3][:5] == [0, 3, 6, 9, 0]


def test_a_right_answer_passes_as_often_as_it_comes() -> None:
    call = calls_of(3, TEXTS)[1]
    check = RecordCheck(RECORDS)
    body = score_body(call.data.partition(b"\r\n\r\n")[2])
    assert [check(call, body), check(call, body)] == [None, None]
    assert check(call, json.dumps(json.loads(body), indent=1).encode()) is None


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda answer: answer["results"].reverse(), "records out of order"),
        (lambda answer: answer["results"][1].update(words=99), "3 records for 3 texts, 1 of them wrong"),
        (lambda answer: answer["results"].pop(), "2 records for 3 texts"),
        (lambda answer: answer["results"][0].update(id=answer["results"][0].pop("id")), "1 of them wrong"),
        (lambda answer: answer["errors"].append({"code": "empty"}), "errors: ['empty']"),
        (lambda answer: answer["model"].update(version="2"), "another model"),
        (lambda answer: answer.pop("results"), "not an answer"),
    ],
    ids=["order", "value", "missing", "order of keys", "errors", "model", "shape"],
)
def test_a_wrong_answer_is_told(spoil: Callable[[dict[str, object]], object], problem: str) -> None:
    call = calls_of(3, TEXTS)[1]
    answer = json.loads(score_body(call.data.partition(b"\r\n\r\n")[2]))
    spoil(answer)
    assert problem in (RecordCheck(RECORDS)(call, json.dumps(answer).encode()) or "")


def test_an_answer_to_another_call_is_wrong() -> None:
    first, second = calls_of(3, TEXTS)[:2]
    body = score_body(first.data.partition(b"\r\n\r\n")[2])
    check = RecordCheck(RECORDS)
    assert check(first, body) is None
    assert check(second, body) == "3 records for 3 texts, 3 of them wrong"
    assert check(calls_of(1, TEXTS)[0], body) is not None


def test_other_services_are_held_to_the_number_of_items() -> None:
    check, call = LengthCheck(), Call(b"", 2)
    assert check(call, b"[1, 2]") is None
    assert check(call, b"[1]") == check(call, b"{}") == "not one item per text"
    assert check(call, b"oh") == "no JSON"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300))
def test_quantiles_are_values_that_occurred(seconds: list[float]) -> None:
    found = quantiles_ms(seconds)
    assert found is not None
    ordered = sorted(seconds)
    for name, share in (("p50", 50), ("p90", 90), ("p99", 99), ("most", 100)):
        rank = -(-share * len(ordered) // 100)  # the smallest value that at least that share does not exceed
        assert found[name] == round(1e3 * ordered[rank - 1], 2)


def test_no_latencies_have_no_quantiles() -> None:
    assert quantiles_ms([]) is None


def test_arrivals_are_a_poisson_process() -> None:
    times = list(arrivals(200, 50, seed=1))
    gaps = np.diff(times)
    assert times == sorted(times)
    assert len(times) == pytest.approx(10_000, rel=0.05)
    assert times[-1] < 50
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.05)  # as of an exponential distribution
    assert times[:5] == list(itertools.islice(arrivals(200, 50, seed=1), 5))


def test_a_closed_loop_finds_what_the_service_can() -> None:
    tally = load(lambda _, body: ok(score_body(body), 0.02), clients=2)
    assert tally.errors == 0
    assert tally.texts == 3 * len(tally.latencies)
    assert 30 < tally.texts_per_second <= 2 * 3 / 0.02
    assert min(tally.latencies) >= 0.019
    assert tally.to_dict()["latency_ms"]["p50"] >= 19


def test_an_open_loop_does_not_wait_for_answers() -> None:
    tally = load(lambda _, body: ok(score_body(body), 0.4), rate=60)
    assert sum(tally.statuses.values()) == pytest.approx(30, abs=15)
    assert len(tally.lags) == len(tally.latencies) == tally.statuses[200]
    assert max(tally.lags) < 0.3  # they left on time although nothing had been answered


def test_one_stall_is_felt_by_all_calls_that_should_have_left_meanwhile() -> None:
    """A client that waits for each answer would have seen one slow call; an open loop sees them all."""
    served = itertools.count()
    free_at = [0.0]

    def reply(_: str, body: bytes) -> Reply:
        now = asyncio.get_running_loop().time()
        free_at[0] = max(free_at[0], now) + (0.3 if next(served) == 3 else 0.0)
        return ok(score_body(body), free_at[0] - now)

    tally = load(reply, rate=100)
    slow = [latency for latency in tally.latencies if latency > 0.05]
    assert len(slow) > 8
    assert tally.errors == 0


def test_refusals_are_no_errors_if_they_say_when_to_come_again() -> None:
    turns = itertools.count()
    full: Reply = (429, {"Retry-After": "1"}, b"", 0.0)
    tally = load(lambda _, body: full if next(turns) % 2 else ok(score_body(body)), rate=80)
    assert tally.statuses[429] > 5
    assert tally.errors == 0
    assert len(tally.latencies) == tally.statuses[200]
    unadvised = load(lambda *_: (429, {}, b"", 0.0), rate=80)
    assert unadvised.errors == unadvised.unadvised == unadvised.statuses[429] > 0


def test_everything_else_is_an_error_and_an_example() -> None:
    bad: dict[str, Reply] = {TEXTS[0]: (500, {}, b"", 0.0), TEXTS[3]: (0, {}, b"", 0.0)}  # a call asked again stays bad
    tally = load(lambda _, body: bad.get(json.loads(body)["reviews"][0]["text"], ok(b"{}")), rate=80)
    said = tally.to_dict()
    assert said["statuses"]["500"] > 0
    assert tally.broken > 0
    assert tally.wrong == tally.statuses[200] > 0
    assert tally.errors == tally.statuses[500] + tally.broken + tally.wrong
    assert {"status 500", "not an answer of /v1/score"} <= set(said["examples"])
    assert len(said["examples"]) <= 5
    assert tally.latencies == []


def test_calls_that_find_no_connection_are_counted() -> None:
    tally = load(lambda _, body: ok(score_body(body), 0.3), rate=80, most=3)
    assert tally.unsent > 5
    assert tally.errors == tally.unsent


def test_a_call_that_is_never_answered_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hx_detect.evaluation.service_load._PATIENCE_SECONDS", 0.1)
    tally = load(lambda _, body: ok(body, 5.0), rate=20)
    assert tally.broken > 0
    assert any("no answer within" in example for example in tally.examples)


def test_tallies_add_up() -> None:
    one, other = Tally(texts=4, seconds=2, latencies=[0.1], wrong=1), Tally(texts=8, seconds=1, latencies=[0.2])
    one.statuses[200], other.statuses[200], other.statuses[429] = 1, 1, 2
    other.note("late")
    one.add(other)
    assert one.texts_per_second == 4
    assert one.latencies == [0.1, 0.2]
    assert one.statuses == {200: 2, 429: 2}
    assert one.errors == 1
    assert one.examples == ["late"]


def test_get_requests_have_no_texts() -> None:
    async def run(port: int) -> Tally:
        pool = Pool(port)
        tally = await open_loop(pool, itertools.repeat(Call(request("GET", "/livez"), 0)), 40, 0.3, None)
        pool.close()
        return tally

    service = SmallService(lambda *_: ok(b"{}"))
    with small_service(service) as port:
        tally = asyncio.run(run(port))
    assert set(service.paths) == {"/livez"}
    assert tally.texts == 0
    assert len(tally.latencies) == tally.statuses[200] > 2
