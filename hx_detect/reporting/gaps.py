"""What a report could not say, and why. In: the figures, what was loaded. Out: ``MissingSection`` records."""

from __future__ import annotations

from typing import Final

from hx_detect.reporting.figure_records import MissingSection, ReportFigures
from hx_detect.reporting.figure_values import Words, counted
from hx_detect.reporting.load import Loaded
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.selection import Selection

_FEW: Final = 30
_REPEATED: Final = 0.5


class _Gaps(list[MissingSection]):
    """Reasons as they are found."""

    def note(self, section: str, en: str, es: str) -> None:
        """Add one."""
        self.append(MissingSection(section, Words(en, es)))

    def note_count(self, section: str, en: str, es: str, count: int) -> None:
        """Add one with a number at ``{}``."""
        self.append(MissingSection(section, counted(en, es, count)))


def find_gaps(
    made: ReportFigures, loaded: Loaded, chosen: Selection, options: ReportOptions
) -> tuple[MissingSection, ...]:
    """All that is missing or weak, in the order of the report."""
    gaps = _Gaps()
    texts = made.overview.texts
    if texts < _FEW:
        gaps.note("overview", f"Only {texts} texts: the intervals are wide.",
                  f"Solo hay {texts} textos: los intervalos son anchos.")  # fmt: skip
    _dates(gaps, made, loaded, chosen)
    _causes(gaps, made)
    _groups(gaps, made, loaded, chosen)
    _scores(gaps, made, loaded)
    _texts(gaps, made, loaded, options)
    if made.trust.repeated.value > _REPEATED:
        gaps.note_count(
            "trust",
            "{} texts repeat an earlier one: each counts.",
            "{} textos repiten otro anterior: cada uno cuenta.",
            made.trust.repeated.count,
        )
    return tuple(gaps)


def _dates(gaps: _Gaps, made: ReportFigures, loaded: Loaded, chosen: Selection) -> None:
    column = loaded.roles.get("date")
    if column is None:
        en, es = (
            "No column of dates was found (name one with --date).",
            "No hay columna de fechas (indíquela con --date).",
        )
    elif chosen.span is None and chosen.future:
        en, es = "All dates that can be read are after today.", "Todas las fechas legibles son posteriores a hoy."
    elif chosen.span is None:
        en, es = f"No date of {column!r} can be read.", f"No se puede leer ninguna fecha de {column!r}."
    else:
        en, es = "All dates are of one period.", "Todas las fechas son de un mismo periodo."
    if made.time is None:
        gaps.note("time", en, es)
    if chosen.compared is None:
        if chosen.span is not None:
            en = "There are no two periods with 30 texts each to compare."
            es = "No hay dos periodos con 30 textos cada uno que comparar."
        gaps.note("change", en, es)
    if chosen.future:
        gaps.note_count(
            "time",
            "Texts dated after today, counted without their date: {}.",
            "Textos con fecha posterior a hoy, contados sin fecha: {}.",
            chosen.future,
        )
    if loaded.unreadable and chosen.span is not None:
        gaps.note_count(
            "time",
            "Dates that cannot be read: {}; their texts count without a date.",
            "Fechas que no se pueden leer: {}; sus textos cuentan sin fecha.",
            loaded.unreadable,
        )


def _causes(gaps: _Gaps, made: ReportFigures) -> None:
    found = made.causes
    if found is None:
        return
    if found.basis == "implied":
        gaps.note("causes", "No real scores or stars: costs are NPS points implied by the words.",
                  "Sin notas ni estrellas reales: los costes son puntos de NPS deducidos de las palabras.")  # fmt: skip
    elif found.texts < made.overview.texts:
        gaps.note_count(
            "causes",
            "Costs are measured in the {} texts with a real score or stars, frequencies in all.",
            "Los costes se miden en los {} textos con nota o estrellas reales; las frecuencias, en todos.",
            found.texts,
        )
    if not found.top_by_cost:
        gaps.note("causes", "No cause has a clear cost: causes are ordered by how often they come.",
                  "Ninguna causa tiene un coste claro: se ordenan por su frecuencia.")  # fmt: skip


def _groups(gaps: _Gaps, made: ReportFigures, loaded: Loaded, chosen: Selection) -> None:
    if made.groups is not None:
        without = int(chosen.peers["group"].null_count())
        if without:
            gaps.note_count(
                "groups",
                "Texts without a group, not ranked: {}.",
                "Textos sin grupo, fuera de la clasificación: {}.",
                without,
            )
    elif "by" not in loaded.roles:
        gaps.note("groups", "No column to compare by was found (name one with --by).",
                  "No hay columna por la que comparar (indíquela con --by).")  # fmt: skip
    else:
        column = loaded.roles["by"]
        gaps.note("groups", f"{column!r} has fewer than two groups: nothing to compare.",
                  f"{column!r} tiene menos de dos grupos: no hay nada que comparar.")  # fmt: skip


def _scores(gaps: _Gaps, made: ReportFigures, loaded: Loaded) -> None:
    if made.nps is None:
        gaps.note("nps", "Neither answers nor words give an NPS band.", "Ni las respuestas ni las palabras dan un NPS.")
    elif made.nps.answers is None:
        column = loaded.roles.get("answer")
        en = "No column of 0-10 answers was found (name one with --score-column)"
        es = "No hay columna de respuestas 0-10 (indíquela con --score-column)"
        if column is not None:
            en, es = f"{column!r} holds no 0-10 answer", f"{column!r} no tiene respuestas 0-10"
        gaps.note("nps", f"{en}: the NPS is implied by the words.", f"{es}: el NPS se deduce de las palabras.")


def _texts(gaps: _Gaps, made: ReportFigures, loaded: Loaded, options: ReportOptions) -> None:
    if not options.texts:
        gaps.note(
            "quotes",
            "Made without customers' words (--no-texts).",
            "Hecho sin las palabras de los clientes (--no-texts).",
        )
    elif "text" not in loaded.roles:
        gaps.note("quotes", "The scored file has no column of texts (name one with --text-column).",
                  "El fichero puntuado no tiene columna de textos (indíquela con --text-column).")  # fmt: skip
    elif made.quotes is None:
        gaps.note("quotes", "No text has a signal of a grievance.", "Ningún texto tiene señales de queja.")
    if made.strengths is None:
        gaps.note("strengths", "No text has a CX signal.", "Ningún texto tiene señales de CX.")
    if made.calls is None:
        gaps.note("calls", "No text tells of a grievance.", "Ningún texto cuenta un agravio.")
