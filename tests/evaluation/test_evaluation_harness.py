"""A being in lm-eval: the same score as our own for BLiMP, likelihoods and text as the harness means them, offline."""

import gzip
import json
import math
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from suitefiles import saved

from foundling.evaluation.comparable import read_pairs
from foundling.evaluation.harness import Reading, harness_model, harness_scores, part_of, tell
from foundling.evaluation.likelihood import LN2, score_text
from foundling.evaluation.measures.blimp import judge_points
from foundling.evaluation.spans import readers
from foundling.evaluation.subject import open_subject
from foundling.evaluation.suite.part import Materials
from foundling.inference import GREEDY
from foundling.records import BadInput

pytest.importorskip("lm_eval", reason="lm-eval is not installed: pip install foundling[harness]")
SETS = Path(os.environ.get("FOUNDLING_SETS", Path(__file__).parents[3] / "shared" / "data" / "eval"))
TASK = """task: {name}
dataset_path: json
dataset_kwargs:
  data_files: pairs.jsonl
output_type: multiple_choice
test_split: train
doc_to_text: ""
doc_to_target: 0
doc_to_choice: "{{{{[sentence_good, sentence_bad]}}}}"
num_fewshot: 0
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""


@dataclass(frozen=True)
class Request:
    args: tuple


@pytest.fixture(scope="module")
def subject(tmp_path_factory, model, tokenizer):
    return open_subject(saved(tmp_path_factory.mktemp("harness") / "1", model, tokenizer), "Wren")


@pytest.fixture(scope="module")
def reading(subject):
    return Reading(subject.model, subject.tokenizer, subject.engine, 0)


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """lm-eval and datasets warn on import of what they may not use; their files go where the test's do."""
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, FutureWarning, UserWarning, ImportWarning):
            warnings.filterwarnings("ignore", category=kind, module=r"(lm_eval|datasets|huggingface_hub|evaluate)")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        yield


def scored(subject, folder, pairs, name="blimp_here"):
    """Our own points for the pairs, and lm-eval's figure for the same as its BLiMP task is written."""
    (folder / "pairs.jsonl").write_text(
        "".join(json.dumps({"sentence_good": p.good, "sentence_bad": p.bad}) + "\n" for p in pairs))
    (folder / "own.yaml").write_text(TASK.format(name=name))
    (reader,) = readers("gpt", subject.model)
    (score,) = harness_scores(subject, name, folder, seed=0)
    return judge_points(reader, subject.tokenizer, pairs), score


def test_blimp_scores_as_our_own_does(subject, tmp_path):
    """lm-eval takes the first of two equal sentences, which is the good one; ours counts a tie as half."""
    path = SETS / "blimp.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no {path.name} in {SETS.name}: set FOUNDLING_SETS to the folder of test sets")
    points, score = scored(subject, tmp_path, read_pairs(path, 6, 3))
    ties = points.count(0.5)
    assert score.n == len(points) == 67 * 6 and score.name == "lm_eval.blimp_here.acc"
    assert score.value == pytest.approx((sum(points) + ties / 2) / len(points))
    assert abs(score.value - sum(points) / len(points)) <= 0.005
    assert 0.0 < score.low < score.value < score.high < 1.0


def test_ties_are_what_parts_the_two(subject, tmp_path):
    """A pair of two equal sentences: right to lm-eval, half to us."""
    lines = [json.dumps({"sentence_good": "Ada sang.", "sentence_bad": "Ada sang.", "UID": "same"})] * 4
    (tmp_path / "same.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    points, score = scored(subject, tmp_path, read_pairs(tmp_path / "same.jsonl.gz", 0, 0), name="blimp_same")
    assert points == [0.5] * 4 and score.value == 1.0


def test_a_likelihood_is_that_of_the_model(reading, subject):
    text = "One morning Ada baked a loaf"
    ((nats, greedy),) = reading.loglikelihood([Request(("", text))])
    (own,) = score_text(subject.model, subject.tokenizer, [text], stride=8, batch=1)
    assert nats == pytest.approx(-own.nats, abs=1e-4) and greedy is False
    assert reading.loglikelihood([Request(("", f" {text}"))])[0][0] == nats  # no document begins with a space
    ((whole, _),) = reading.loglikelihood([Request((text, " of bread by the mill"))])
    (both,) = score_text(subject.model, subject.tokenizer, [f"{text} of bread by the mill"], stride=8, batch=1)
    assert whole == pytest.approx(own.nats - both.nats, abs=1e-3)
    assert reading.loglikelihood([Request((f"{text} ", "of bread by the mill"))])[0][0] == whole
    assert reading.loglikelihood([Request((text, ""))]) == [(0.0, True)]


def test_greed_is_told(subject):
    tokenizer = subject.tokenizer
    prompt = [tokenizer.begin, *tokenizer.encode("One morning")]
    (made,) = subject.engine.generate([prompt], GREEDY, stops=frozenset(), most=4)
    others = [[*made[:place], (one + 1) % subject.model.shape.vocabulary, *made[place + 1:]]
              for place, one in enumerate(made)]
    rows = [([*prompt, *ids], len(prompt)) for ids in (made, *others)]
    assert [told.greedy for told in tell(subject.model, rows)] == [True] + [False] * 4


def test_an_answer_that_fuses_with_its_context_is_not_free(reading, subject):
    encode = subject.tokenizer.encode
    text = "One morning Ada fed the brown hens by the mill"
    splits = [(text[:at], text[at:]) for at in range(1, len(text)) if text[at - 1:at + 1].isalpha()]
    fused = [(a, b) for a, b in splits if len(encode(a + b)) <= len(encode(a)) + len(encode(b)) - 1
             and encode(a + b)[:len(encode(a))] != encode(a)]
    free = [(a, b) for a, b in ((a, b.split()[0]) for a, b in fused) if len(encode(a + b)) <= len(encode(a))]
    assert free  # what stands behind the context's length is nothing
    for context, continuation in (*fused, *free):
        ids, first = reading._row(context, continuation)
        assert ids[1:first] == encode(context) and ids[first:] == encode(continuation)
    assert all(nats < 0 for nats, _ in reading.loglikelihood([Request(one) for one in free]))


def test_rows_together_are_as_rows_alone(reading, subject):
    texts = ["Ada sang to the moon.", "One morning Otto mended the old boat by the mill and sang.", "No."]
    together = reading.loglikelihood([Request(("", text)) for text in texts] * 200)  # more than one batch
    alone = [reading.loglikelihood([Request(("", text))])[0] for text in texts]
    assert [nats for nats, _ in together] == pytest.approx([nats for nats, _ in alone] * 200, abs=1e-4)
    assert [greedy for _, greedy in together] == [greedy for _, greedy in alone] * 200


def test_long_texts_lose_their_beginning_and_roll(reading, subject, stories):
    text = " ".join(story.text for story in stories[1] if story.form == "prose")
    context = subject.model.shape.context
    assert len(subject.tokenizer.encode(text)) > 2 * context
    ids, first = reading._row(text, " and home")
    assert len(ids) == context + 1 and first < len(ids) and ids[0] == subject.tokenizer.begin
    assert reading._row("short", text)[1] == 1
    (rolled,) = reading.loglikelihood_rolling([Request((text,))])
    (own,) = score_text(subject.model, subject.tokenizer, [text], stride=context, batch=4)
    assert -rolled / (LN2 * own.bytes) == pytest.approx(own.nats / (LN2 * own.bytes), rel=0.02)
    assert reading.loglikelihood_rolling([Request(("",))]) == [0.0]


def test_writing_ends_where_it_is_told(reading):
    prompt = "One morning Ada"
    free = reading.generate_until([Request((prompt, {"max_gen_toks": 20}))])[0]
    assert free and free == reading.generate_until([Request((prompt, {"max_gen_toks": 20, "do_sample": False}))])[0]
    end = free[len(free) // 2]
    cut = reading.generate_until([Request((prompt, {"max_gen_toks": 20, "until": [end, "never"]}))])[0]
    assert cut == free[:free.index(end)] and end not in cut
    assert reading.generate_until([Request((prompt, {"max_gen_toks": 20, "until": end}))])[0] == cut
    drawn = {"max_gen_toks": 20, "do_sample": True, "temperature": 1.0}
    assert reading.generate_until([Request((prompt, drawn))]) == reading.generate_until([Request((prompt, drawn))])


def test_no_number_is_no_answer(subject):
    class Broken(torch.nn.Module):
        shape = subject.model.shape

        def hidden(self, ids):
            return torch.full((*ids.shape, 4), math.nan)

        def logits(self, hidden):
            return hidden
    with pytest.raises(BadInput, match="no number"):
        tell(Broken(), [([0, 1, 2], 1)])


def test_it_is_a_model_of_the_harness(subject):
    from lm_eval.api.model import LM

    made = harness_model(subject, 0)
    assert isinstance(made, LM) and (made.rank, made.world_size) == (0, 1)


def test_a_task_that_nobody_knows_is_refused(subject, tmp_path):
    (tmp_path / "own.yaml").write_text(TASK.format(name="blimp_there"))
    part = part_of("no_such_task", tmp_path)
    given = Materials(heldout=(), train=(), sets=None, seed=0, count=0)
    with pytest.raises(BadInput, match="no task no_such_task"):
        part.run(subject, given)
    with pytest.raises(BadInput, match="not on this machine"):  # its pairs are missing
        part_of("blimp_there", tmp_path).run(subject, given)
    assert not part.kept


def test_without_the_package_one_sentence_says_so(subject, monkeypatch):
    monkeypatch.setattr("foundling.evaluation.harness.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"foundling\[harness\]"):
        harness_model(subject, 0)
