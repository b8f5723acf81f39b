"""Which of two texts: A and B flow in, votes of checks that may be trusted flow out, and a verdict.

The training-data compiler counts its errors, repetition and the ending have checks of their own (likelihood rewards the
one and cannot see the other: judging.md section 10), and the being's own likelihood votes only where the two differ in
a way in which its battery has shown that it tells better from worse. Every check is asked in both orders and must say
the same; where checks disagree, or none speaks, nothing is decided. A peer, where a person named one, is asked last and
written down beside them; it decides nothing (docs/battery.md).
"""

import time
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Literal

from foundling.evaluation.battery.checks import CHECKS
from foundling.evaluation.battery.classes import make_battery
from foundling.evaluation.battery.scoring import picks
from foundling.evaluation.battery.skill import LikelihoodJudge, Skill, likelihood_skill
from foundling.evaluation.likelihood import clean
from foundling.evaluation.spaces.data.judging import DataSpace
from foundling.evaluation.spaces.peer import Peer, compare
from foundling.evaluation.subject import Subject, open_subject
from foundling.evaluation.texture import words_of
from foundling.evaluation.versus.candidate import take
from foundling.evaluation.versus.evidence import Texts, Vote
from foundling.evaluation.versus.lots import lot
from foundling.evaluation.versus.verdict import CHOOSING, PEER
from foundling.life.stations import Done, judge_stories, recorded
from foundling.life.versus.checkpoints import settled
from foundling.life.versus.keep import Keep, ending, record
from foundling.records import BadInput, Progress, content_hash

PAIRS = 200  # of the class in which two texts differ
_PAPERS = {"W034", "W048", "W049", "W050", "E052", "E053", "W067"}  # what tells of a document's papers, not its text
_SPACE = DataSpace()
Says = Literal["first", "second", "even", "abstains"]
Check = Callable[[str, str], tuple[Says, str]]


def difference_of(first: str, second: str) -> str | None:
    """In what way two texts differ, by the classes of the battery; None where they differ in another way or in none.

    Strictly: a word that was exchanged for another is no typo, and the battery says nothing of it.
    """
    one, two = words_of(first), words_of(second)
    short, long = sorted((one, two), key=len)
    if len(long) - len(short) == 1:
        place = next((n for n, word in enumerate(short) if word != long[n]), len(short))
        return "word_dropped" if short[place:] == long[place + 1:] else None
    if len(one) != len(two):
        return None
    at = [n for n, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    if at and len(at) <= 3 and all(sorted(one[n]) == sorted(two[n]) for n in at):
        return "typos"
    if Counter(one) != Counter(two):
        return None
    if len(at) == 2 and at[1] == at[0] + 1:
        return "neighbours_swapped"
    return "words_shuffled" if 2 * len(at) > len(one) else None


def compiler(first: str, second: str) -> tuple[Says, str]:
    """Whose text has fewer faults by the data compiler's checks; a licence in its head makes no text better."""
    found = [
        sum(label.passed is False and label.name not in _PAPERS for label in _SPACE.judge(raw, seed=0).labels)
        for raw in (first.encode("utf-8"), second.encode("utf-8"))
    ]
    said: Says = "even" if found[0] == found[1] else "first" if found[0] < found[1] else "second"
    return said, f"The data compiler objects to {min(found)} things in one and {max(found)} in the other."


def counted(check: Callable[[str, str], int]) -> Check:
    """A check of the battery's as one of ours: it counts in the texts alone."""
    def asked(first: str, second: str) -> tuple[Says, str]:
        found = check(first, second)
        said: Says = "first" if found > 0 else "second" if found < 0 else "even"
        return said, f"{(check.__doc__ or '').rstrip('.')}."
    return asked


def likelihood(subject: Subject, skill: Skill) -> Check:
    """The being's own judgement, for the ways of differing in which its battery allows it a vote."""
    judge = LikelihoodJudge(subject=subject, skill=skill)

    def asked(first: str, second: str) -> tuple[Says, str]:
        way = difference_of(first, second)
        if way is None:
            return "abstains", "The two differ in no way that the battery knows."
        vote = judge.compare(first, second, way)
        if vote.side is None:
            return "abstains", f"The being's likelihood may not judge {way.replace('_', ' ')}: {vote.why}."
        return ("first" if vote.side == "a" else "second"), f"The being finds one likelier ({way.replace('_', ' ')})."
    return asked


def skill_in(keep: Keep, subject: Subject, way: str) -> Skill:
    """How well the being tells better from worse in one class, on held-out text; the seed is the judge's."""
    prepared = recorded(keep.ledger, "prepare")
    stories = judge_stories(keep.home, prepared["judge"], CHOOSING) if prepared else []
    seed = lot(keep.secret, "battery", len(keep.past), 2**31)
    pairs = make_battery(stories, "scored", seed=seed, count=PAIRS, names=(way,))
    return likelihood_skill(subject, picks(subject, pairs))


def votes(checks: dict[str, Check], a: str, b: str, *, swapped: bool) -> tuple[Vote, ...]:
    """What every check says in one order, told in terms of A and B."""
    found = []
    for name, check in checks.items():
        says, detail = check(b, a) if swapped else check(a, b)
        sides = {"first": "b" if swapped else "a", "second": "a" if swapped else "b"}
        side: Literal["a", "b", "even", "abstains"] = (
            says if says in ("even", "abstains") else "a" if sides[says] == "a" else "b"
        )
        found.append(Vote(check=name, says=side, detail=detail))
    return tuple(found)


def ask_peer(peer: Peer, a: str, b: str) -> Generator[Progress | Done, None, tuple[Vote, Vote]]:
    """What a peer says with A first, and with B first. Before anything is sent it is said what, and where to."""
    yield Done(station="peer", facts={"sends": peer.sends()})
    yield Progress(station="versus", text="asking the peer in both orders")
    said = compare(peer, a, b)
    detail = f"{peer.model} at {peer.url}: {said.why}"
    one, other = (Vote(check=PEER, says=side or "abstains", detail=detail) for side in said.answers)
    return one, other


def hold_texts(keep: Keep, a: str, b: str, place: Path, peer: Peer | None = None) -> Generator[Progress | Done]:
    """Judge, and write the verdict into the ledger. The newest generation is put to the battery first, in the class in
    which the two differ; without one the being has no vote. Raises BadInput for a file that is no UTF-8 text."""
    began = time.monotonic()
    first, second = take(a, place / "a"), take(b, place / "b")
    one, two = (_read(side.place) for side in (first, second))
    checks: dict[str, Check] = {"compiler": compiler} | {name: counted(check) for name, check in CHECKS.items()}
    number, way = keep.home.newest(), difference_of(one, two)
    inputs: dict[str, str] = {}
    if number is not None and way is not None:
        yield Progress(station="versus", text=f"asking how well the being judges {way.replace('_', ' ')}")
        subject = open_subject(keep.home.generation(number), keep.home.name)
        inputs["being"] = subject.digest
        checks["likelihood"] = likelihood(subject, skill_in(keep, subject, way))
    yield Progress(station="versus", text="asking in both orders")
    forward, backward = (votes(checks, one, two, swapped=swapped) for swapped in (False, True))
    if peer is not None:
        inputs["peer"] = content_hash({"url": peer.url, "model": peer.model})
        said = yield from ask_peer(peer, one, two)
        forward, backward = (*forward, said[0]), (*backward, said[1])
    evidence = Texts(
        candidate=second.digest, incumbent=first.digest, inputs=inputs, forward=forward, backward=backward,
    )
    row = record(keep, evidence, cost=time.monotonic() - began)
    yield Done(station="versus", facts=settled([row]) | ending(keep, ()))


def _read(path: Path) -> str:
    try:
        return clean(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path.name} is not UTF-8 at byte {fault.start}: save it as UTF-8 and try again.") from fault
