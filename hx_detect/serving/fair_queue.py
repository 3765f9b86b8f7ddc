"""Requests of many callers -> batches, nobody starved. In: requests with the cost of each item. Out: slices of them.

Callers take turns by tokens (deficit round robin: Shreedhar & Varghese 1996, "Efficient fair queuing using deficit
round-robin"). A full queue keeps room for those who are not in it yet: a caller may hold no more than what is still
free (Choudhury & Hahne 1998, "Dynamic queue length thresholds for shared-memory packet switches").
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

QUANTUM: Final = 128
"""Tokens that a caller is served with at each turn, about."""
CHARS_PER_TOKEN: Final = 4
FRAME_TOKENS: Final = 2
MOST_WAITS: Final = 10
ENOUGH: Final = 512
"""Tokens that make a batch as quick, per token, as a larger one, about."""
FEW: Final = 72
"""Tokens, about, of batches of which two side by side, a core for each, are quicker than both together."""
TOKENS_PER_PLACE: Final = 128
"""The queue holds this many tokens for each text that it holds."""


class Queued(Protocol):
    """What can wait: its caller and the cost of its items."""

    @property
    def caller(self) -> str:
        """Whose turn it is."""
        ...

    @property
    def costs(self) -> Sequence[int]:
        """Tokens of each item, from 1."""
        ...


T = TypeVar("T", bound=Queued)


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Items ``start`` to ``end`` (exclusive) of a request."""

    request: T
    start: int
    end: int

    @property
    def tokens(self) -> int:
        """Their tokens, about."""
        return sum(self.request.costs[self.start : self.end])


class QueueFull(Exception):
    """There is no room for the request."""


class QueueClosed(Exception):
    """The queue takes no more requests."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    """A request, how far it has been taken, and what it was charged."""

    request: T
    tokens: int
    taken: int = 0

    @property
    def left(self) -> int:
        return len(self.request.costs) - self.taken


@dataclass(slots=True)
class _Lane(Generic[T]):
    """One caller's requests."""

    waiting: deque[_Waiting[T]] = field(default_factory=deque)
    deficit: int = 0
    texts: int = 0
    tokens: int = 0


def cost_of(text: str) -> int:
    """Tokens of a text, about: known before it is cut into tokens."""
    return len(text) // CHARS_PER_TOKEN + FRAME_TOKENS


def tokens_of(batch: Sequence[Slice[Any]]) -> int:
    """Tokens of all its slices, about."""
    return sum(piece.tokens for piece in batch)


class FairQueue(Generic[T]):
    """A bounded queue between threads; knows nothing of models or HTTP.

    Args:
        most_texts: items that may wait.
        quantum: tokens of a turn.
    """

    def __init__(self, most_texts: int, quantum: int = QUANTUM) -> None:
        self._most_texts = most_texts
        self._most_tokens = most_texts * TOKENS_PER_PLACE
        self._quantum = quantum
        self._lanes: OrderedDict[str, _Lane[T]] = OrderedDict()
        self._debts: dict[str, int] = {}
        self._texts = 0
        self._tokens = 0
        self._last_put = -math.inf
        self._gap = math.inf
        self._had_company = False
        self._closed = False
        self._in_work: list[int] = []
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Items that wait."""
        return self._texts

    @property
    def tokens(self) -> int:
        """Tokens that wait, about."""
        return self._tokens

    @property
    def closed(self) -> bool:
        """It takes no more requests."""
        return self._closed

    def put(self, request: T) -> None:
        """Let a request wait.

        Raises:
            QueueFull: there is no room, or its caller holds too much of it.
            QueueClosed: after ``close``.
        """
        texts = len(request.costs)
        # One huge text may be more than the whole queue: it is charged a quarter, or it could never get in.
        tokens = min(sum(request.costs), self._most_tokens // 4)
        with self._changed:
            if self._closed:
                raise QueueClosed
            if not texts:
                return
            lane = self._lanes.get(request.caller) or _Lane(deficit=self._debts.get(request.caller, 0))
            if texts + lane.texts > self._most_texts - self._texts or (
                tokens + lane.tokens > self._most_tokens - self._tokens
            ):
                raise QueueFull
            self._lanes[request.caller] = lane
            self._debts.pop(request.caller, None)
            lane.waiting.append(_Waiting(request, tokens))
            self._count(lane, texts, tokens)
            now = time.monotonic()
            self._gap, self._last_put = now - self._last_put, now
            self._changed.notify()

    def take(self, budget: int, max_wait: float, timeout: float | None = None) -> list[Slice[T]]:
        """The next batch; whoever takes one says ``done`` when they are through with it.

        While a small batch is in work, another small one waits for its end and grows meanwhile: half a batch each side
        by side is slower for all than one after the other. Two of very few texts go side by side.

        Args:
            budget: tokens; the first item is taken whatever it costs.
            max_wait: seconds to wait for the next request once there is one; all in all ten times that.
            timeout: seconds to wait for something; None waits for ever.

        Returns:
            Slices in the order they were taken, each request at most once; empty when nothing came in time or the
            queue is closed and empty.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._worth_taking(), timeout):
                return []
            self._wait_for_company(budget, max_wait)
            if not (self._closed or self._worth_taking()):  # another thread took what was there
                return []
            batch = self._taken(budget)
            if batch:
                self._in_work.append(tokens_of(batch))
            if self._worth_taking():  # who waits may have looked before that was so
                self._changed.notify()
            return batch

    def done(self, batch: Sequence[Slice[T]]) -> None:
        """A batch that was taken is no longer in work."""
        with self._changed:
            self._in_work.remove(tokens_of(batch))

    def close(self) -> None:
        """Take no more requests; those that wait can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def discard(self, request: T) -> None:
        """Forget what still waits of a request: nobody waits for it any more."""
        with self._changed:
            lane = self._lanes.get(request.caller) or _Lane()
            waiting = next((one for one in lane.waiting if one.request is request), None)
            if waiting is not None:
                lane.waiting.remove(waiting)
                self._count(lane, -waiting.left, -waiting.tokens)
                if not lane.waiting:
                    self._leave(request.caller, lane)

    def _worth_taking(self) -> bool:
        if not self._texts or self._tokens >= ENOUGH:
            return self._texts > 0
        small = [tokens for tokens in self._in_work if tokens < ENOUGH]
        return not small or (len(small) == 1 and max(self._tokens, *small) <= FEW)

    def _wait_for_company(self, budget: int, max_wait: float) -> None:
        """As long as requests follow each other closely, or some came at the last such wait; else nobody may come."""
        if self._gap > max_wait and not self._had_company:
            return
        last, texts = time.monotonic() + MOST_WAITS * max_wait, self._texts
        while self._texts and self._tokens < budget and not self._closed:
            left = min(self._last_put + max_wait, last) - time.monotonic()
            if left <= 0:
                break
            self._changed.wait(left)
        if self._texts:  # else another thread took them all
            self._had_company = self._texts > texts

    def _taken(self, budget: int) -> list[Slice[T]]:
        """Turns until the budget is spent; the caller whose turn was cut short goes on first next time."""
        slices: dict[int, Slice[T]] = {}
        room = budget
        while self._lanes and room > 0:
            name, lane = next(iter(self._lanes.items()))
            if lane.deficit <= 0:
                lane.deficit += self._quantum
            room = self._turn(lane, room, slices, first=not slices)
            if not lane.waiting:
                self._leave(name, lane)
            elif lane.deficit <= 0:
                self._lanes.move_to_end(name)
            elif room > 0:  # its next item does not fit into what is left of this batch
                break
        return list(slices.values())

    def _turn(self, lane: _Lane[T], room: int, slices: dict[int, Slice[T]], *, first: bool) -> int:
        """Serve one caller until its deficit or the budget is spent; gives what is left of the budget."""
        while lane.waiting and lane.deficit > 0:
            waiting = lane.waiting[0]
            cost = waiting.request.costs[waiting.taken]
            if cost > room and not first:
                return room
            self._give(lane, waiting, cost, slices)
            room, first = room - cost, False
            if room <= 0:
                break
        return room

    def _give(self, lane: _Lane[T], waiting: _Waiting[T], cost: int, slices: dict[int, Slice[T]]) -> None:
        start = slices[id(waiting)].start if id(waiting) in slices else waiting.taken
        waiting.taken += 1
        slices[id(waiting)] = Slice(waiting.request, start, waiting.taken)
        charged = waiting.tokens if not waiting.left else min(cost, waiting.tokens)
        waiting.tokens -= charged
        self._count(lane, -1, -charged)
        lane.deficit -= cost
        if not waiting.left:
            lane.waiting.popleft()

    def _leave(self, name: str, lane: _Lane[T]) -> None:
        """A caller has nothing left; what it was served beyond its turn is remembered while others wait."""
        del self._lanes[name]
        if lane.deficit < 0:
            self._debts[name] = lane.deficit
        if not self._lanes:
            self._debts.clear()

    def _count(self, lane: _Lane[T], texts: int, tokens: int) -> None:
        lane.texts += texts
        lane.tokens += tokens
        self._texts += texts
        self._tokens += tokens
