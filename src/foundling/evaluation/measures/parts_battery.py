"""The battery as a part of a suite: a subject and materials flow in, scores flow out, class by class.

The quick count gives wide intervals, in which no class can be found usable, since 16 pairs that are all right are the
least that can be. It shows where a being stands; whether it may vote is told by the full suite or `foundling battery`.
"""

from foundling.evaluation.battery.checks import CHECKS
from foundling.evaluation.battery.classes import make_battery
from foundling.evaluation.battery.scoring import picks
from foundling.evaluation.battery.skill import check_skill, likelihood_skill
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials, Part
from foundling.records import Score

_CHECKED = {"repetition": "line_repeated", "ending": "cut_to_half"}  # the class that each check is there for
_ALL = 150
_LEAST = 16  # pairs, all right, whose lower bound is above 0.8


def _battery(subject: Subject, given: Materials) -> tuple[Score, ...]:
    pairs = make_battery(given.heldout, "scored", seed=given.seed, count=given.count or _ALL)
    own = likelihood_skill(subject, picks(subject, pairs)).scores("battery")
    if 0 < given.count < _LEAST:
        own = own[:-1]  # how many are usable would be none whatever the being can do
    checks = [
        score for name in CHECKS for score in check_skill(name, pairs).scores(f"battery.check.{name}")
        if score.name.endswith(f".{_CHECKED[name]}")
    ]
    return *own, *checks


# count: pairs of each class; passages of held-out stories first, then what is made, which never ends
PARTS = (Part(name="battery", version=3, run=_battery, quick=10, full=150, sets=()),)
