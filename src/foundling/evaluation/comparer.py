"""The judge of architectures as a process of its own: a job (JSON) flows in, figures as JSON flow out.

Run as `python -m foundling.evaluation.comparer JOB.json`. A job: architecture, model (folder of weights), tokenizer
(file), texts (JSON list of held-out stories), pairs (file of minimal pairs or null), per_kind, gaps, sentences, seed,
threads, out (the JSON to write). The trainer is given none of the texts.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.comparable import (
    draw_clozes,
    judge_clozes,
    judge_pairs,
    read_pairs,
    sentence_bits,
    sentences,
    world_pairs,
)
from foundling.evaluation.events import say
from foundling.evaluation.likelihood import bits_per_byte, score_text
from foundling.evaluation.program import read_stories
from foundling.evaluation.spans import Reader, readers
from foundling.home.files import write_atomically
from foundling.model import Decoder
from foundling.model.architectures import load_model
from foundling.records import BadInput, Story, canonical_json
from foundling.tokens import Tokenizer

STRIDE, BATCH = 128, 16


def _likelihood(reader: Reader, tokenizer: Tokenizer, stories: list[Story]) -> float | None:
    """Bits per byte of whole documents, as every exam measures them; None for a reader that has no likelihood."""
    if not reader.chained or not isinstance(reader.model, Decoder):
        return None
    stride = min(STRIDE, reader.model.shape.context)
    return bits_per_byte(score_text(reader.model, tokenizer, stories, stride=stride, batch=BATCH))


def _share(right: list[bool]) -> float:
    return sum(right) / len(right)


def judge(job: dict[str, Any]) -> list[dict[str, Any]]:
    """One row of figures for each way in which the model reads. All models of a comparison are asked the same."""
    tokenizer, stories = Tokenizer.load(Path(job["tokenizer"])), read_stories(Path(job["texts"]))
    model = load_model(Path(job["model"]))
    pairs = world_pairs(job["per_kind"], job["seed"]) if job["pairs"] is None else read_pairs(
        Path(job["pairs"]), job["per_kind"], job["seed"])
    clozes = draw_clozes(stories, tokenizer, job["gaps"], job["seed"], model.shape.context)
    some = [text for text in dict.fromkeys(sentences(stories))
            if len(tokenizer.encode(text)) < model.shape.context][:job["sentences"]]
    return [
        {
            "reader": reader.name, "chained": reader.chained, "pairs": _share(judge_pairs(reader, tokenizer, pairs)),
            "cloze_both_sides": _share(judge_clozes(reader, clozes, left_only=False)),
            "cloze_left_only": _share(judge_clozes(reader, clozes, left_only=True)),
            "bits_per_byte": _likelihood(reader, tokenizer, stories),
            "sentence_bits_per_byte": sentence_bits(reader, tokenizer, some) if reader.chained else None,
            "pseudo_bits_per_byte": None if reader.chained else sentence_bits(reader, tokenizer, some),
            "asked": {"pairs": len(pairs), "gaps": len(clozes), "sentences": len(some),
                      "text_bytes": sum(story.bytes for story in stories)},
            "parameters": sum(weight.numel() for weight in model.parameters()),
        }
        for reader in readers(job["architecture"], model)
    ]


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 2 bad input, 1 the judge failed; the reason is the last event."""
    try:
        if len(arguments) != 1:
            raise BadInput("Give the path of one job: python -m foundling.evaluation.comparer JOB.json")
        job = json.loads(Path(arguments[0]).read_bytes())
        torch.set_num_threads(job["threads"])
        write_atomically(Path(job["out"]), canonical_json(judge(job)))
        say(event="done")
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2
    except (RuntimeError, ValueError) as fault:
        say(event="error", text=f"The comparison could not be judged: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
