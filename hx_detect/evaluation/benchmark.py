"""How fast and how big. In: a model folder, sizes. Out: texts per second, start time, memory, a rival's speed."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.baselines import installed
from hx_detect.evaluation.benchmark_texts import benchmark_texts
from hx_detect.evaluation.machine import cores, describe_machine

RIVAL_BATCH: Final = 32
XLM_R_BASE: Final = (12, 768, 250_002)
_SINGLE: Final = 64
_FIRST_SCORE: Final = """
import time
start = time.perf_counter()
from hx_detect import Scorer
loaded = Scorer.load({model!r})
loaded.score(["Llevo tres semanas reclamando y nadie me contesta."])
print(time.perf_counter() - start)
"""
_BATCH: Final = """
import json, sys
from hx_detect.cli import main
code = main(json.loads(sys.argv[1]))
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.platform == "linux":  # where ru_maxrss may be that of the process which started this one
    status = open("/proc/self/status").read()
    peak = int(status.split("VmHWM:")[1].split()[0])
print(json.dumps({"code": code, "peak_kib": peak if sys.platform != "darwin" else peak // 1024}))
"""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be timed, and how many texts it handles."""

    run: Callable[[], object]
    texts: int


@dataclass(frozen=True, slots=True)
class BenchmarkOptions:
    """What to measure.

    Attributes:
        texts: scored per repetition.
        rival_texts: classified per repetition by the transformers pipeline, which is slower; 0 leaves it out.
        rows: of the file that the batch command scores; 0 leaves it out.
        row_words: words of each of them at most; 0 takes whole texts.
        repetitions: of each timing; the median counts.
        rival_shape: layers, width and vocabulary of the rival; by default those of XLM-R base.
    """

    texts: int = 4_000
    rival_texts: int = 256
    rows: int = 1_000_000
    row_words: int = 0
    repetitions: int = 3
    rival_shape: tuple[int, int, int] = XLM_R_BASE


def run_benchmarks(model: Path | None, options: BenchmarkOptions, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything, one after the other, on the cores of this process.

    Args:
        model: a bundle; None is the installed one.
        options: what.
        tell: is told what is being measured, one line each.

    Raises:
        BundleError: the model cannot be used.
        EvaluationError: a subprocess failed.
    """
    from hx_detect.scorer import Scorer

    scorer = Scorer.load(model)
    texts = list(benchmark_texts(options.texts))
    tell(f"start to first score, {options.repetitions} times")
    start = first_score_seconds(model, options.repetitions)
    tokens = [score.tokens for score in scorer.score(texts)]
    works = {
        "scoring": Work(lambda: scorer.score(texts), len(texts)),
        "single": Work(lambda: [scorer.score([text]) for text in texts[:_SINGLE]], _SINGLE),
    }
    facts: dict[str, Any] = {}
    tell(f"scoring {len(texts)} texts, {options.repetitions} times")
    if options.rival_texts:
        tell(f"in turns with it: transformers pipeline, {options.rival_texts} texts, batch {RIVAL_BATCH}")
        works["rival"], facts = rival(tokens, options)
    rates = in_turns(works, options.repetitions)
    found: dict[str, Any] = {
        "model": {"name": scorer.model_name, "version": scorer.model_version},
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": describe_machine(),
        "tokens_per_text": {"median": statistics.median(tokens), "least": min(tokens), "most": max(tokens)},
        "start_to_first_score_seconds": start,
        "scoring": spread(rates["scoring"]) | {"texts": len(texts)},
        "one_text_at_a_time": {"milliseconds": round(1e3 / statistics.median(rates["single"]), 2)},
        "rival": None,
        "batch": None,
    }
    if options.rival_texts:
        found["rival"] = spread(rates["rival"]) | facts
        ratios = [ours / theirs for ours, theirs in zip(rates["scoring"], rates["rival"], strict=True)]
        found["times_the_rival"] = round(statistics.median(ratios), 2)
        found["times_the_rival_in_each_round"] = [round(ratio, 2) for ratio in ratios]
    if options.rows:
        tell(f"batch command, {options.rows} rows")
        found["batch"] = batch_command(model, options.rows, options.row_words)
    return found


def in_turns(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Texts per second of each work in each round; a machine that is slow for a while is so for all of them."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            begin = time.perf_counter()
            work.run()
            rates[name].append(work.texts / (time.perf_counter() - begin))
    return rates


def spread(rates: Sequence[float]) -> dict[str, float]:
    """Median, slowest and fastest of the rounds, in texts per second."""
    return {
        "texts_per_second": round(statistics.median(rates), 2),
        "slowest": round(min(rates), 2),
        "fastest": round(max(rates), 2),
    }


def first_score_seconds(model: Path | None, repetitions: int) -> dict[str, float]:
    """Time of a new process from the import to the first score; the interpreter's own start apart.

    The first run may fill a cache of compiled graphs and is given by itself.
    """
    code = _FIRST_SCORE.format(model=None if model is None else str(model))
    seconds = []
    whole = []
    for _ in range(repetitions + 1):
        begin = time.perf_counter()
        seconds.append(float(run_python(["-c", code]).split()[-1]))
        whole.append(time.perf_counter() - begin)
    return {
        "first_run": round(seconds[0], 3),
        "median": round(statistics.median(seconds[1:]), 3),
        "with_interpreter": round(statistics.median(whole[1:]), 3),
    }


def rival(tokens: Sequence[int], options: BenchmarkOptions) -> tuple[Work, dict[str, Any]]:
    """A transformers pipeline over a classifier of XLM-R base's size, random weights, texts of the same token counts.

    The weights change nothing in the arithmetic. Its tokenizer is a stand-in that makes one token of each word (so
    it is faster than the real one), and the texts are words repeated up to the lengths of ours.

    Args:
        tokens: token counts of our texts, special tokens included.
        options: how much.

    Returns:
        What it does, warmed up, and what it is. Torch uses all cores from then on.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    torch = installed("torch", "train")
    torch.set_num_threads(cores())
    classify = rival_pipeline(options.rival_shape)
    texts = [rival_text(count) for count in tokens[: options.rival_texts]]
    classify(texts[:RIVAL_BATCH])
    return Work(lambda: classify(texts), len(texts)), {
        "texts": len(texts),
        "parameters": sum(weights.numel() for weights in classify.model.parameters()),
        "threads": cores(),
        "torch": torch.__version__,
    }


def rival_pipeline(shape: tuple[int, int, int] = XLM_R_BASE) -> Any:  # noqa: ANN401 - transformers is untyped
    """A text-classification pipeline over random weights, batches of 32.

    Args:
        shape: layers, width and vocabulary.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    torch, transformers = installed("torch", "train"), installed("transformers", "train")
    torch.manual_seed(0)
    layers, width, vocabulary = shape
    config = transformers.XLMRobertaConfig(
        vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=width, intermediate_size=4 * width,
        max_position_embeddings=514, type_vocab_size=1, num_labels=3, pad_token_id=1, bos_token_id=0,
        eos_token_id=2,
    )  # fmt: skip
    model = transformers.XLMRobertaForSequenceClassification(config).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=_word_tokenizer(), bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        model_max_length=512,
    )  # fmt: skip
    return transformers.pipeline(
        "text-classification", model=model, tokenizer=tokenizer, batch_size=RIVAL_BATCH, device=-1
    )


def rival_text(tokens: int) -> str:
    """A text that the rival's tokenizer makes that many tokens of, its two special ones included."""
    return " ".join(["w"] * max(1, tokens - 2))


def _word_tokenizer() -> Any:  # noqa: ANN401 - a tokenizers.Tokenizer
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(WordLevel({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "w": 4}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def batch_command(model: Path | None, rows: int, row_words: int = 0) -> dict[str, Any]:
    """Score a CSV of that many rows with ``hx-detect score`` in a process of its own, and take its peak memory.

    Args:
        model: a bundle; None is the installed one.
        rows: number of rows.
        row_words: words of each row's text at most; 0 takes whole texts.

    Raises:
        EvaluationError: the command failed.
    """
    with tempfile.TemporaryDirectory(prefix="hx-detect-benchmark-") as folder:
        source, target = Path(folder) / "rows.csv", Path(folder) / "scored.csv"
        with source.open("w", encoding="utf-8") as lines:
            lines.write("id;text\n")
            short = (" ".join(text.split()[: row_words or None]) for text in benchmark_texts(rows))
            lines.writelines(f'{number};"{text}"\n' for number, text in enumerate(short))
        words = ["score", str(source), "-o", str(target), "--text-column", "text", "--quiet"]
        words += ["--model", str(model)] if model is not None else []
        begin = time.perf_counter()
        said = json.loads(run_python(["-c", _BATCH, json.dumps(words)]).splitlines()[-1])
        seconds = time.perf_counter() - begin
        if said["code"] != 0:
            raise EvaluationError(f"hx-detect score ended with {said['code']}", cure="run it by hand to see why")
        return {
            "rows": rows,
            "row_words": row_words,
            "seconds": round(seconds, 1),
            "rows_per_second": round(rows / seconds, 1),
            "peak_mb": round(said["peak_kib"] * 1024 / 1e6),
            "output_mb": round(target.stat().st_size / 1e6, 1),
        }


def run_python(arguments: Sequence[str]) -> str:
    """Output of a new process of this Python.

    Args:
        arguments: of the interpreter.

    Raises:
        EvaluationError: it failed.
    """
    paths = [entry for entry in (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")) if entry]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment, encoding="utf-8"
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise EvaluationError(f"a measuring process failed: {last[0]}", cure="run hx-detect doctor")
    return done.stdout
