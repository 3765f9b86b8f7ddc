"""The fair queue. In: requests of several callers. Out: every item once, in order, nobody starved, never too many."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.serving.fair_queue import (
    ENOUGH,
    FEW,
    TOKENS_PER_PLACE,
    FairQueue,
    QueueClosed,
    QueueFull,
    Slice,
    cost_of,
)


@dataclass(frozen=True, eq=False)
class Request:
    """A request that waits."""

    caller: str
    costs: tuple[int, ...]


def items(batch: list[Slice[Request]]) -> list[tuple[Request, int]]:
    return [(piece.request, index) for piece in batch for index in range(piece.start, piece.end)]


def take(queue: FairQueue[Request], budget: int = 100) -> list[Slice[Request]]:
    batch = queue.take(budget, 0.0, 0.0)
    if batch:
        queue.done(batch)
    return batch


REQUESTS = st.lists(
    st.builds(
        Request, st.sampled_from("abc"), st.lists(st.integers(1, 300), min_size=1, max_size=12).map(tuple)
    ), max_size=25,
)  # fmt: skip


@given(REQUESTS, st.integers(1, 500), st.integers(1, 200))
def test_every_item_comes_out_once_and_in_order(requests: list[Request], budget: int, quantum: int) -> None:
    queue: FairQueue[Request] = FairQueue(10_000, quantum)
    for request in requests:
        queue.put(request)
    assert len(queue) == sum(len(request.costs) for request in requests)
    seen: list[tuple[Request, int]] = []
    while batch := take(queue, budget):
        taken = items(batch)
        costs = [request.costs[index] for request, index in taken]
        assert sum(costs) <= budget or len(taken) == 1
        assert len({id(piece.request) for piece in batch}) == len(batch)
        seen += taken
    for request in requests:
        assert [index for one, index in seen if one is request] == list(range(len(request.costs)))
    for caller in "abc":
        mine = [request for request in requests if request.caller == caller]
        assert list(dict.fromkeys(one for one, _ in seen if one.caller == caller)) == mine
    assert (len(queue), queue.tokens) == (0, 0)


@given(REQUESTS, st.data())
def test_what_is_discarded_does_not_come_out_and_frees_its_room(requests: list[Request], data: st.DataObject) -> None:
    queue: FairQueue[Request] = FairQueue(10_000)
    for request in requests:
        queue.put(request)
    taken = items(take(queue))
    gone = data.draw(st.lists(st.sampled_from(requests), unique_by=id)) if requests else []
    for request in gone:
        queue.discard(request)
        queue.discard(request)
    after: list[tuple[Request, int]] = []
    while batch := take(queue):
        after += items(batch)
    assert not {id(request) for request in gone} & {id(request) for request, _ in after}
    left = [request for request in requests if request not in gone]
    assert sum(request in left for request, _ in taken + after) == sum(len(request.costs) for request in left)
    assert (len(queue), queue.tokens) == (0, 0)


def test_a_flood_does_not_hold_up_the_others() -> None:
    queue: FairQueue[Request] = FairQueue(1024)
    for _ in range(500):
        queue.put(Request("flood", (30,)))
    lone = Request("lone", (30,))
    queue.put(lone)
    assert any(piece.request is lone for piece in take(queue, 300))


def test_callers_share_by_tokens_not_by_requests() -> None:
    queue: FairQueue[Request] = FairQueue(4096, quantum=100)
    for _ in range(40):
        queue.put(Request("long", (200,)))
    for _ in range(800):
        queue.put(Request("short", (10,)))
    served: Counter[str] = Counter()
    for _ in range(8):
        for request, index in items(take(queue, 1000)):
            served[request.caller] += request.costs[index]
    assert 0.8 < served["long"] / served["short"] < 1.25


def test_a_caller_who_had_more_than_a_turn_waits_longer() -> None:
    queue: FairQueue[Request] = FairQueue(1024, quantum=100)
    queue.put(Request("huge", (1000,)))
    for _ in range(100):
        queue.put(Request("small", (20,)))
    first = take(queue, 100)
    assert [piece.request.caller for piece in first] == ["huge"]
    again = Request("huge", (1000,))
    queue.put(again)
    turns = 0
    while not any(piece.request is again for piece in take(queue, 100)):
        turns += 1
    assert turns >= 8


def test_a_full_queue_still_has_room_for_a_newcomer() -> None:
    queue: FairQueue[Request] = FairQueue(1024)
    for _ in range(512):
        queue.put(Request("flood", (1,)))
    with pytest.raises(QueueFull):
        queue.put(Request("flood", (1,)))
    queue.put(Request("newcomer", (1,) * 256))
    with pytest.raises(QueueFull):
        queue.put(Request("flood", (1,)))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 40)), max_size=200))
def test_the_queue_is_never_over_full(puts: list[tuple[str, int]]) -> None:
    queue: FairQueue[Request] = FairQueue(64)
    for caller, count in puts:
        try:
            queue.put(Request(caller, (1,) * count))
        except QueueFull:
            assert len(queue) > 0
        assert len(queue) <= 64


def test_tokens_are_bounded_too_but_one_huge_text_gets_in() -> None:
    queue: FairQueue[Request] = FairQueue(100)
    huge = 100 * TOKENS_PER_PLACE * 3
    queue.put(Request("a", (huge,)))
    queue.put(Request("b", (huge,)))
    queue.put(Request("c", (1,)))
    with pytest.raises(QueueFull):
        queue.put(Request("a", (huge,) * 2))
    assert queue.tokens <= 100 * TOKENS_PER_PLACE


def test_nothing_to_score_does_not_wait() -> None:
    queue: FairQueue[Request] = FairQueue(10)
    queue.put(Request("a", ()))
    assert (len(queue), take(queue)) == (0, [])


def test_a_closed_queue_gives_what_it_has_and_takes_no_more() -> None:
    queue: FairQueue[Request] = FairQueue(10)
    queue.put(Request("a", (1,)))
    queue.close()
    with pytest.raises(QueueClosed):
        queue.put(Request("a", (1,)))
    assert queue.closed
    assert len(items(take(queue, 10))) == 1
    assert queue.take(10, 1.0) == []


def test_take_waits_for_something_and_a_lone_request_for_nobody() -> None:
    queue: FairQueue[Request] = FairQueue(10)
    started = time.monotonic()
    threading.Timer(0.05, queue.put, [Request("a", (1,))]).start()
    assert len(queue.take(100, max_wait=30.0, timeout=30.0)) == 1
    assert 0.03 < time.monotonic() - started < 20


def test_where_requests_come_fast_the_first_waits_for_company() -> None:
    queue: FairQueue[Request] = FairQueue(10)
    queue.put(Request("a", (1,)))
    queue.put(Request("b", (1,)))
    threading.Timer(0.05, queue.put, [Request("c", (98,))]).start()
    assert len(queue.take(100, max_wait=30.0)) == 3


def test_while_a_small_batch_is_in_work_the_next_grows() -> None:
    queue: FairQueue[Request] = FairQueue(1_000)
    queue.put(Request("a", (FEW + 1,)))
    small = queue.take(10_000, 0.0)
    queue.put(Request("b", (1,)))
    assert queue.take(10_000, 0.0, 0.0) == []
    queue.put(Request("c", (ENOUGH,)))
    grown = queue.take(10_000, 0.0, 0.0)
    assert [piece.request.caller for piece in grown] == ["b", "c"]
    queue.done(small)
    queue.put(Request("d", (1,)))
    assert len(queue.take(10_000, 0.0, 0.0)) == 1, "a large batch in work holds up nothing"


def test_two_batches_of_few_texts_go_side_by_side_and_a_third_grows() -> None:
    queue: FairQueue[Request] = FairQueue(1_000)
    queue.put(Request("a", (FEW,)))
    first = queue.take(10_000, 0.0)
    queue.put(Request("b", (FEW,)))
    second = queue.take(10_000, 0.0, 0.0)
    assert [piece.request.caller for piece in second] == ["b"]
    queue.put(Request("c", (1,)))
    assert queue.take(10_000, 0.0, 0.0) == []
    queue.put(Request("d", (FEW,)))
    queue.done(first)
    assert queue.take(10_000, 0.0, 0.0) == [], "more than a few wait: they go together, when the second is done"
    queue.done(second)
    assert len(queue.take(10_000, 0.0, 0.0)) == 2


def test_who_waits_for_a_small_batch_is_woken_by_what_its_end_leaves() -> None:
    queue: FairQueue[Request] = FairQueue(1_000)
    queue.put(Request("a", (FEW + 1,)))
    small = queue.take(10_000, 0.0)
    queue.put(Request("b", (1,) * 3))
    found: list[list[Slice[Request]]] = []
    beside = threading.Thread(target=lambda: found.append(queue.take(10_000, 0.0, 30.0)))
    beside.start()
    queue.put(Request("c", (ENOUGH,) * 3))
    queue.done(small)
    assert queue.take(ENOUGH, 0.0, 30.0)
    beside.join(10)
    assert found
    assert found[0]


def test_who_waited_for_company_in_vain_does_not_take_a_small_batch_beside_another() -> None:
    queue: FairQueue[Request] = FairQueue(1_000)
    queue.put(Request("a", (FEW,)))
    queue.put(Request("b", (FEW,)))  # so soon after the first that a thread waits for more
    found: list[list[Slice[Request]]] = []
    threads = [threading.Thread(target=lambda: found.append(queue.take(10_000, 0.2, 0.5))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(len(batch) for batch in found) == [0, 2]


def test_costs_follow_the_length() -> None:
    assert cost_of("") >= 1
    assert 10 <= cost_of("Llevo tres semanas reclamando y nadie me contesta.") <= 20
