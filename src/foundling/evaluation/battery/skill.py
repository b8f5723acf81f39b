"""Picks in, a table of how often a judge was right in each class out; and the judges that may vote by it.

A judge votes only where the lower bound of its accuracy is above USABLE, and abstains everywhere else. A tie, no number
and an abstention are all wrong here. Items that share a template count as one, since they rise and fall together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.battery.checks import CHECKS
from foundling.evaluation.battery.classes import NAMES
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.battery.scoring import Pick, choice, cost_texts
from foundling.evaluation.battery.votes import Vote
from foundling.evaluation.measures.points import bounds
from foundling.evaluation.subject import Subject
from foundling.records import BadInput, Score
from foundling.records.story import Form

USABLE = 0.8
LIKELIHOOD = "likelihood"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One class: how many pairs, in how many groups, share right with its Wilson bounds over groups; the share right by
    summed nats; shares by where pairs come from; how many pairs the judge could not tell."""

    cls: str
    n: int
    groups: int
    accuracy: float
    low: float
    high: float
    summed: float | None
    sources: tuple[tuple[str, int, float], ...]
    untold: int

    @property
    def usable(self) -> bool:
        """Whether the judge may vote in this class."""
        return self.low > USABLE


@dataclass(frozen=True, kw_only=True)
class Skill:
    """What a judge can tell apart. subject: the digest of the generation that it was measured on, "" for a check."""

    judge: str
    subject: str
    rows: tuple[Row, ...]

    def row(self, cls: str) -> Row | None:
        """The row of a class; None where it was not measured."""
        return next((row for row in self.rows if row.cls == cls), None)

    def scores(self, prefix: str) -> tuple[Score, ...]:
        """The rows as figures, and the number of classes in which the judge may vote."""
        rows = [
            Score(name=f"{prefix}.{row.cls}", value=row.accuracy, n=row.n, low=row.low, high=row.high)
            for row in self.rows
        ]
        usable = sum(row.usable for row in self.rows)
        return *rows, Score(name=f"{prefix}.usable", value=float(usable), n=len(rows), unit="classes")


def _row(cls: str, told: Sequence[tuple[Pair, int, int | None]]) -> Row:
    """told: pair, choice per byte, choice by the sum (None: there is no sum)."""
    groups: dict[str, list[float]] = {}
    sources: dict[str, list[float]] = {}
    for pair, found, _ in told:
        groups.setdefault(pair.group, []).append(float(found == 1))
        sources.setdefault(pair.source, []).append(float(found == 1))
    points, n = [sum(hits) / len(hits) for hits in groups.values()], len(groups)
    total = round(sum(points), 9)
    low, high = bounds(total, n)
    summed = [by_sum == 1 for _, _, by_sum in told if by_sum is not None]
    return Row(
        cls=cls, n=len(told), groups=n, accuracy=total / n if n else 0.0, low=low, high=high,
        untold=sum(found == 0 for _, found, _ in told),
        summed=sum(summed) / len(summed) if summed else None,
        sources=tuple((name, len(hits), sum(hits) / len(hits)) for name, hits in sorted(sources.items())),
    )


def table(told: Sequence[tuple[Pair, int, int | None]]) -> tuple[Row, ...]:
    """The rows of a judge, class by class. told: a pair, the judge's choice (1: the better text, 0: it cannot tell),
    and its choice by summed nats, None where there are none."""
    rows = (_row(cls, [one for one in told if one[0].cls == cls]) for cls in NAMES)
    return tuple(row for row in rows if row.n)


def likelihood_skill(subject: Subject, found: Sequence[Pick]) -> Skill:
    """The skill of a subject's likelihood, class by class."""
    return Skill(
        judge=LIKELIHOOD, subject=subject.digest, rows=table([(one.pair, one.per_byte, one.summed) for one in found])
    )


def check_skill(name: str, pairs: Sequence[Pair]) -> Skill:
    """The skill of a check on the same pairs."""
    rows = table([(pair, CHECKS[name](pair.better, pair.worse), None) for pair in pairs])
    return Skill(judge=name, subject="", rows=rows)


def _may(skill: Skill, cls: str) -> str:
    """Why a judge may not vote in a class; "" where it may."""
    row = skill.row(cls)
    if row is None:
        return f"it was never measured on {cls}"
    if not row.usable:
        return f"its accuracy on {cls} is only surely above {row.low:.2f}, and {USABLE} is asked"
    return ""


def _vote(judge: str, found: int) -> Vote:
    return Vote(judge=judge, side="a" if found > 0 else "b" if found < 0 else None, why="" if found else "it sees none")


@dataclass(frozen=True, kw_only=True)
class LikelihoodJudge:
    """A being's own sense of what is well said, where it was found to have one. Raises BadInput for the skill of
    another generation: it is measured anew for each."""

    subject: Subject
    skill: Skill

    def __post_init__(self) -> None:
        if (self.skill.judge, self.skill.subject) != (LIKELIHOOD, self.subject.digest):
            raise BadInput(
                f"The skill of {self.skill.judge} {self.skill.subject[:12]} is not that of the generation that is to "
                "judge: run `foundling battery` on it first."
            )

    def compare(self, text_a: str, text_b: str, cls: str, form: Form = "prose") -> Vote:
        """A vote on two texts that differ as those of the class do; the same whichever comes first."""
        if why := _may(self.skill, cls):
            return Vote(judge=LIKELIHOOD, side=None, why=why)
        told = cost_texts(self.subject, [(form, text_a), (form, text_b)])
        return _vote(LIKELIHOOD, choice(told[(form, text_a)].per_byte, told[(form, text_b)].per_byte))
