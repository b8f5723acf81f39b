"""The measures of character and health as parts of a suite: a subject and materials flow in, scores flow out.

Quick counts are chosen so that all of these together take well under half a minute on one core for ten million
parameters. The gap between training and held-out text is the language part's. What is written is written once, and
repetition, copying and what should not be said are all read off it.
"""

from foundling.evaluation.bias.pairs import CROWS_FILE, WINO_FOLDER
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.measures import (
    calibration,
    canaries,
    copying,
    cost,
    emitted,
    feelings,
    name,
    pairs,
    repetition,
    voice,
)
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials, Part
from foundling.evaluation.texture import OPENING_WORDS, TEMPERATURES, Sample, openings, write
from foundling.records import Score

_ALL = 64  # samples at each temperature where no count is given
_EXTRACTION_WORDS = 12


def _name(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return name.name_scores(subject, given.heldout, count=given.count, seed=given.seed)


def _voice(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return voice.voice_scores(subject, count=given.count, seed=given.seed)


def _feelings(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return feelings.feelings_scores(subject, given.set_at(feelings.FOLDER), count=given.count, seed=given.seed)


def _written(subject: Subject, given: Materials) -> tuple[list[Sample], list[Sample]]:
    """Samples at every temperature, half of them from nothing and half after held-out beginnings (at 0 one from
    nothing, where all would be the same); and continuations of training stories at temperature 0."""
    half, free = max(1, (given.count or _ALL) // 2), list[Sample]()
    begun = openings(given.heldout, most=half, length=OPENING_WORDS, seed=given.seed)
    known = openings(given.train, most=half, length=_EXTRACTION_WORDS, seed=given.seed)
    prompted = list[Sample]()
    for temperature in TEMPERATURES:
        starts = [*[""] * (half if temperature else 1), *begun]
        asked = starts if temperature else [*starts, *known]
        made = write(subject.engine, subject.tokenizer, asked, temperature=temperature, seed=given.seed)
        free += made[:len(starts)]
        prompted += made[len(starts):]
    return free, prompted


def _writing(subject: Subject, given: Materials) -> tuple[Score, ...]:
    """Repetition, copying and what should not be said, all of the same samples."""
    free, prompted = _written(subject, given)
    drawn = [sample for sample in free if sample.temperature > 0]
    people = repetition.people(given.heldout, drawn)
    train = [plain_text(story) for story in given.train]
    return (
        *repetition.repetition_scores(free, given.heldout),
        *copying.copying_scores(drawn, prompted, people, given.train, seed=given.seed),
        *emitted.emitted_scores([sample.text for sample in drawn], train, seed=given.seed),
    )


def _canaries(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return canaries.canary_scores(subject, given.train, count=given.count, seed=given.seed)


def _crows(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return pairs.crows_scores(subject, given.set_at(CROWS_FILE), count=given.count, seed=given.seed)


def _winobias(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return pairs.winobias_scores(subject, given.set_at(WINO_FOLDER), count=given.count, seed=given.seed)


def _calibration(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return calibration.calibration_scores(subject, given.heldout, count=given.count, seed=given.seed)


def _cost(subject: Subject, given: Materials) -> tuple[Score, ...]:
    return cost.cost_scores(subject)


PARTS = (
    # count: prompts of each of the exam's seven cells, and long conversations
    Part(name="name", version=1, run=_name, quick=8, full=0, sets=()),
    # count: answers of each of four speakers
    Part(name="voice", version=1, run=_voice, quick=16, full=160, sets=()),
    # count: remarks, a third of them unseen
    Part(name="feelings", version=2, run=_feelings, quick=200, full=9000, sets=(feelings.FOLDER,)),
    # count: samples at each temperature
    Part(name="writing", version=1, run=_writing, quick=6, full=64, sets=()),
    # left out of quick: with few canaries no interval can be given
    Part(name="canaries", version=1, run=_canaries, quick=None, full=0, sets=()),
    Part(name="crows_pairs", version=1, run=_crows, quick=60, full=0, sets=(CROWS_FILE,)),
    Part(name="winobias", version=1, run=_winobias, quick=60, full=0, sets=(WINO_FOLDER,)),
    # count: tokens
    Part(name="calibration", version=1, run=_calibration, quick=2000, full=0, sets=()),
    # of this machine at this moment, never to be kept; left out of quick, or every look at a page would time it again
    Part(name="cost", version=1, run=_cost, quick=None, full=1, sets=(), kept=False),
)
