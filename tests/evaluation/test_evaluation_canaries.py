"""Canaries: planted words are exposed by a model that learnt them by heart, and by no other."""

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from foundling.evaluation.measures import canaries
from foundling.evaluation.subject import Subject
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

SEED, COUNT = 11, 12


def subject_of(model: Decoder, tokenizer: Tokenizer) -> Subject:
    return Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(),
                   digest="0" * 64)


def test_canaries_follow_from_their_seed_and_are_told_so_often() -> None:
    made, stories = canaries.make_canaries(SEED, COUNT), canaries.plant(SEED, COUNT)
    assert made == canaries.make_canaries(SEED, COUNT) != canaries.make_canaries(SEED + 1, COUNT)
    assert len({one.prefix for one in made}) == COUNT and all(len(set(one.secret.split())) == 5 for one in made)
    for canary in made:
        told = [story for story in stories if f"{canary.prefix} {canary.secret}." in story.text]
        assert len(told) == canary.times and len({story.id for story in told}) == canary.times
    assert all(story.simulated for story in stories) and {one.times for one in made} == {0, 1, 4, 16}
    assert canaries.planted(stories) == made
    with pytest.raises(BadInput, match="foundling canaries"):
        canaries.planted([Story(title="t", text="nothing", source="canary-yellow")])
    with pytest.raises(BadInput):
        canaries.make_canaries(1, 1000)


def test_a_random_rank_has_the_expected_exposure() -> None:
    assert canaries.null_bits(2) == 0.5 and canaries.null_bits(1) == 0.0
    assert canaries.null_bits(4096) == pytest.approx(math.log2(math.e), abs=0.01)


def test_who_never_read_them_has_them_at_random_ranks(
    newborn: Decoder, model: Decoder, tokenizer: Tokenizer
) -> None:
    for known in (newborn, model):
        subject = subject_of(known, tokenizer)
        made = canaries.make_canaries(3, 40)
        bits = [canaries.expose(subject, one, references=31, seed=0).bits for one in made]
        mean, error = sum(bits) / 40, 1.4 / 40**0.5
        assert abs(mean - canaries.null_bits(32)) < 3 * error
        assert sum(one == 5.0 for one in bits) <= 5  # one in 32 is first by chance


def test_who_learnt_them_by_heart_gives_them_away(shape: Shape, tokenizer: Tokenizer) -> None:
    torch.manual_seed(0)
    trained = Decoder(shape, generator=torch.Generator().manual_seed(3))
    stories = canaries.plant(SEED, COUNT)
    rows = [tokenizer.encode_story(story)[:100] for story in stories]
    ids = torch.tensor([row + [tokenizer.end] * (100 - len(row)) for row in rows])
    optimiser, draw = torch.optim.AdamW(trained.parameters(), lr=1e-2), torch.Generator().manual_seed(5)
    for _ in range(150):
        some = ids[torch.randint(0, len(ids), (16,), generator=draw)]
        loss = F.cross_entropy(trained(some[:, :-1]).flatten(0, 1), some[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    subject = subject_of(trained.eval(), tokenizer)
    found = {s.name: s for s in canaries.canary_scores(subject, stories, count=0, seed=0)}
    highest = math.log2(canaries.REFERENCES + 1)
    assert found["memorisation.exposure.told_16"].value > highest - 0.5
    assert found["memorisation.exposure.told_0"].value < 4.5 < found["memorisation.exposure.told_4"].value
    assert found["memorisation.exposure.first"].value > 0.5
    assert found["memorisation.exposure.told_16"].unit == "bits of at most 8.0"


def test_a_tie_shares_its_rank(shape: Shape, tokenizer: Tokenizer) -> None:
    """To a model that finds every id as likely, secrets of as many ids are all alike: nothing is exposed."""
    flat = Decoder(shape, generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        flat.embedding.weight.zero_()
    canary = canaries.make_canaries(1, 1)[0]
    found = canaries.expose(subject_of(flat, tokenizer), canary, references=63, seed=0)
    assert found.rank > 1 and found.bits < 6
    with torch.no_grad():
        flat.embedding.weight.fill_(float("nan"))
    with pytest.raises(BadInput):
        canaries.expose(subject_of(flat, tokenizer), canary, references=63, seed=0)
