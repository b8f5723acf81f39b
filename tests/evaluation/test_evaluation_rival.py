"""The judge of a folder, and transformers' Trainer as a side of the record: what it reads and what it leaves."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from foundling.evaluation import heldout, rival
from foundling.evaluation.likelihood import bits_per_byte, score_text
from foundling.home.files import verify_folder, write_folder
from foundling.model import Decoder, load_decoder, model_files
from foundling.recipe import Shape
from foundling.records import BadInput, canonical_json, to_jsonable
from foundling.tokens import Tokenizer, read_shards, shard_files, train_tokenizer

TEXTS = [f"The goat crossed river {i} on a plank, and the plank was {i % 7} feet long." for i in range(30)]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rival") / "tokens"
    tokenizer = train_tokenizer(TEXTS, 280)

    def whole(texts: list[str]) -> list[tuple[list[int], list[bool]]]:
        documents = [[tokenizer.begin, *tokenizer.encode(text), tokenizer.end] for text in texts]
        return [(ids, [True] * len(ids)) for ids in documents]

    write_folder(folder, tokenizer.files() | shard_files(whole(TEXTS[:26]), "train", sum(map(len, TEXTS[:26])))
                 | shard_files(whole(TEXTS[26:]), "validation", sum(map(len, TEXTS[26:]))))
    return folder


def job(tokens: Path, out: Path, **more: Any) -> dict[str, Any]:
    vocabulary = Tokenizer.load(tokens / "tokenizer.json").vocabulary
    shape = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=16, vocabulary=vocabulary, context=16)
    return {
        "tokens": str(tokens), "shape": to_jsonable(shape), "rows": 4, "rate": 3e-3, "steps": 12, "share": 1.0,
        "seed": 1, "dtype": "float32", "threads": 1, "measure": False, "out": str(out),
    } | more


def run(tmp_path: Path, work: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    path = tmp_path / "job.json"
    path.write_bytes(canonical_json(work))
    code = rival.main([str(path)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"event"')]


def test_a_rival_leaves_weights_that_our_decoder_reads(
    tokens: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers")
    code, events = run(tmp_path, job(tokens, tmp_path / "out"), capsys)
    assert code == 0 and [e["step"] for e in events if e["event"] == "step"] == list(range(1, 13))
    assert all(e["seconds"] > 0 for e in events if e["event"] == "step")
    verify_folder(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "training.json").read_bytes())
    tokenizer, model = Tokenizer.load(tokens / "tokenizer.json"), load_decoder(tmp_path / "out")
    ours = bits_per_byte(score_text(model, tokenizer, TEXTS[26:], stride=8, batch=4))
    # the same text scored by the judge's way; its documents also end, which costs nats and has no bytes
    assert record["validation"] == pytest.approx(ours, rel=1e-4) and 3 < ours < 8
    assert record["curve"][-1]["step"] == 12 and record["curve"][0]["rate"] <= 1.0
    assert record["curve"][0]["loss"] > record["curve"][-1]["loss"] > 0
    assert [p.name for p in tmp_path.iterdir() if "trainer" in p.name] == []


def test_a_measurement_leaves_nothing(tokens: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("transformers")
    code, events = run(tmp_path, job(tokens, tmp_path / "out", measure=True, steps=3), capsys)
    assert code == 0 and len(events) == 3 and not (tmp_path / "out").exists()


def test_a_part_of_the_text_is_whole_documents(tokens: Path) -> None:
    shards = read_shards(tokens, "train")
    part, other = rival.read_part(shards, 0.3, 0), rival.read_part(shards, 0.3, 1)
    assert 0.3 * shards.tokens <= len(part) < 0.4 * shards.tokens
    assert part[0] == 0 and part[-1] == 1 and (part == 0).sum() == (part == 1).sum()
    assert not np.array_equal(part, other) and np.array_equal(rival.read_part(shards, 1.0, 0), shards.ids)
    with pytest.raises(BadInput, match="only 3 ids"):
        rival.Rows(shards.ids[:3], 16)


def test_the_judge_scores_every_text_and_refuses_what_it_cannot_read(
    tokens: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = Shape(**job(tokens, tmp_path)["shape"])
    model = Decoder(shape, generator=torch.Generator().manual_seed(0))
    write_folder(tmp_path / "weights", model_files(shape, model.state_dict()))
    (tmp_path / "texts").mkdir()
    odd = "Ünread — and « odd ».\r\n"
    for name, text in (("b.txt", TEXTS[0]), ("a.txt", odd), ("c.md", "not read")):
        (tmp_path / "texts" / name).write_bytes(text.encode())
    work = {
        "weights": str(tmp_path / "weights"), "tokenizer": str(tokens / "tokenizer.json"),
        "texts": str(tmp_path / "texts"), "stride": 8, "threads": 1, "out": str(tmp_path / "score.json"),
    }
    (tmp_path / "job.json").write_bytes(canonical_json(work))
    assert heldout.main([str(tmp_path / "job.json")]) == 0
    score = json.loads((tmp_path / "score.json").read_bytes())
    assert [(d["name"], d["bytes"]) for d in score["documents"]] == [("a.txt", 28), ("b.txt", len(TEXTS[0]))]
    nats = sum(d["nats"] for d in score["documents"])
    assert score["bits_per_byte"] == pytest.approx(nats / np.log(2) / (28 + len(TEXTS[0])))
    (tmp_path / "texts" / "z.txt").write_bytes(b"\xff\xfe")
    capsys.readouterr()
    assert heldout.main([str(tmp_path / "job.json")]) == 2
    assert "z.txt" in json.loads(capsys.readouterr().out.splitlines()[-1])["text"]
