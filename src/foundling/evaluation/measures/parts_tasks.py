"""The measures of language and tasks as parts of a suite: a subject and materials flow in, scores flow out.

Quick counts are chosen so that all of these together take well under a minute on two cores for ten million parameters.
"""

from foundling.evaluation.measures import blimp, continuing, conversations, language, piqa, turns, world
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials, Part
from foundling.records import Score


def _language(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return language.language_scores(subject, given.heldout, given.train, kilobytes=given.count, seed=given.seed)


def _continuation(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return continuing.continuation_scores(subject, given.heldout, count=given.count, seed=given.seed)


def _blimp(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return blimp.blimp_scores(subject, given.set_at(blimp.FILE), per_paradigm=given.count, seed=given.seed)


def _piqa(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return piqa.piqa_scores(subject, given.set_at(piqa.FOLDER), count=given.count, seed=given.seed)


def _world(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return world.world_scores(subject, count=given.count, seed=given.seed)


def _turns(subject: Subject, given: Materials) -> tuple[Score, ...]:
    talk = conversations.read_conversations(given.sets, given.heldout)
    return turns.turn_scores(subject, talk, count=given.count, seed=given.seed)


PARTS = (
    # count: kilobytes of held-out text
    Part(name="language", version=2, run=_language, quick=12, full=0, sets=()),
    Part(name="continuation", version=1, run=_continuation, quick=16, full=0, sets=()),
    # count: pairs of each of 67 paradigms
    Part(name="blimp", version=1, run=_blimp, quick=8, full=0, sets=(blimp.FILE,)),
    Part(name="piqa", version=1, run=_piqa, quick=60, full=0, sets=(piqa.FOLDER,)),
    # count: questions of each family, which are made and never end
    Part(name="world", version=1, run=_world, quick=3, full=200, sets=()),
    Part(name="turns", version=1, run=_turns, quick=24, full=400, sets=(conversations.IRC, conversations.CRD3)),
)
