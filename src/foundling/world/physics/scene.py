"""A kind and a seed in, a scene out: drawn, simulated, shaken to see that it would come out the same, told and asked.

A scene whose outcome flips when its numbers move by three hundredths is drawn again; what is asked is what happened.
"""

from collections.abc import Mapping, Sequence

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.physics import kinds
from foundling.world.physics.records import (
    Ask,
    Change,
    Frame,
    Kind,
    MinimalPair,
    Question,
    Scene,
    Setup,
    Shape,
    Thing,
)
from foundling.world.physics.telling import Teller
from foundling.world.physics.words import NAMES

__all__ = ["HELD_OUT", "KIND_NAMES", "Frame", "MinimalPair", "Question", "Scene", "Shape", "Thing", "make_scene"]

SHAKE = 0.03
SHAKES = 2
TRIES = 300
OPTIONS = 4

KIND_NAMES: tuple[str, ...] = tuple(kinds.KINDS)
HELD_OUT: tuple[str, ...] = kinds.HELD_OUT


def make_scene(kind: str, seed: int) -> Scene:
    """The scene of a kind for a seed; the same in every process. Raises BadInput for a kind that there is not."""
    if kind not in kinds.KINDS:
        raise BadInput(f"There is no kind of physics scene {kind!r}: choose one of {', '.join(KIND_NAMES)}.")
    spec, dice = kinds.KINDS[kind], Dice(seed, "physics", kind)
    setup, truth = drawn(spec, dice)
    if "who" not in setup.words:
        setup = setup.but(words={"who": dice.one(NAMES)})
    filmed = spec.run(Setup(
        num=setup.num, whole=setup.whole, words=setup.words, things=setup.things, record=True))
    teller = Teller(spec, setup, filmed, dice)
    told, happened = teller.told(), teller.happened()
    main = spec.asks[0]
    questions = [
        teller.question(ask, _keys(ask, setup, [truth[ask.name]], dice)) for ask in spec.asks if ask.name in truth
    ]
    what_if = _what_if(teller, truth[main.name], dice)
    wrong = dice.one([key for key in _keys(main, setup, [truth[main.name]], dice) if key != truth[main.name]])
    return Scene(
        kind=kind, seed=seed, told=told, happened=happened, questions=(*questions, *what_if),
        pairs=(teller.pair(told, wrong),), shapes=filmed.shapes, frames=filmed.frames,
    )


def sure(
    kind: Kind, setup: Setup, dice: Dice, shakes: int = SHAKES, known: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The outcomes that stay the same when the numbers are shaken, up and down in pairs, by SHAKE. known: what came of
    the setup unshaken, where it has been run already."""
    truth = dict(known or kind.run(setup).truth)
    main = kind.asks[0].name
    for _ in range(shakes):
        signs = {name: dice.one((-1.0, 1.0)) for name in setup.num}
        for way in (SHAKE, -SHAKE):
            shaken = kind.run(setup.jittered(signs, way)).truth
            truth = {name: key for name, key in truth.items() if shaken.get(name) == key}
            if main not in truth:
                return truth
    return truth


def drawn(kind: Kind, dice: Dice) -> tuple[Setup, Mapping[str, str]]:
    """A setup and what is sure about it. Which outcome is wanted is drawn first, so that each comes equally often."""
    main = kind.asks[0]
    wanted = dice.one(main.keys) if main.keys else ""
    for _ in range(TRIES):
        setup = kind.draw(dice)
        known = kind.run(setup).truth
        if wanted and known[main.name] != wanted:
            continue
        truth = sure(kind, setup, dice, known=known)
        if main.name in truth:
            return setup, truth
    raise BadInput(f"No sure scene of the kind {kind.name!r} came in {TRIES} draws: widen what it draws.")


def _keys(ask: Ask, setup: Setup, among: Sequence[str], dice: Dice) -> list[str]:
    """What may be chosen: all keys, or for a count numbers among which are those it must hold."""
    if ask.keys:
        return list(ask.keys)
    top, must = setup.whole["top"], sorted({int(key) for key in among})
    size = min(top + 1, OPTIONS)
    if must[-1] - must[0] < size:
        low, high = max(0, must[-1] - size + 1), min(must[0], top + 1 - size)
        start = low + int(dice.random() * (high - low + 1))
        return [str(n) for n in range(start, start + size)]
    spare = dice.mixed([n for n in range(top + 1) if n not in must])
    return [str(n) for n in [*must, *spare][:size]]


def _what_if(teller: Teller, true: str, dice: Dice) -> list[Question]:
    """One question about a change. Whether it should change the outcome is drawn first; any sure one serves else."""
    now = teller.setup
    flip, spare = dice.chance(0.5), None
    found: tuple[Change, str] | None = None
    for change in dice.mixed(teller.kind.changes(teller.setup, dice)):
        if (change.setup.num, change.setup.whole, change.setup.things) == (now.num, now.whole, now.things):
            continue
        other = sure(teller.kind, change.setup, dice, 1).get(teller.kind.asks[0].name)
        keys = teller.kind.asks[0].keys
        if other is None or (keys and other not in keys):
            continue
        spare = spare or (change, other)
        if (other != true) == flip:
            found = (change, other)
            break
    found = found or spare
    if not found:
        return []
    change, other = found
    options = _keys(teller.kind.asks[0], change.setup, [true, other], dice)
    return [teller.what_if(change.name, change.setup, options, other)]
