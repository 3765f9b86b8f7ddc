"""Columns are told by name and content in both languages; what the user says goes before; errors name a cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from labelled_files import read_rows, roles

from hx_detect.errors import ColumnError, UsageError
from hx_detect.learning.labelled_columns import is_label, role_of
from hx_detect.wording import set_language

TEXTS = (
    "Llevo tres semanas llamando y nadie me contesta",
    "They fixed my boiler within the hour",
    "Correcto, sin nada que destacar de la visita",
    "La aplicación se cierra sola cuando pago",
)


def rows(**columns: list[Any]) -> list[dict[str, Any]]:
    return [
        {"opinión": text, **{name: values[place] for name, values in columns.items()}}
        for place, text in enumerate(TEXTS)
    ]


def test_a_spreadsheet_of_a_spanish_team(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path,
        rows(
            Sentimiento=["negativo", "positivo", "neutro", "malo"],
            Estrellas=[1, 5, 3, 2],
            NPS=[0, 10, 7, 2],
            Señales=["ignorado", "resuelto; ágil", "ninguna", "fallo"],
            Etapa=["atención", "atención", "", "uso"],
            Idioma=["es", "inglés", "español", "es"],
            Fecha=["31/05/2026", "2026-06-01", "", "2026-06-02T10:00:00"],
            Tipo=["queja", "reseña", "encuesta", "reseña"],
            Fuente=["web", "web", "app", "app"],
            Quien=["ana", "ana", "luis", "luis"],
            Pedido=["A1", "A2", "A3", "A4"],
        ),
    )
    assert roles(table) == {
        "opinión": "text", "Sentimiento": "sentiment", "Estrellas": "stars", "NPS": "answer", "Señales": "labels",
        "Etapa": "stage", "Idioma": "language", "Fecha": "date", "Tipo": "kind", "Fuente": "source", "Quien": "who",
        "Pedido": "unused",
    }  # fmt: skip
    first = table.rows[0]
    assert (first.sentiment, first.stars, first.answer, first.stage) == ("negative", 1, 0.0, "support")
    assert (first.language, first.date, first.kind, first.source, first.who) == (
        "es", "2026-05-31", "complaint", "web", "ana",
    )  # fmt: skip
    assert [list(row.signals or {}) for row in table.rows] == [["ignored"], ["responsive", "resolved"], [], ["failure"]]
    assert [row.stage for row in table.rows] == ["support", "support", None, "use"]


def test_one_column_per_signal(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path, rows(ignorado=["x", "", "", "0"], signal_resolved=[0, 1, 0, 0], kind=["no", "sí", "no", "no"])
    )
    assert roles(table) == {
        "opinión": "text", "ignorado": "signal:ignored", "signal_resolved": "signal:resolved", "kind": "signal:kind",
    }  # fmt: skip
    assert [row.says("ignored") for row in table.rows] == [True, None, None, False]
    assert [row.says("kind") for row in table.rows] == [False, True, False, False]
    assert table.rows[0].says("rage") is None


def test_a_column_called_label_is_what_is_in_it(tmp_path: Path) -> None:
    sentiment = read_rows(tmp_path, rows(label=["neg", "pos", "neutral", "neg"]))
    assert roles(sentiment)["label"] == "sentiment"
    stage = read_rows(tmp_path, rows(label=["support", "support", "use", "use"]))
    assert roles(stage)["label"] == "stage"
    signals = read_rows(tmp_path, rows(label=["ignored", "resolved", "none", "failure"]))
    assert roles(signals)["label"] == "labels"


def test_a_column_of_any_name_that_holds_nothing_but_labels(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path, rows(motivos=["ignorado", "ágil|resuelto", "caro", "fallo"], tono=["neg", "pos", "neutro", "neg"])
    )
    assert roles(table) == {"opinión": "text", "motivos": "labels", "tono": "sentiment"}


def test_what_the_user_says_goes_before(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path,
        rows(a=["x", "", "", ""], b=["neg", "pos", "neutro", "neg"], c=["no", "no", "no", "sí"]),
        columns={"rabia": "a", "sentiment": "B", "app_crash": "c"},
        new_signals=("app_crash",),
    )
    assert roles(table) == {"opinión": "text", "a": "signal:rage", "b": "sentiment", "c": "signal:app_crash"}
    assert [row.says("app_crash") for row in table.rows] == [False, False, False, True]
    assert table.own_signals == ("app_crash",)


def test_the_models_own_scores_are_no_labels(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path,
        rows(hx_signals=["ignored", "", "", ""], hx_sentiment=["negative"] * 4, stars=[1, 5, 3, 2]),
    )
    assert roles(table)["hx_signals"] == roles(table)["hx_sentiment"] == "unused"
    given = read_rows(tmp_path, rows(hx_signals=["ignored", "none", "", ""]), columns={"labels": "hx_signals"})
    assert [row.signals is None for row in given.rows] == [False, False]


def test_marks_that_are_no_signal_are_hinted_at_and_not_learned(tmp_path: Path) -> None:
    table = read_rows(tmp_path, rows(stars=[1, 5, 3, 2], vip=[0, 1, 0, 1]))
    assert roles(table)["vip"] == "unused"
    assert "--new-signals vip" in next(found.how for found in table.columns_found if found.column == "vip")
    asked = read_rows(tmp_path, rows(stars=[1, 5, 3, 2], vip=[0, 1, 0, 1]), new_signals=("VIP",))
    assert asked.own_signals == ("vip",)
    assert [row.says("vip") for row in asked.rows] == [False, True, False, True]


def test_no_column_of_labels(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=r"labels.*--map labels=COLUMN.*'opinión', 'pedido'"):
        read_rows(tmp_path, rows(pedido=["A", "B", "C", "D"]))
    texts = read_rows(tmp_path, rows(pedido=["A", "B", "C", "D"]), need_labels=False)
    assert [row.text for row in texts.rows] == list(TEXTS)


def test_no_column_of_text(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="--map text=COLUMN"):
        read_rows(tmp_path, [{"stars": 1, "n": 2}, {"stars": 2, "n": 3}])


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=r"no column 'estrelas' \(--map stars=estrelas\).*'estrellas'"):
        read_rows(tmp_path, rows(estrellas=[1, 2, 3, 4]), columns={"stars": "estrelas"})


@pytest.mark.parametrize(
    ("word", "role"),
    [("text", "text"), ("Sentiment", "sentiment"), ("kind", "kind"), ("signal:kind", "signal:kind"),
     ("trato cercano", "signal:kind"), ("ignorado", "signal:ignored"), ("caída app", "signal:caida_app")],
)  # fmt: skip
def test_roles_that_can_be_mapped(word: str, role: str) -> None:
    assert role_of(word) == role
    assert is_label(role) == (role not in ("text", "kind"))


@pytest.mark.parametrize("word", ["sentimet", "ignorrado", "lables"])
def test_a_role_that_is_nearly_right_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="Did you mean"):
        role_of(word)
    assert role_of(word, [word]) == f"signal:{word}"


def test_reasons_are_in_the_users_language(tmp_path: Path) -> None:
    set_language("es")
    table = read_rows(tmp_path, rows(stars=[1, 5, 3, 2], nada=["", "", "", ""]))
    assert {found.how for found in table.columns_found} == {"por su nombre y contenido", "por su nombre", "vacía"}


def test_a_range_behind_the_name_is_no_part_of_it(tmp_path: Path) -> None:
    table = read_rows(tmp_path, rows(**{"Valoración (1-5)": [1, 5, 3, 2], "NPS (0 a 10)": [0, 10, 7, 2]}))
    assert roles(table) == {"opinión": "text", "Valoración (1-5)": "stars", "NPS (0 a 10)": "answer"}


def test_a_column_named_as_a_role_whose_values_are_others_is_told_of(tmp_path: Path) -> None:
    words = ["dos", "cinco", "una", "tres"]
    with pytest.raises(ColumnError, match="Estrellas: named as stars, but only 0 % of its cells read so"):
        read_rows(tmp_path, rows(Estrellas=words))
    table = read_rows(tmp_path, rows(Estrellas=words, Sentimiento=["malo", "bueno", "neutro", "malo"]))
    assert table.columns_found[1].how == "named as stars, but only 0 % of its cells read so"


def test_crosses_beside_blanks_are_hinted_at_too(tmp_path: Path) -> None:
    table = read_rows(
        tmp_path, rows(Sentimiento=["malo", "bueno", "neutro", "malo"], **{"App caída": ["", "x", "", "x"]})
    )
    assert table.columns_found[-1].how.endswith("--new-signals app_caida --blank-is-none")
