"""The small frozen things of the physics library: a setup goes into a run, a run comes out, a scene tells and asks.

Nothing here simulates or writes a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from foundling.world.chance import Dice

Place = tuple[str, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A thing with a name and a body: sizes in metres, mass in kilograms, density in kg per cubic metre.

    strength is the blow (change of speed in m/s against stone) above which it breaks, 0 for a thing that does not.
    """

    name: str
    material: str
    density: float
    strength: float
    form: str
    width: float
    height: float
    mass: float
    colour: str = ""

    @property
    def full(self) -> str:
        """Colour and name."""
        return f"{self.colour} {self.name}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What decides a scene. num: numbers that a jitter moves; whole: counts and switches that it leaves alone; words:
    slots of the telling; things: things by their slot, which also names their body in the simulation."""

    num: Mapping[str, float] = field(default_factory=dict)
    whole: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[str, Thing] = field(default_factory=dict)
    record: bool = False

    def but(
        self, num: Mapping[str, float] | None = None, whole: Mapping[str, int] | None = None,
        words: Mapping[str, str] | None = None, things: Mapping[str, Thing] | None = None,
    ) -> "Setup":
        """The same setup with some values changed."""
        return replace(
            self, num={**self.num, **(num or {})}, whole={**self.whole, **(whole or {})},
            words={**self.words, **(words or {})}, things={**self.things, **(things or {})},
        )

    def jittered(self, signs: Mapping[str, float], share: float) -> "Setup":
        """Every number moved by the share, up or down as its sign says."""
        return replace(self, num={name: value * (1 + share * signs[name]) for name, value in self.num.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How a body is drawn: form circle, box, segment or poly; points in metres about the body's place; mass 0 is fixed.

    radius is that of a circle, or half the thickness of a segment.
    """

    id: str
    form: str
    radius: float
    points: tuple[tuple[float, float], ...]
    colour: str
    name: str
    mass: float
    friction: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Where every body is at a time in seconds: id, x and y in metres, angle in radians."""

    time: float
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What came of a setup. truth: the key of the outcome of every ask; measured: words for things measured."""

    truth: Mapping[str, str]
    measured: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with options, one of which is true in the simulation."""

    family: str
    ask: str
    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MinimalPair:
    """context + right happened, context + wrong did not; both endings begin with their own space."""

    context: str
    right: str
    wrong: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A scene told, what happened in it, and what may be asked about it."""

    kind: str
    seed: int
    told: tuple[str, ...]
    happened: tuple[str, ...]
    questions: tuple[Question, ...]
    pairs: tuple[MinimalPair, ...]
    shapes: tuple[Shape, ...]
    frames: tuple[Frame, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Something that a run decides: its name in `truth`, its family, its possible keys (none: a count, 0 to `top`)."""

    name: str
    family: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A setup that might have been instead, and the section of words that says how it differs."""

    name: str
    setup: Setup


def no_change(setup: Setup, dice: Dice) -> list[Change]:
    """For kinds that ask no what-if."""
    return []


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of scene: how its numbers are drawn, how it is run, what it asks. The first ask is the main one."""

    name: str
    asks: tuple[Ask, ...]
    draw: Callable[[Dice], Setup]
    run: Callable[[Setup], Run]
    changes: Callable[[Setup, Dice], list[Change]] = no_change


def one_ask(
    name: str, family: str, keys: tuple[str, ...], draw: Callable[[Dice], Setup], run: Callable[[Setup], Run],
    changes: Callable[[Setup, Dice], list[Change]] = no_change,
) -> Kind:
    """A kind with one ask; no keys: a count."""
    return Kind(name=name, asks=(Ask(name="main", family=family, keys=keys),), draw=draw, run=run, changes=changes)
