"""A key's requests are counted over all workers; nobody gets more than a bucket and its refill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.serving import rate
from hx_detect.serving.rate import WINDOW_SECONDS, OwnTimes, RateLimiter, SharedTimes


class Clock:
    """Seconds that pass when told to."""

    def __init__(self, start: float = 1.7e9) -> None:
        self.now = start

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["own", "shared"])
def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RateLimiter, Clock]]:
    clock = Clock()
    if request.param == "own":
        yield RateLimiter(OwnTimes(clock), clock), clock
        return
    times = SharedTimes(tmp_path / "rate.bin", clock)
    yield RateLimiter(times, clock), clock
    times.close()


def test_a_minutes_requests_at_once_and_then_one_by_one(limiter: tuple[RateLimiter, Clock]) -> None:
    take, clock = limiter[0].take, limiter[1]
    answers = [take("crm", 3) for _ in range(4)]
    assert [answer.allowed for answer in answers] == [True, True, True, False]
    assert [answer.left for answer in answers] == [2, 1, 0, 0]
    assert answers[3].retry_after == pytest.approx(20, abs=1e-3)
    assert take("other", 3).allowed
    clock.now += 19
    assert not take("crm", 3).allowed
    clock.now += 1.01
    assert take("crm", 3).allowed
    assert not take("crm", 3).allowed
    clock.now += WINDOW_SECONDS
    assert take("crm", 3).left == 2


def test_headers_say_what_is_left_and_when_to_come_again(limiter: tuple[RateLimiter, Clock]) -> None:
    first, second = (limiter[0].take("crm", 1).headers() for _ in range(2))
    assert first == {"RateLimit-Policy": '"key";q=1;w=60', "RateLimit": '"key";r=0;t=60'}
    assert second["Retry-After"] == "60"


def test_a_clock_that_was_set_back_locks_nobody_out(limiter: tuple[RateLimiter, Clock]) -> None:
    take, clock = limiter[0].take, limiter[1]
    assert [take("crm", 2).allowed for _ in range(3)] == [True, True, False]
    clock.now -= 10_000
    assert take("crm", 2).left == 1


@given(st.integers(1, 50), st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_never_more_than_a_bucket_and_its_refill(per_minute: int, pauses: list[float]) -> None:
    clock = Clock(0.0)
    limiter = RateLimiter(OwnTimes(clock), clock)
    passed: list[float] = []
    for pause in pauses:
        clock.now += pause
        answer = limiter.take("crm", per_minute)
        if answer.allowed:
            passed.append(clock.now)
        else:
            before = clock.now
            clock.now += answer.retry_after + 1e-3
            assert limiter.take("crm", per_minute).allowed
            passed.append(clock.now)
            assert clock.now > before
    for first, moment in enumerate(passed):
        within = [later for later in passed[first:] if later <= moment + WINDOW_SECONDS]
        assert len(within) <= 2 * per_minute + 1


@given(st.lists(st.sampled_from("abcdefgh"), max_size=100))
def test_shared_and_own_counts_agree(tmp_path_factory: pytest.TempPathFactory, callers: list[str]) -> None:
    clock = Clock()
    times = SharedTimes(tmp_path_factory.mktemp("rate") / "rate.bin", clock)
    shared, own = RateLimiter(times, clock), RateLimiter(OwnTimes(clock), clock)
    for caller in callers:
        clock.now += 1
        assert shared.take(caller, 5) == own.take(caller, 5)
    times.close()


def test_a_full_table_lets_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "SLOTS", 4)
    clock = Clock()
    times = SharedTimes(tmp_path / "rate.bin", clock)
    limiter = RateLimiter(times, clock)
    for number in range(20):
        clock.now += 1
        assert limiter.take(f"key {number}", 1).allowed
    assert not limiter.take("key 19", 1).allowed
    times.close()


def test_own_counts_of_the_past_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "KEPT", 10)
    clock = Clock()
    times = OwnTimes(clock)
    limiter = RateLimiter(times, clock)
    for number in range(100):
        clock.now += WINDOW_SECONDS
        limiter.take(str(number), 1)
    assert len(times._times) <= 11


def test_processes_share_a_count(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hx_detect.serving.rate import RateLimiter, SharedTimes\n"
        "limiter = RateLimiter(SharedTimes(Path(sys.argv[1])))\n"
        "print(sum(limiter.take('crm', 10).allowed for _ in range(8)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "rate.bin")]
    allowed = [int(subprocess.run(command, capture_output=True, check=True, text=True).stdout) for _ in range(3)]
    assert allowed[0] == 8
    assert 10 <= sum(allowed) <= 13  # some are refilled while the processes start
