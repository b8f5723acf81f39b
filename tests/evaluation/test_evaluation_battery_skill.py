"""What a judge makes of pairs: by the byte, never by order; ties and NaN wrong; a vote only where it was shown."""

import math

import pytest
import torch

from foundling.evaluation.battery.checks import CHECKS, by_ending, by_repetition, ended, repeated
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.battery.preferring import preference_of
from foundling.evaluation.battery.scoring import Pick, Told, choice, cost_texts, pick, picks
from foundling.evaluation.battery.skill import (
    LikelihoodJudge,
    Row,
    Skill,
    check_skill,
    likelihood_skill,
)
from foundling.evaluation.battery.votes import Opinion, Vote
from foundling.evaluation.likelihood import score_text
from foundling.evaluation.measures.parts_battery import PARTS
from foundling.evaluation.measures.rows_battery import ROWS
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

GOOD = "One morning Ada fed the brown hens on the bridge. They sat down together and talked until the evening came."
BAD = "Bridge the on hens brown the fed Ada morning one. Came evening the until talked and together down sat they."


def subject_of(model: Decoder, tokenizer: Tokenizer, digest: str = "d" * 64) -> Subject:
    from pathlib import Path

    return Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(),
                   digest=digest)


def pair_of(number: int = 0, better: str = GOOD, worse: str = BAD, cls: str = "typos", group: str = "") -> Pair:
    return Pair(id=f"{cls}.{number}", cls=cls, better=better, worse=worse, source="stories",
                group=group or str(number))


def row_of(low: float, cls: str = "typos") -> Row:
    return Row(cls=cls, n=20, groups=20, accuracy=1.0, low=low, high=1.0, summed=None, sources=(), untold=0)


def test_costs_are_those_of_scoring_and_are_per_byte(model: Decoder, tokenizer: Tokenizer) -> None:
    subject = subject_of(model, tokenizer)
    told = cost_texts(subject, [("prose", GOOD)])[("prose", GOOD)]
    known = score_text(model, tokenizer, [GOOD], stride=128, batch=4)[0]
    assert told.nats == pytest.approx(known.nats, rel=1e-5) and told.bytes == len(GOOD)
    assert told.per_byte == told.nats / told.bytes and math.isnan(Told(nats=0.0, bytes=0).per_byte)


def test_a_scene_costs_its_names_and_words(model: Decoder, tokenizer: Tokenizer) -> None:
    text = "Ada: What is your name?\nOtto: I am Otto."
    told = cost_texts(subject_of(model, tokenizer), [("scene", text), ("prose", text)])
    assert told[("scene", text)].bytes == len("AdaWhat is your name?OttoI am Otto.")
    assert told[("prose", text)].bytes == len(text)


def test_per_byte_and_summed_can_differ() -> None:
    pair = pair_of(better="abcdefghij", worse="ab")
    told = {("prose", "abcdefghij"): Told(nats=10.0, bytes=10), ("prose", "ab"): Told(nats=4.0, bytes=2)}
    assert (pick(pair, told).per_byte, pick(pair, told).summed) == (1, -1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_tie_and_no_number_are_nobodys(bad: float) -> None:
    assert choice(1.0, 1.0) == 0 and choice(bad, 1.0) == 0 and choice(1.0, bad) == 0
    assert choice(1.0, 2.0) == 1 and choice(2.0, 1.0) == -1


def test_the_order_of_texts_and_pairs_changes_nothing(model: Decoder, tokenizer: Tokenizer) -> None:
    subject = subject_of(model, tokenizer)
    pairs = [pair_of(i, GOOD + " Day." * i, BAD + " Day." * i) for i in range(7)]
    straight, back = picks(subject, pairs), picks(subject, pairs[::-1])
    assert {one.pair.id: one for one in straight} == {one.pair.id: one for one in back}
    turned = picks(subject, [pair_of(p.id, p.worse, p.better) for p in pairs])
    assert [one.per_byte for one in turned] == [-one.per_byte for one in straight]
    assert all(one.per_byte == 1 for one in straight)


def test_broken_weights_are_right_about_nothing(model: Decoder, tokenizer: Tokenizer) -> None:
    broken = Decoder(model.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        broken.embedding.weight.fill_(math.nan)
    found = picks(subject_of(broken, tokenizer), [pair_of(), pair_of(1, BAD, GOOD)])
    row = likelihood_skill(subject_of(broken, tokenizer), found).rows[0]
    assert (row.accuracy, row.untold, row.usable) == (0.0, 2, False)


def test_indifferent_weights_never_choose_the_first(model: Decoder, tokenizer: Tokenizer) -> None:
    """Equal scores went to candidate 0 in a known pipeline, and a broken model looked near perfect."""
    same = [pair_of(i, "the hens sleep", "the hens sleep") for i in range(30)]
    row = likelihood_skill(subject_of(model, tokenizer), picks(subject_of(model, tokenizer), same)).rows[0]
    assert row.accuracy == 0.0 and row.untold == 30


def made_row(hits: int, n: int, groups: int) -> Row:
    subject = Skill(judge="likelihood", subject="d" * 64, rows=())
    told = [Pick(pair=pair_of(i, group=f"g{i % groups}"), per_byte=1 if i < hits else -1, summed=1) for i in range(n)]
    assert subject.row("typos") is None
    return likelihood_skill(type("S", (), {"digest": "d" * 64})(), told).rows[0]


def test_usable_is_by_the_lower_bound_and_by_groups() -> None:
    assert made_row(16, 16, 16).usable and not made_row(15, 15, 15).usable
    assert not made_row(90, 100, 100).low > made_row(90, 100, 100).accuracy
    assert made_row(130, 150, 150).usable is (made_row(130, 150, 150).low > 0.8)
    few = made_row(150, 150, 10)  # ten templates, however often filled, are ten
    assert few.accuracy == 1.0 and few.groups == 10 and not few.usable


def test_the_judge_votes_only_where_it_was_shown_to_see(model: Decoder, tokenizer: Tokenizer) -> None:
    subject = subject_of(model, tokenizer)
    skill = Skill(judge="likelihood", subject=subject.digest, rows=(row_of(0.81), row_of(0.8, "kindness")))
    judge = LikelihoodJudge(subject=subject, skill=skill)
    assert judge.compare(GOOD, BAD, "typos").side == "a" and judge.compare(BAD, GOOD, "typos").side == "b"
    assert judge.compare(GOOD, GOOD, "typos").side is None
    for cls in ("kindness", "never_heard_of"):
        vote = judge.compare(GOOD, BAD, cls)
        assert vote.side is None and cls in vote.why


def test_the_skill_of_another_generation_is_refused(model: Decoder, tokenizer: Tokenizer) -> None:
    skill = Skill(judge="likelihood", subject="e" * 64, rows=(row_of(0.9),))
    with pytest.raises(BadInput, match="foundling battery"):
        LikelihoodJudge(subject=subject_of(model, tokenizer), skill=skill)
    with pytest.raises(BadInput):
        LikelihoodJudge(subject=subject_of(model, tokenizer), skill=check_skill("ending", [pair_of()]))
    with pytest.raises(AttributeError):
        skill.subject = "d" * 64


def test_checks_see_what_likelihood_does_not() -> None:
    again = "He sat down by the door. " * 5
    assert repeated(again) > 0.7 > 0.1 > repeated(GOOD) and by_repetition(GOOD, again) == 1
    assert by_repetition(again, GOOD) == -1 and by_repetition(GOOD, BAD) == 0
    assert ended('"Come," he said.') and ended('He said, "Come."') and not ended("He said and") and not ended("")
    assert by_ending(GOOD, GOOD[:50]) == 1 and by_ending(GOOD[:50], GOOD) == -1 and by_ending(GOOD, BAD) == 0
    assert by_ending(GOOD, GOOD[:50].rstrip("abcdefghijklmnopqrstuvwxyz ") + ".") in (0, 1)
    first = GOOD[:GOOD.index(".") + 1]
    assert ended(first) and by_ending(GOOD, first) == 1 and by_ending(first, GOOD) == -1


def test_checks_have_a_skill_of_their_own() -> None:
    again = "He sat down by the door. " * 5
    pairs = [pair_of(i, GOOD + f" Day {i}.", again, "line_repeated") for i in range(20)]
    pairs += [pair_of(i, GOOD, BAD, "typos") for i in range(20)]
    skills = {name: check_skill(name, pairs) for name in CHECKS}
    assert skills["repetition"].row("line_repeated").usable and not skills["repetition"].row("typos").usable
    assert skills["repetition"].row("typos").untold == 20
    assert not skills["ending"].row("line_repeated").usable


def test_an_opinion_is_no_vote() -> None:
    assert not issubclass(Opinion, Vote)


def test_preferences_begin_where_two_texts_differ(tokenizer: Tokenizer) -> None:
    pair = pair_of(better="They sat down together.", worse="They sat down alone.")
    context, chosen, rejected = preference_of(tokenizer, pair, 128)
    assert context[0] == tokenizer.begin and chosen[0] != rejected[0]
    assert tokenizer.decode(context + chosen) == pair.better and tokenizer.decode(context + rejected) == pair.worse
    assert tokenizer.end not in chosen + rejected
    assert preference_of(tokenizer, pair_of(better=GOOD, worse=GOOD[:GOOD.index(" fed")]), 128) is None
    assert preference_of(tokenizer, pair, 4) is None


def test_the_part_gives_every_class_and_its_rows(
    model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]
) -> None:
    given = Materials(heldout=tuple(stories[1]), train=(), sets=None, seed=0, count=2)
    scores = PARTS[0].run(subject_of(model, tokenizer), given)
    names = [score.name for score in scores]
    assert "battery.kindness" in names and "battery.check.ending.cut_to_half" in names
    assert "battery.usable" not in names  # with two pairs nothing could be
    assert len(names) == len(set(names)) and all(0 <= score.value <= 1 for score in scores)
    from fnmatch import fnmatchcase

    assert all(any(fnmatchcase(name, row.name) for row in ROWS) for name in names)
