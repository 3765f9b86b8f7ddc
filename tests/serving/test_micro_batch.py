"""The micro-batcher. In: requests; models that are slow, fail, change. Out: results in order, or why not."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from batcher import Named, batching, run, texts
from fake_scorer import FakeScorer, fake_score

from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.micro_batch import AT_ONCE, MicroBatcher
from hx_detect.serving.model_slot import ModelSlot
from hx_detect.serving.problems import Problem


def test_results_are_the_scorers_own_and_in_order() -> None:
    async def work() -> None:
        async with batching(Named()) as (batcher, _):
            reviews = texts(*(f"nadie {number}" if number % 3 else f"gracias {number}" for number in range(700)))

            async def one(first: int, caller: str) -> None:
                mine = reviews[first : first + 7]
                done = await batcher.submit(mine, caller)
                assert done.results == [fake_score(review) for review in mine]
                assert (done.model_name, done.model_version) == ("fake", "1")

            await asyncio.gather(*(one(first, f"key-{first % 5}") for first in range(0, 700, 7)))

    run(work)


def test_requests_are_scored_together() -> None:
    async def work() -> None:
        scorer = Named(pause=0.002)
        async with batching(scorer) as (batcher, _):
            await asyncio.gather(*(batcher.submit(texts(f"a{number}"), "k") for number in range(200)))
        assert max(scorer.batches) > 20

    run(work)


def test_the_answers_of_a_batch_leave_room_for_others_in_between() -> None:
    turn, turns = count(), list[int]()

    async def work() -> None:
        scorer = Named(pause=0.002)
        async with batching(scorer) as (batcher, _):
            loop = asyncio.get_running_loop()

            def others() -> None:
                turns.append(next(turn))
                loop.call_soon(others)

            async def one(name: str) -> int:
                await batcher.submit(texts(name), "k")
                return turns[-1]

            loop.call_soon(others)
            ends = Counter(await asyncio.gather(*(one(f"a{number}") for number in range(400))))
        assert max(scorer.batches) > 8 * AT_ONCE
        assert max(ends.values()) <= 4 * AT_ONCE, "two batches may end at the same time"

    run(work)


def test_a_request_larger_than_a_batch_is_cut_and_put_together_again() -> None:
    async def work() -> None:
        scorer = Named()
        async with batching(scorer, batch_tokens=20) as (batcher, _):
            reviews = texts(*(f"text number {number}" for number in range(100)))
            done = await batcher.submit(reviews, "k")
            assert [score.id for score in done.results] == [review.id for review in reviews]
        assert len(scorer.batches) > 20

    run(work)


def test_one_bad_item_fails_alone() -> None:
    async def work() -> None:
        async with batching(Named()) as (batcher, _):
            done = await batcher.submit(texts("nadie", "UNSCORABLE", "gracias"), "k")
            first, failure, last = done.results
            assert isinstance(failure, RowFailure)
            assert (first, last) == (
                fake_score(Review("nadie", id="nadie")),
                fake_score(Review("gracias", id="gracias")),
            )

    run(work)


def test_where_the_model_breaks_only_that_request_fails() -> None:
    async def work() -> None:
        async with batching(Named(pause=0.001)) as (batcher, _):
            calls = [batcher.submit(texts("POISON" if number == 13 else f"t{number}"), "k") for number in range(30)]
            done = await asyncio.gather(*calls, return_exceptions=True)
            failed = [number for number, one in enumerate(done) if isinstance(one, BaseException)]
            assert failed == [13]
            assert isinstance(done[13], Problem)
            assert (done[13].status, done[13].code) == (500, "internal")
            assert "customer" not in str(done[13])
            assert len((await batcher.submit(texts("again"), "k")).results) == 1

    run(work)


def test_a_scorer_that_loses_a_result_is_found_out() -> None:
    class Short(FakeScorer):
        def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
            return iter(list(super().score_stream(reviews))[:1])

    async def work() -> None:
        async with batching(Short()) as (batcher, _):
            with pytest.raises(Problem) as caught:
                await batcher.submit(texts("a", "b", "c"), "k")
            assert caught.value.status == 500

    run(work)


def test_too_slow_is_504_and_the_rest_of_the_work_is_dropped() -> None:
    async def work() -> None:
        scorer = Named(pause=0.05)
        async with batching(scorer, timeout=0.2, batch_tokens=2, workers=1) as (batcher, _):
            with pytest.raises(Problem) as caught:
                await batcher.submit(texts(*(f"t{number}" for number in range(50))), "k")
            assert (caught.value.status, caught.value.code) == (504, "timeout")
            before = len(scorer.scored)
            await asyncio.sleep(0.3)
            assert len(scorer.scored) <= before + 1

    run(work)


def test_who_goes_away_is_not_scored_for() -> None:
    async def work() -> None:
        scorer = Named(pause=0.02)
        async with batching(scorer, batch_tokens=2, workers=1) as (batcher, _):
            call = asyncio.create_task(batcher.submit(texts(*(f"t{number}" for number in range(100))), "k"))
            await asyncio.sleep(0.1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.sleep(0.1)
        assert len(scorer.scored) < 30

    run(work)


def test_a_long_text_does_not_hold_up_the_others() -> None:
    class Slow(FakeScorer):
        def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
            for review in reviews:
                time.sleep(1.0 if len(review.text) > 500 else 0.0)
                yield fake_score(review)

    async def work() -> None:
        async with batching(Slow(), batch_tokens=50) as (batcher, _):
            long = [asyncio.create_task(batcher.submit(texts("x" * 600), "flood")) for _ in range(3)]
            await asyncio.sleep(0.05)
            for number in range(20):
                assert len((await batcher.submit(texts(f"short {number}"), "lone")).results) == 1
            assert not long[-1].done()
            assert [len((await one).results) for one in long] == [1, 1, 1]

    run(work)


def test_a_full_queue_is_429_with_retry_after_and_others_still_get_in() -> None:
    async def work() -> None:
        async with batching(Named(pause=0.01), queue_texts=64, workers=1) as (batcher, _):
            flood = [asyncio.create_task(batcher.submit(texts(*"abcdefgh"), "flood")) for _ in range(30)]
            await asyncio.sleep(0)
            assert len((await batcher.submit(texts("x"), "lone")).results) == 1
            done = await asyncio.gather(*flood, return_exceptions=True)
            refused = [one for one in done if isinstance(one, Problem)]
            assert refused
            assert {(one.status, one.code) for one in refused} == {(429, "queue_full")}
            assert all(1 <= int(one.headers["Retry-After"]) <= 60 for one in refused)
            assert len(refused) < len(done)

    run(work)


def test_a_reload_mixes_no_models_within_a_request() -> None:
    async def work() -> None:
        scorers = [Named(str(number), pause=0.001) for number in range(20)]
        async with batching(*scorers, batch_tokens=30) as (batcher, slot):
            calls: list[asyncio.Task[Any]] = []
            for number in range(19):
                calls += [asyncio.create_task(batcher.submit(texts(*"abcdefghijklmnop"), f"k{n}")) for n in range(3)]
                await asyncio.sleep(0.01)
                await asyncio.to_thread(slot.reload)
                assert number < 19
            versions = [(await call).model_version for call in calls]
            assert len(set(versions)) > 3
        # every scorer scored whole requests only
        assert all(len([text for text in scorer.scored if len(text) == 1]) % 16 == 0 for scorer in scorers)

    run(work)


def test_without_a_model_it_is_503() -> None:
    async def work() -> None:
        batcher = MicroBatcher(ModelSlot(FakeScorer), Metrics())
        with pytest.raises(Problem) as caught:
            await batcher.submit(texts("a"), "k")
        assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "1")
        assert batcher.stop(1.0)

    run(work)


def test_no_reviews() -> None:
    async def work() -> None:
        async with batching(Named()) as (batcher, _):
            done = await batcher.submit([], "k")
            assert (done.results, done.model_version) == ([], "1")

    run(work)


def test_stopping_scores_what_waits_and_takes_no_more() -> None:
    async def work() -> None:
        async with batching(Named(pause=0.005), batch_tokens=10) as (batcher, _):
            calls = [asyncio.create_task(batcher.submit(texts(*"abcdefghij"), "k")) for _ in range(10)]
            await asyncio.sleep(0.01)
            assert await asyncio.to_thread(batcher.stop, 30.0)
            assert [len((await call).results) for call in calls] == [10] * 10
            with pytest.raises(Problem) as caught:
                await batcher.submit(texts("late"), "k")
            assert caught.value.status == 503

    run(work)


def test_giving_up_answers_all_that_wait() -> None:
    async def work() -> None:
        async with batching(Named(pause=0.02), batch_tokens=10) as (batcher, _):
            calls = [asyncio.create_task(batcher.submit(texts(*"abcdefghij"), "k")) for _ in range(10)]
            await asyncio.sleep(0.1)
            batcher.give_up()
            done = await asyncio.gather(*calls, return_exceptions=True)
            assert {one.status for one in done if isinstance(one, Problem)} == {503}
            assert sum(isinstance(one, Problem) for one in done) > 5

    run(work)


def test_the_event_loop_stays_free_while_a_model_works() -> None:
    async def work() -> None:
        async with batching(Named(pause=0.01), workers=1) as (batcher, _):
            call = asyncio.create_task(batcher.submit(texts(*"abcdefghijklmnopqrst"), "k"))
            slowest, beats = 0.0, 0
            while not call.done():
                started = time.monotonic()
                await asyncio.sleep(0)
                slowest, beats = max(slowest, time.monotonic() - started), beats + 1
                await asyncio.sleep(0.001)
            assert beats > 20

    run(work)


def test_shapes_are_made_in_the_scoring_thread() -> None:
    def shape(result: Score | RowFailure) -> str:
        import threading

        return f"{threading.current_thread().name} {result.id}"

    async def work() -> Sequence[str]:
        async with batching(Named()) as (batcher, _):
            return (await batcher.submit_shaped(texts("a"), "k", shape)).results

    assert run(work)[0].startswith("score-")
