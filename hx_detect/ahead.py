"""Items -> what a function makes of them, one ahead of who takes it. In: a function, items. Out: results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def one_ahead(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Apply a function to items in a thread beside the caller's, so that the next result is under way meanwhile.

    It pays where the function waits or computes outside the interpreter, as a graph's run does. A single item is done
    in the caller's own thread, which saves a lone text the way to another.

    Args:
        function: called with one item after the other, never with two at once.
        items: read in the caller's thread, up to two further than the last result.

    Yields:
        The results in the order of the items. What the function or the items raise, is raised at its place.
    """
    coming = iter(items)
    some = [item for _, item in zip(range(2), coming, strict=False)]
    if len(some) < 2:
        yield from map(function, some)
        return
    with ThreadPoolExecutor(1) as beside:
        running, waiting = (beside.submit(function, item) for item in some)
        try:
            for item in coming:
                yield running.result()
                running, waiting = waiting, beside.submit(function, item)
            yield running.result()
            yield waiting.result()
        finally:
            waiting.cancel()
