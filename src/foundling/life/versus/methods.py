"""From what a person gave to what is trained: a candidate's recipe, corpus or program as a method of the home's bench.

The judge fixes what would decide a comparison by itself: the length of the training (as many tokens for both), the
shape, the tokenizer, the trainer's own validation text. It trains nothing.
"""

import dataclasses
import hmac
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from foundling.evaluation.versus.candidate import Candidate, read_fields
from foundling.evaluation.versus.figures import number
from foundling.evaluation.versus.past import Canary
from foundling.life.comparing.trials import bench_home
from foundling.life.feasibility_trials import stories_of
from foundling.life.planning import frozen_plan
from foundling.life.stations import judge_stories, recorded
from foundling.life.versus.keep import Keep, overlap
from foundling.life.versus.proxy import Method
from foundling.life.versus.shapes import proxy_shape
from foundling.recipe import TrainRecipe, birth_recipe
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer, shard_files

_JUDGES = {"steps", "save_seconds"}  # fields that are the judge's
MOST_ROWS = 256  # what an honest batch of a proxy has; more would only fill the memory
_HANDICAP = 0.1  # of both rates, for the canary that takes a planted handicap away
_HARM = 10.0


def base_recipe(keep: Keep, steps: int) -> TrainRecipe:
    """The recipe of a birth of so many steps."""
    prepared = recorded(keep.ledger, "prepare")
    assert prepared is not None
    shape, rows = proxy_shape(keep), birth_recipe(steps, 1.0).rows
    return birth_recipe(steps, steps * rows * shape.context / max(1, prepared["train_tokens"]))


def _type(value: object) -> type:
    return int if isinstance(value, int) and not isinstance(value, bool) else type(value)


def read_recipe(fields: dict[str, Any], base: TrainRecipe) -> TrainRecipe:
    """The base with these fields, trained on as many tokens. Raises BadInput naming the first that cannot be."""
    known = {one.name: getattr(base, one.name) for one in dataclasses.fields(base)}
    for name, value in fields.items():
        if name in _JUDGES or name not in known:
            why = "is the judge's to set" if name in _JUDGES else "is no setting of a recipe"
            raise BadInput(f"{name} {why}: leave it out.")
        wanted = float if name == "bound" else type(known[name])
        if wanted is float and _type(value) is int:
            value = float(value)
        if wanted is tuple:
            _check_numbers(name, value)
        elif type(value) is not wanted or (isinstance(value, float) and not math.isfinite(value)):
            raise BadInput(f"{name} = {value!r} is no {wanted.__name__}: give a plain finite value.")
    try:
        made = replace(base, **fields)
    except (ValueError, TypeError) as fault:
        raise BadInput(f"The recipe cannot be ({fault}): correct it.") from fault
    if not 1 <= made.rows <= MOST_ROWS:
        raise BadInput(f"rows = {made.rows} cannot be: give 1 to {MOST_ROWS}.")
    steps = base.steps * base.rows // made.rows
    if steps < min(10, base.steps):
        raise BadInput(f"rows = {made.rows} leaves {steps} steps of as many tokens: give fewer rows or more --steps.")
    return replace(made, steps=steps)


def _check_numbers(name: str, value: object) -> None:
    parts = value if isinstance(value, list | tuple) else [None]
    flat = [one for part in parts for one in (part if isinstance(part, list | tuple) else [part])]
    if any(number(one) is None for one in flat):
        raise BadInput(f"{name} = {value!r} is no list of numbers: correct it.")


def method_of(keep: Keep, candidate: Candidate, steps: int, place: Path) -> tuple[Method, tuple[str, ...]]:
    """The method, and what vetoes it before any training, in words. Raises BadInput for what cannot be trained."""
    plan, recipe = frozen_plan(keep.home, keep.ledger), base_recipe(keep, steps)
    tokens = keep.home.tokens / plan.tokens
    if candidate.kind == "recipe":
        return Method(digest=candidate.digest, recipe=read_recipe(read_fields(candidate.place), recipe),
                      tokens=tokens), ()
    if candidate.kind == "program":
        return Method(digest=candidate.digest, recipe=recipe, tokens=tokens, program=candidate.place.read_bytes()), ()
    stories = stories_of([candidate.place], most=2**62)  # all that the digest names
    leaks = overlap(stories, _all_heldout(keep))
    vetoes = (f"{len(leaks)} of its {len(stories)} texts share words with held-out text.",) if leaks else ()
    return Method(digest=candidate.digest, recipe=recipe, tokens=_packed(stories, tokens, place)), vetoes


def _packed(stories: list[Story], tokens: Path, place: Path) -> Path:
    """Shards of the stories by the being's tokenizer, with its own validation text."""
    files = {path.name: path.read_bytes() for path in sorted(tokens.iterdir())
             if path.name.startswith(("tokenizer", "validation"))}
    tokenizer = Tokenizer.load(tokens / "tokenizer.json")
    whole = [(ids, [True] * len(ids)) for ids in map(tokenizer.encode_story, stories)]
    files |= shard_files(whole, "train", sum(story.bytes for story in stories))
    home = bench_home(place)
    return home.tokens / home.commit_new("tokens", files)


def _all_heldout(keep: Keep) -> list[Story]:
    """Every text of the judge's, the vault's too."""
    prepared = recorded(keep.ledger, "prepare")
    assert prepared is not None
    stories = [story for name in ("screen", "confirm", "vault")
               for story in judge_stories(keep.home, prepared["judge"], name)]
    for event in keep.ledger.events("judge-text"):
        stories += [s for name in ("screen", "confirm") for s in judge_stories(keep.home, event.data["judge"], name)]
    return stories


def canary_of(kind: Canary, incumbent: Method, secret: bytes, slot: int) -> tuple[Method, Method]:
    """The incumbent and the candidate of a canary: no edit at all, ruinous rates, or a planted handicap taken away."""
    name = hmac.digest(secret, f"canary {slot}".encode(), "sha256").hex()
    if kind == "no_op":
        return incumbent, replace(incumbent, digest=name)
    by = _HARM if kind == "harmful" else _HANDICAP
    recipe = incumbent.recipe
    changed = replace(recipe, rate=recipe.rate * by, matrix_rate=recipe.matrix_rate * by)
    if kind == "harmful":
        return incumbent, replace(incumbent, digest=name, recipe=changed)
    return replace(incumbent, recipe=changed), replace(incumbent, digest=name)
