"""What simulations gave -> ``docs/benchmarks-labelling.md``. In: games, their curves. Out: English, then Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hx_detect.labelling.simulate import Curves, Game, Labelled, Saving
from hx_detect.labels import Lang

TARGET: Final = 0.4
"""Share of the labels that is to be saved."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A game, what came of it, and what that saves."""

    game: Game
    curves: Curves
    found: Sequence[Saving]


def summary(found: Sequence[Saving], lang: Lang) -> str:
    """The table of savings, for a terminal or a page."""
    heads = (
        "| calidad (precisión media macro) | al azar | elegidas | ahorro | intervalo del 95 % |"
        if lang == "es"
        else "| quality (macro average precision) | random | chosen | saved | 95 % interval |"
    )
    lines = [heads, "|---|---|---|---|---|"]
    for one in found:
        saved = f"{one.saved:.0%}" if one.saved >= TARGET else f"**{one.saved:.0%}**"
        lines.append(
            f"| {one.quality:.3f} | {one.random} | {one.chosen:.0f} | {saved} | {one.low:.0%} – {one.high:.0%} |"
        )
    return "\n".join(lines) + "\n"


def page(played: Sequence[Played], model: str, texts: Labelled) -> str:
    """The page: one table for each size of a batch, in both languages."""
    english = "".join(_english(one) for one in played)
    spanish = "".join(_spanish(one) for one in played)
    return (
        _introduction(played[0].game, model, texts) + english + _resumen(played[0].game, model, texts) + spanish
    ).rstrip("\n") + "\n"


def _introduction(game: Game, model: str, texts: Labelled) -> str:
    count, apart = len(texts.vectors), round(game.test * len(texts.vectors))
    return (
        "# Labels saved by choosing\n\n"
        "Written by `hx-detect label simulate`. How many labels does it take to reach a quality, if the texts are "
        "chosen by `hx-detect label suggest` instead of drawn at random?\n\n"
        f"- **Texts**: {count} annotated and authored ones, in both languages, that {model} has not been trained on. "
        "Many were picked or written for rare signals, which leaves less to gain than in an everyday stream.\n"
        f"- **Game**: a third of the texts ({apart}) is kept apart. A first batch of the rest is drawn and labelled; "
        "then batch after batch is chosen, or drawn. After each one heads for the 18 signals are learned from nothing "
        "but those labels, on the vectors of the model's frozen encoder (ridge-penalised logistic regression), and "
        "their macro average precision on the texts kept apart is taken. The choice knows only what those heads say. "
        f"{game.games} games with draws of their own; chosen and random share them. The interval is over resampled "
        "games: it speaks of the draws, not of other texts.\n"
        "- **Mind**: the encoder was trained on other texts with the same 18 signals, so its vectors tell them apart "
        "already, as they do where a shipped model is refitted; a signal that it never met may gain less. The weights "
        "of the choice were set on four games of another seed over the same texts.\n"
        f"- **Asked**: {TARGET:.0%} fewer labels. What was missed stands in bold.\n\n"
    )


def _english(played: Played) -> str:
    reached = _reached(played.found)
    last, chosen = played.found[-1], float(np.mean(played.curves.chosen[:, -1]))
    return (
        f"## {played.game.batch} labels at a time\n\n"
        f"Reached {f'from {reached} labels on' if reached else 'nowhere'}.\n\n"
        + summary(played.found, "en")
        + f"\nWith all {last.random} labels, random choice reaches {last.quality:.3f}, and choosing {chosen:.3f}.\n\n"
    )


def _resumen(game: Game, model: str, texts: Labelled) -> str:
    return (
        "# Resumen en español\n\n"
        "Escrito por `hx-detect label simulate`. Cuántas etiquetas hacen falta para llegar a una calidad si los textos "
        f"se eligen con `hx-detect label suggest` en vez de al azar: {len(texts.vectors)} textos que {model} no ha "
        f"visto al entrenar, {game.games} repeticiones. Se pedía un {100 * TARGET:.0f} % menos; lo que no llega va en "
        "negrita.\n\n"
    )


def _spanish(played: Played) -> str:
    reached = _reached(played.found)
    return (
        f"## De {played.game.batch} en {played.game.batch} etiquetas\n\n"
        f"Se alcanza {f'desde {reached} etiquetas' if reached else 'en ningún punto'}.\n\n"
        + summary(played.found, "es")
        + "\n"
    )


def _reached(found: Sequence[Saving]) -> int | None:
    """The number of random labels from which on the target is always reached, or None."""
    reached = None
    for one in reversed(found):
        if one.saved < TARGET:
            break
        reached = one.random
    return reached
