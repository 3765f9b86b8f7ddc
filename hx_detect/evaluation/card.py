"""Figures -> the tables of a model card. In: the content of ``metrics.json``. Out: Markdown, Spanish or English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from hx_detect.evaluation.evaluate import PAIRS, lookup_in
from hx_detect.evaluation.targets import ALL, MODEL, MODEL_KIND_GIVEN, TARGETS, Lookup
from hx_detect.labels import SIGNALS, Lang, display

Choose = Callable[[str, str], str]
"""(English, Spanish) -> the one that the reader reads."""
_RIVAL_FIGURES: Final = (
    ("umsab_test", "sentiment.macro_f1", "UMSAB, macro-F1", "UMSAB, macro-F1"),
    ("umsab_test", "sentiment.accuracy", "UMSAB, accuracy", "UMSAB, exactitud"),
    ("marc_test", "stars.accuracy", "MARC, stars accuracy", "MARC, exactitud de estrellas"),
    ("marc_test", "stars.mae", "MARC, stars MAE", "MARC, error medio de estrellas"),
    (
        "hx_test",
        "sentiment.macro_f1",
        "annotated, sentiment macro-F1 (4 classes)",
        "anotados, sentimiento macro-F1 (4)",
    ),
    ("hx_test", "hx.auroc", "HX, AUROC", "HX, AUROC"),
    ("hx_test", "hx.average_precision", "HX, average precision", "HX, precisión media"),
    ("hx_test", "hx.f1", "HX, F1", "HX, F1"),
    ("hx_test", "hx.precision", "HX, precision", "HX, precisión"),
    ("hx_test", "hx.precision_top_10_percent", "HX, precision in the top 10 %", "HX, precisión en el 10 % superior"),
    (
        "hx_test",
        "signals.macro_average_precision",
        "signals, macro average precision",
        "señales, precisión media macro",
    ),
    ("hx_test", "stage.macro_f1", "journey stage, macro-F1", "etapa, macro-F1"),
)
_OWN_FIGURES: Final = (
    ("hx_test", "hx.ece", "ECE of HX", "ECE de HX"),
    ("hx_test", "hx.ece_if_perfect", "… of perfectly calibrated ones", "… de unas perfectamente calibradas"),
    ("hx_test", "hx.brier", "Brier score of HX", "Brier de HX"),
    ("hx_test", "sentiment.ece", "ECE of sentiment", "ECE del sentimiento"),
    ("hx_test", "sentiment.brier", "Brier score of sentiment", "Brier del sentimiento"),
    ("hx_test", "evidence.overlap", "evidence overlaps the annotation", "la evidencia coincide con la anotación"),
    ("hx_test", "evidence.token_f1", "evidence, token F1", "evidencia, F1 por palabra"),
    ("hx_test", "evidence.comprehensiveness", "comprehensiveness (more is better)", "exhaustividad (más es mejor)"),
    ("hx_test", "evidence.random_comprehensiveness", "… of random words", "… de palabras al azar"),
    ("hx_test", "evidence.sufficiency", "sufficiency (less is better)", "suficiencia (menos es mejor)"),
    ("hx_test", "evidence.random_sufficiency", "… of random words", "… de palabras al azar"),
    (PAIRS, "tone.gap", "calm/furious gap in priority", "diferencia de prioridad sereno/furioso"),
    (PAIRS, "tone.signed", "… signed (furious minus calm)", "… con signo (furioso menos sereno)"),
)


def card_tables(metrics: Mapping[str, Any], lang: Lang) -> str:
    """All tables of the evaluation.

    Args:
        metrics: what ``evaluate`` gave.
        lang: language of the reader.
    """

    def choose(english: str, spanish: str) -> str:
        return spanish if lang == "es" else english

    lookup = lookup_in(metrics["sets"])
    parts = (
        _introduction(metrics, choose),
        _targets(metrics, lookup, choose),
        _figures(metrics, lookup, _RIVAL_FIGURES, _systems(metrics), choose),
        _figures(metrics, lookup, _OWN_FIGURES, [MODEL], choose),
        _signals(metrics, lookup, choose, lang),
        _languages(metrics, choose),
        _published(metrics, lookup, choose),
        _closing(metrics, choose),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def insert(card: str, tables: str, lang: Lang) -> str:
    """Put the tables between their marks in a model card; without marks they go to its end.

    Args:
        card: the model card.
        tables: Markdown.
        lang: names the marks: ``<!-- evaluation:es -->`` and ``<!-- /evaluation:es -->``.
    """
    start, end = f"<!-- evaluation:{lang} -->", f"<!-- /evaluation:{lang} -->"
    block = f"{start}\n{tables.strip()}\n{end}"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(card):
        return pattern.sub(lambda _: block, card, count=1)
    return f"{card.rstrip()}\n\n{block}\n"


def _introduction(metrics: Mapping[str, Any], choose: Choose) -> str:
    model, machine = metrics["model"], metrics["machine"]
    sizes = ", ".join(f"{name} {entry['texts']}" for name, entry in metrics["sets"].items())
    return choose(
        f"{model['name']} {model['version']}, measured on {metrics['date']} with hx-detect {metrics['hx_detect']} on "
        f"{machine['processor']}, {machine['cores']} cores. Held-out texts: {sizes}. In brackets: 95 % bootstrap "
        f"interval ({metrics['resamples']} resamples, seed {metrics['seed']}). The model is given the text alone, "
        'unless the table says "kind given".',
        f"{model['name']} {model['version']}, medido el {metrics['date']} con hx-detect {metrics['hx_detect']} en "
        f"{machine['processor']}, {machine['cores']} núcleos. Textos reservados: {sizes}. Entre corchetes: intervalo "
        f"bootstrap del 95 % ({metrics['resamples']} remuestreos, semilla {metrics['seed']}). El modelo solo recibe "
        "el texto, salvo donde la tabla dice «tipo dado».",
    )


def _targets(metrics: Mapping[str, Any], lookup: Lookup, choose: Choose) -> str:
    rows = []
    for target, checked in zip(TARGETS, metrics["targets"], strict=True):
        worst = checked["worst"]
        if worst is None:
            measured = [choose("not measured", "no medido")] * 2
            status = "–"
        else:
            entry = checked["languages"][worst]
            measured = [f"**{_number(entry['figure'])}** ({_language(worst, choose)})", _each(target, lookup)]
            reached = all(one["reached"] for one in checked["languages"].values() if one["reached"] is not None)
            status = choose("reached", "alcanzado") if reached else choose("**missed**", "**no alcanzado**")
        bounds = " / ".join(f"{'≤' if target.at_most else '≥'} {bound}" for bound in target.bounds.values())
        rows.append([choose(target.en, target.es), *measured, bounds, status])
    heads = choose("what|worse language|es / en|target|", "qué|peor idioma|es / en|objetivo|").split("|")
    below = metrics["signals_below_a_baseline"]
    names = ", ".join(f"{one['signal']} ({one['ours']:.3f} < {one['theirs']:.3f}, {one['baseline']})" for one in below)
    note = choose(
        f"Signals where a baseline does better: {names or 'none'}.",
        f"Señales en las que una referencia lo hace mejor: {names or 'ninguna'}.",
    )
    return f"{_heading(choose('What was asked', 'Lo que se pedía'))}\n\n{_table(heads, rows)}\n\n{note}"


def _each(target: Any, lookup: Lookup) -> str:  # noqa: ANN401 - a Target
    languages = ("es", "en")
    return " / ".join(_number(lookup(target.data, one, target.system, target.figure), places=3) for one in languages)


def _systems(metrics: Mapping[str, Any]) -> list[str]:
    """All systems that were run, ours first, without repeats."""
    names = [name for entry in metrics["sets"].values() for name in entry.get(ALL, {}).get("systems", {})]
    names += [name for entry in metrics["sets"].values() for name in entry.get("en", {}).get("systems", {})]
    return list(dict.fromkeys([MODEL, MODEL_KIND_GIVEN, *names]))


def _figures(
    metrics: Mapping[str, Any],
    lookup: Lookup,
    wanted: Iterable[tuple[str, str, str, str]],
    systems: Sequence[str],
    choose: Choose,
) -> str:
    rows = []
    for data, figure, english, spanish in wanted:
        for system in systems:
            cells = [_interval(lookup(data, language, system, figure)) for language in ("es", "en")]
            if any(cell != "–" for cell in cells):
                rows.append([choose(english, spanish), system, *cells])
    if not rows or not metrics["sets"]:
        return ""
    title = choose("Beside the baselines", "Junto a las referencias")
    if len(systems) == 1:
        title = choose("Calibration, evidence, tone", "Calibración, evidencia, tono")
    heads = [
        choose("what", "qué"),
        choose("system", "sistema"),
        choose("Spanish", "español"),
        choose("English", "inglés"),
    ]
    return f"{_heading(title)}\n\n{_table(heads, rows)}"


def _signals(metrics: Mapping[str, Any], lookup: Lookup, choose: Choose, lang: Lang) -> str:
    group = metrics["sets"].get("hx_test", {}).get(ALL)
    if group is None:
        return ""
    find = partial(lookup, "hx_test")
    rivals = [name for name in group["systems"] if name not in (MODEL, MODEL_KIND_GIVEN)]
    rows = []
    for signal in SIGNALS:
        name = f"signals.{signal.name}"
        precisions = [_interval(find(language, MODEL, f"{name}.average_precision")) for language in (ALL, "es", "en")]
        others = [
            (figure["value"], rival) for rival in rivals if (figure := find(ALL, rival, f"{name}.average_precision"))
        ]
        best = max((pair for pair in others if pair[0] is not None), default=None)
        rows.append([
            f"`{signal.name}` {display(signal.name, lang) if lang == 'es' else ''}".strip(),
            str(group["support"]["signals"][signal.name]),
            *precisions,
            _number(find(ALL, MODEL, f"{name}.f1"), places=3),
            _number(find(ALL, MODEL, f"{name}.ece"), places=3),
            _number(find(ALL, MODEL, f"evidence.{signal.name}.overlap"), places=3),
            "–" if best is None else f"{best[0]:.3f} ({best[1]})",
        ])  # fmt: skip
    heads = choose(
        "signal|cases|average precision|Spanish|English|F1|ECE|evidence overlaps|best baseline (average precision)",
        "señal|casos|precisión media|español|inglés|F1|ECE|evidencia coincide|mejor referencia (precisión media)",
    ).split("|")
    return f"{_heading(choose('Signal by signal', 'Señal a señal'))}\n\n{_table(heads, rows)}"


def _languages(metrics: Mapping[str, Any], choose: Choose) -> str:
    rows = []
    for name, english, spanish in (
        ("held_out", "held-out texts", "textos reservados"),
        ("own_samples", "short opinions of our own", "opiniones cortas propias"),
    ):
        for figure in metrics["language_identification"][name]:
            below = "" if figure["below"] is None else str(figure["below"] - 1)
            length = f"{figure['shortest']}–{below}"
            accuracy = f"{figure['accuracy']:.3f}"
            rows.append([choose(english, spanish), figure["language"], length, str(figure["texts"]), accuracy])
    heads = choose("texts|language|characters|n|accuracy", "textos|idioma|caracteres|n|exactitud").split("|")
    title = choose("Language identification", "Identificación del idioma")
    return f"{_heading(title)}\n\n{_table(heads, rows)}"


def _published(metrics: Mapping[str, Any], lookup: Lookup, choose: Choose) -> str:
    table = metrics["published"]["umsab_macro_f1"]
    rows = [[name, f"{figures['es']:.3f}", f"{figures['en']:.3f}"] for name, figures in table.items()]
    for system in (MODEL, MODEL_KIND_GIVEN):
        cells = [_interval(lookup("umsab_test", language, system, "sentiment.macro_f1")) for language in ("es", "en")]
        if any(cell != "–" for cell in cells):
            rows.append([f"**{system}**", *cells])
    heads = [
        choose("UMSAB test, macro-F1", "Test de UMSAB, macro-F1"),
        choose("Spanish", "español"),
        choose("English", "inglés"),
    ]
    title = _heading(choose("Published figures", "Cifras publicadas"))
    return f"{title}\n\n{_table(heads, rows)}\n\n{choose('Source', 'Fuente')}: {metrics['published']['source']}."


def _closing(metrics: Mapping[str, Any], choose: Choose) -> str:
    ceiling = metrics["agreement_ceiling"]
    left_out = "; ".join(metrics["left_out"]) or choose("nothing", "nada")
    return choose(
        f"**Ceiling.** Two annotators agree on these labels with kappa {ceiling['sentiment_kappa']} (sentiment), "
        f"{ceiling['stage_kappa']} (stage) and {ceiling['hx_kappa']} (HX or not); per signal the F1 between them is "
        f"{ceiling['signal_f1_lowest']} (`{ceiling['signal_f1_lowest_label']}`) to {ceiling['signal_f1_highest']:.2f}. "
        f"Both are large language models under one guideline, so this is an upper bound. **Left out:** {left_out}.",
        f"**Techo.** Dos anotadores coinciden en estas etiquetas con kappa {ceiling['sentiment_kappa']} (sentimiento), "
        f"{ceiling['stage_kappa']} (etapa) y {ceiling['hx_kappa']} (HX o no); por señal, el F1 entre ambos va de "
        f"{ceiling['signal_f1_lowest']} (`{ceiling['signal_f1_lowest_label']}`) a {ceiling['signal_f1_highest']:.2f}. "
        f"Ambos son grandes modelos de lenguaje con la misma guía: es una cota superior. **Fuera:** {left_out}.",
    )


def _language(code: str, choose: Choose) -> str:
    return choose("both languages", "ambos idiomas") if code == ALL else code


def _number(figure: Mapping[str, Any] | None, places: int = 3) -> str:
    return "–" if figure is None or figure["value"] is None else f"{figure['value']:.{places}f}"


def _interval(figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return "–"
    if figure["low"] is None:
        return _number(figure)
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _heading(title: str) -> str:
    return f"#### {title}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
