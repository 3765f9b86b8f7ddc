"""The whole path on the toy bundle. In: texts, reviews. Out: records; the same bytes in any company and any thread."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_bundle import SIGNAL_WORDS, write_toy_bundle

from hx_detect import Review, RowFailure, Score, Scorer, intake
from hx_detect.bundle import FILES
from hx_detect.errors import BundleDamagedError, RowError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.scorer import self_test
from hx_detect.wording import set_language

TEXTS = (
    "Llevo tres semanas y nadie contesta. malo",
    "bueno y genial",
    "My order arrived roto",
    "x",
    "😡😡😡😡 https://a.es/b @ana evitad esto",
    "hashtag malo bueno",
    "el trato fue amable pero caro " * 12,
    "claro, pronto, arreglado " * 40 + "nadie " + "y nada más " * 30,
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_bundle(tmp_path_factory.mktemp("models") / "toy")


@pytest.fixture(scope="module")
def scorer(toy: Path) -> Scorer:
    return Scorer.load(toy, threads=2)


def as_bytes(score: Score) -> str:
    return json.dumps(score.to_dict(all_signals=True))


@pytest.mark.parametrize(("name", "word"), SIGNAL_WORDS.items())
def test_each_signal_is_found_with_its_word(scorer: Scorer, name: str, word: str) -> None:
    text = f"uno dos {word} tres"
    (score,) = scorer.score([text])
    assert [signal.name for signal in score.present] == [name]
    (span,) = score.present[0].evidence
    assert (text[span.start : span.end], span.text) == (word, word)


@pytest.mark.parametrize(("text", "level"), [
    ("nadie adiós", "hx"), ("timo", "hx_risk"), ("odio", "hx_voiced"), ("malo", "dissatisfied"),
    ("malo bueno", "mixed"), ("bueno amable", "cx"), ("bueno", "satisfied"), ("hashtag", "neutral"),
])  # fmt: skip
def test_each_level(scorer: Scorer, text: str, level: str) -> None:
    assert scorer.score([text])[0].level == level


def test_the_record(scorer: Scorer) -> None:
    (score,) = scorer.score([Review("nadie responde, malo", id="r-1", kind="survey", answer=10)])
    record = score.to_dict()
    assert list(record) == [
        "id", "language", "sentiment", "experience", "signals", "stage", "stars", "nps", "priority", "kind", "tokens",
        "truncated", "model",
    ]  # fmt: skip
    assert record["id"] == "r-1"
    assert record["nps"] == {"band": "promoter", "source": "answer", "mismatch": True}
    assert score.nps_text_band == "detractor"
    assert record["kind"] == {"label": "survey", "given": True}
    assert record["model"] == {"name": "toy", "version": "0.1.0"}
    assert record["truncated"] is False
    assert sum(record["stars"]["probabilities"]) == pytest.approx(1)
    assert sum(record["sentiment"]["probabilities"].values()) == pytest.approx(1)
    strengths = [signal.probability for signal in score.signals]
    assert len(strengths) == 18
    assert strengths == sorted(strengths, reverse=True)


def test_languages(scorer: Scorer) -> None:
    spanish, english, other, given_one = scorer.score(
        ["La comida estaba fría", "The food was cold", "Das Essen war leider kalt", Review("Das Essen", language="en")]
    )
    assert [score.language for score in (spanish, english, other, given_one)] == ["es", "en", "other", "en"]
    assert [score.supported for score in (spanish, english, other, given_one)] == [True, True, False, True]
    assert given_one.language_probability == 1
    assert other.to_dict()["language"]["supported"] is False


def test_company_changes_no_byte(scorer: Scorer) -> None:
    alone = [as_bytes(scorer.score([text])[0]) for text in TEXTS]
    assert [as_bytes(score) for score in scorer.score(TEXTS)] == alone
    assert [as_bytes(score) for score in scorer.score(TEXTS[::-1])] == alone[::-1]
    assert [as_bytes(score) for score in scorer.score(TEXTS * 30)] == alone * 30
    streamed = [cast(Score, score) for score in scorer.score_stream(Review(text) for text in TEXTS)]
    assert [as_bytes(score) for score in streamed] == alone


def test_threads_may_share_a_scorer(scorer: Scorer) -> None:
    alone = {text: as_bytes(scorer.score([text])[0]) for text in TEXTS}

    def work(shift: int) -> bool:
        texts = [TEXTS[(place + shift) % len(TEXTS)] for place in range(40)]
        return [as_bytes(score) for score in scorer.score(texts)] == [alone[text] for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(8)))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([*SIGNAL_WORDS.values(), "e\u0301l", "😡", "&amp;", "@ana", "\u200b", "\n", "שלום"])))
def test_evidence_is_in_the_original(scorer: Scorer, words: list[str]) -> None:
    text = "hola " + " ".join(words)
    (score,) = scorer.score([text])
    for signal in score.present:
        assert 1 <= len(signal.evidence) <= 3
        assert all(text[span.start : span.end] == span.text for span in signal.evidence)
    assert {SIGNAL_WORDS[signal.name] for signal in score.present} <= set(words)


def test_long_texts_are_read_to_their_end(scorer: Scorer) -> None:
    text = "no sé qué decir, " * 500 + "nadie contesta"
    (score,) = scorer.score([text])
    assert score.tokens > 3_000
    (ignored,) = score.present
    assert ignored.name == "ignored"
    assert ignored.evidence[0].text == "nadie"
    assert ignored.evidence[0].start == text.index("nadie")


def test_one_bare_text_is_a_type_error(scorer: Scorer) -> None:
    for one in ("hola", b"hola", Review("hola")):
        with pytest.raises(TypeError, match="list of texts"):
            scorer.score(cast(Any, one))
    with pytest.raises(TypeError, match="list of texts"):
        scorer.predict_proba("hola")


def test_no_texts(scorer: Scorer) -> None:
    assert scorer.score([]) == []
    assert list(scorer.score_stream([])) == []
    assert scorer.predict_proba([]).shape == (0, 18)


def test_predict_proba_is_in_label_order(scorer: Scorer) -> None:
    matrix = scorer.predict_proba(["timo", "roto y caro"])
    assert matrix.shape == (2, 18)
    assert SIGNAL_NAMES[int(matrix[0].argmax())] == "deceived"
    assert {SIGNAL_NAMES[place] for place in np.argsort(matrix[1])[-2:]} == {"failure", "overpriced"}


BAD = [
    (Review(""), "empty", "text"),
    (Review(" \n\t"), "empty", "text"),
    (Review("\u200b\u200d"), "empty", "text"),
    (Review(cast(Any, None)), "not_text", "text"),
    (Review(cast(Any, 3.5)), "not_text", "text"),
    (Review("a" * 1_000_001), "too_long", "text"),
    (Review("hola", language="fr"), "bad_language", "language"),
    (Review("hola", kind="rant"), "bad_kind", "kind"),
    (Review("hola", answer=11), "bad_answer", "answer"),
    (Review("hola", answer=float("nan")), "bad_answer", "answer"),
    (Review("hola", stars=0), "bad_stars", "stars"),
]


@pytest.mark.parametrize(("review", "code", "field"), BAD, ids=range(len(BAD)))
def test_a_review_that_cannot_be_scored_names_its_index(scorer: Scorer, review: Review, code: str, field: str) -> None:
    with pytest.raises(RowError, match="Text 1: ") as caught:
        scorer.score(["bueno", review, "malo"])
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.cure


@pytest.mark.parametrize(("review", "code", "field"), BAD, ids=range(len(BAD)))
def test_in_a_stream_the_rest_goes_on(scorer: Scorer, review: Review, code: str, field: str) -> None:
    first, failure, last = scorer.score_stream([Review("bueno"), review, Review("malo")])
    assert isinstance(failure, RowFailure)
    assert (failure.code, failure.field) == (code, field)
    assert failure.value is None or len(failure.value) <= 200
    assert [score.level for score in (first, last) if isinstance(score, Score)] == ["satisfied", "dissatisfied"]


def test_a_failure_keeps_row_and_id(scorer: Scorer) -> None:
    (failure,) = scorer.score_stream([Review("hola", id="a7", row=12, answer=99)])
    assert isinstance(failure, RowFailure)
    assert (failure.row, failure.id, failure.value) == (12, "a7", "99")


def test_a_stream_reads_ahead_a_little_only(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BLOCK_REVIEWS", 5)
    taken = 0

    def reviews() -> Iterator[Review]:
        nonlocal taken
        while True:
            taken += 1
            yield Review("bueno")

    stream = scorer.score_stream(reviews())
    assert isinstance(next(stream), Score)
    assert taken == 15


def test_a_stream_of_long_texts_reads_ahead_less(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BLOCK_CHARS", 100)
    reviews = iter([*[Review("no " * 20)] * 6, Review("bueno")])
    next(scorer.score_stream(reviews))
    assert next(reviews).text == "bueno"


def test_blocks_change_no_score(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    together = scorer.score(TEXTS * 3)
    monkeypatch.setattr(intake, "BLOCK_REVIEWS", 4)
    assert scorer.score(TEXTS * 3) == together


def test_golden_self_test(scorer: Scorer, tmp_path: Path) -> None:
    scores = [score.to_dict(all_signals=True) for score in scorer.score(TEXTS)]
    golden = "\n".join(json.dumps({"text": t, "score": s}) for t, s in zip(TEXTS, scores, strict=True))
    fine = Scorer.load(write_toy_bundle(tmp_path / "fine", golden=golden), threads=1)
    assert self_test(fine) == []


def test_golden_scores_that_differ_are_told(scorer: Scorer, tmp_path: Path) -> None:
    score = scorer.score([Review("bueno", kind="survey", answer=3)])[0].to_dict()
    score["priority"] += 0.0021
    score["sentiment"]["label"] = "mixed"
    score["stars"]["probabilities"][2] += 0.0005
    score["signals"] = [{"name": "ignored"}]
    line = json.dumps({"text": "bueno", "kind": "survey", "answer": 3, "score": score})
    problems = self_test(Scorer.load(write_toy_bundle(tmp_path / "off", golden=line), threads=1))
    assert len(problems) == 3
    assert all(problem.startswith("golden.jsonl 1: ") for problem in problems)
    for part in (".priority: ", ".sentiment.label: 'mixed' -> 'positive'", ".signals: "):
        assert any(part in problem for problem in problems)


@pytest.mark.parametrize("name", [FILES.graph, FILES.tokenizer])
def test_a_file_that_is_listed_but_no_model(toy: Path, tmp_path: Path, name: str) -> None:
    from test_bundle import rewrite

    folder = tmp_path / "spoilt"
    folder.mkdir()
    for path in toy.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    key = "graph" if name == FILES.graph else "tokenizer"
    rewrite(folder, **{key: b"nonsense"})
    with pytest.raises(BundleDamagedError, match=name):
        Scorer.load(folder)


def test_messages_in_spanish(scorer: Scorer) -> None:
    set_language("es")
    with pytest.raises(RowError, match="Texto 0: El texto está vacío"):
        scorer.score([""])


def test_nothing_leaves_the_machine_and_import_is_light(toy: Path) -> None:
    """In a process where every socket fails: load, score, and see what is imported."""
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise OSError('network')\n"
        "socket.socket.connect = refuse; socket.create_connection = refuse; socket.getaddrinfo = refuse\n"
        "import hx_detect; assert not {'numpy', 'openvino', 'tokenizers'} & set(sys.modules)\n"
        f"scorer = hx_detect.Scorer.load({str(toy)!r})\n"
        "assert scorer.score(['nadie'])[0].is_hx\n"
        "assert not {'openvino_telemetry', 'torch', 'transformers', 'pandas', 'pyarrow'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
