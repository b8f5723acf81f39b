"""A small home that can judge: held-out text in three splits, two generations, shards, a plan; made in seconds."""

import json
import random
import shutil
from pathlib import Path

import torch

from foundling.home import Home
from foundling.model import Decoder, model_files
from foundling.recipe import NamingRecipe, Plan, Shape, birth_recipe
from foundling.records import Story, canonical_json, to_jsonable
from foundling.tokens import Tokenizer, shard_files, train_tokenizer

WHO = ("Wren", "Ada", "Otto", "Clara", "Emil", "Nora", "Leo", "Ida", "Marta", "Jonas")
DEEDS = ("baked bread", "mended the boat", "fed the hens", "lost a scarf", "sang to the moon", "swept the yard")
PLACES = ("by the mill", "on the bridge", "in the barn", "near the well", "at the ferry", "under the old oak")
SOUNDS = ("ba", "lo", "mi", "ker", "tun", "sel", "dor", "vi", "pon", "ras", "gul", "fen", "hap", "zet", "ny", "om")


def story(number: int, kind: str) -> Story:
    draw = random.Random(f"{kind} {number}")
    things = ["".join(draw.choices(SOUNDS, k=3)) for _ in range(18)]  # so many that no two stories share a line
    lines = [
        f"{draw.choice(WHO)} {draw.choice(DEEDS)} {draw.choice(PLACES)} with a {things[3 * number]} and a "
        f"{things[3 * number + 1]} of {draw.choice(WHO)}'s {things[3 * number + 2]}." for number in range(6)
    ]
    return Story(title=f"{kind} {number}", text=" ".join(lines), source=f"{kind}/{number}.txt")


def decoder(shape: Shape, seed: int) -> Decoder:
    return Decoder(shape, generator=torch.Generator().manual_seed(seed)).eval()


def generation(folder: Path, shape: Shape, tokenizer: Tokenizer, seed: int) -> Path:
    """A folder of weights that nobody trained."""
    folder.mkdir(parents=True)
    files = model_files(shape, decoder(shape, seed).state_dict()) | tokenizer.files()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def judging_home(path: Path) -> Home:
    home = Home.create(path, "Wren", "2026-01-01", {})
    split = {
        name: [story(number, name) for number in range(count)]
        for name, count in (("screen", 12), ("confirm", 12), ("vault", 3), ("sample", 40), ("validation", 8))
    }
    tokenizer = train_tokenizer([one.text for one in split["sample"]], 360)
    files = tokenizer.files()
    for name, part in (("train", split["sample"]), ("validation", split["validation"])):
        whole = [(ids, [True] * len(ids)) for ids in map(tokenizer.encode_story, part)]
        files |= shard_files(whole, name, sum(one.bytes for one in part))
    tokens = home.commit_new("tokens", files)
    judge = home.commit_new("judge", {
        f"{name}.json": canonical_json(split[name]) for name in ("screen", "confirm", "vault", "sample")
    })
    shape = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=32, vocabulary=tokenizer.vocabulary,
                  context=96)
    plan = Plan(name="Wren", size="tiny", seed=0, corpus="", tokens=tokens, shape=shape, birth=birth_recipe(10, 1.0),
                naming=NamingRecipe(), dtype="float32", threads=1, predictions={})
    with home.locked(), home.ledger() as ledger:
        tokens_read = json.loads(files["train.json"])["tokens"]
        ledger.append("prepare", data={"judge": judge, "tokens": tokens, "train_tokens": tokens_read})
        ledger.append("plan", data=to_jsonable(plan))
        for number in (1, 2):
            made = generation(path / "generations" / f".made-{number}", shape, tokenizer, seed=number)
            manifest = home.commit_generation(number, made)
            ledger.append("generation", key=f"generation:{number}", data={"n": number, "manifest": manifest})
    return home


def copied(home: Home, path: Path) -> Home:
    shutil.copytree(home.path, path)
    return Home.open(path)
