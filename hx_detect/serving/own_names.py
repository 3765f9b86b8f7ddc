"""The signals that the model in use brings along. In: a scorer, a service. Out: their names in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from hx_detect.batch_options import StreamScorer
from hx_detect.labels import OWN_GROUP, SIGNAL_INDEX
from hx_detect.serving.problems import not_ready
from hx_detect.serving.schemas import SignalNames
from hx_detect.serving.state import ServiceState


def own_signals(scorer: StreamScorer | None) -> list[SignalNames]:
    """The signals that a model brings along, with their names."""
    info = getattr(getattr(scorer, "bundle", None), "info", {})
    return [SignalNames(group=OWN_GROUP, **one) for one in info.get("own_signals", [])]


def accepted_own(state: ServiceState, asked: Iterable[str]) -> tuple[str, ...]:
    """Names of the own signals of the model in use, in its order.

    Args:
        state: of the service.
        asked: names that a caller uses.

    Raises:
        Problem: 503 where a name is not built in and there is no model yet to say whether it exists.
    """
    scorer = state.models.current
    if scorer is None and not set(asked) <= SIGNAL_INDEX.keys():
        raise not_ready(state="starting")
    return tuple(one.name for one in own_signals(scorer))
