"""Numbers and things as they are drawn, each put down once: the value for the run and its words for the telling."""

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.records import Change, Setup, Thing
from foundling.world.physics.space import World
from foundling.world.physics.words import Surface


class Draft:
    """A setup in the making, from nothing or from another setup; every method returns the draft itself."""

    def __init__(self, dice: Dice, base: Setup | None = None) -> None:
        self.dice, self.base = dice, base or Setup()
        self.num: dict[str, float] = {}
        self.whole: dict[str, int] = {}
        self.words: dict[str, str] = {}
        self.things: dict[str, Thing] = {}

    def length(self, slot: str, metres: float) -> "Draft":
        """A length in metres."""
        self.num[slot], self.words[slot] = metres, words.length(self.dice, metres)
        return self

    def weight(self, slot: str, kilograms: float) -> "Draft":
        """A weight in kilograms."""
        self.num[slot], self.words[slot] = kilograms, words.weight(self.dice, kilograms)
        return self

    def amount(self, slot: str, value: float, unit: str) -> "Draft":
        """Another amount, with the name of its unit in the singular."""
        self.num[slot], self.words[slot] = value, words.amount(self.dice, value, unit)
        return self

    def count(self, slot: str, n: int) -> "Draft":
        """A number of things, which no jitter moves."""
        self.whole[slot], self.words[slot] = n, words.number(n)
        return self

    def switch(self, slot: str, on: bool) -> "Draft":
        """A yes or no that the run reads; its words are put down with `say`."""
        self.whole[slot] = int(on)
        return self

    def hidden(self, slot: str, value: float) -> "Draft":
        """A number that the telling gives by other words."""
        self.num[slot] = value
        return self

    def say(self, slot: str, text: str) -> "Draft":
        """Words for a slot."""
        self.words[slot] = text
        return self

    def ground(self, surface: Surface, slot: str = "below", mark: str = "") -> "Draft":
        """A surface: its name in the slot, its numbers under friction, hard and drag with the mark after them."""
        self.num |= {f"friction{mark}": surface.friction, f"hard{mark}": surface.hard, f"drag{mark}": surface.drag}
        self.words[slot] = surface.name
        return self

    def thing(self, slot: str, role: str) -> "Draft":
        """A thing of a role that shares no word with the things before it."""
        self.things[slot] = words.thing(self.dice, role, [*self.base.things.values(), *self.things.values()])
        return self

    def own(self, slot: str, thing: Thing) -> "Draft":
        """A thing made elsewhere."""
        self.things[slot] = thing
        return self

    def setup(self) -> Setup:
        """The setup as far as it has come."""
        return self.base.but(num=self.num, whole=self.whole, words=self.words, things=self.things)

    def change(self, name: str) -> Change:
        """The setup as one that might have been instead."""
        return Change(name=name, setup=self.setup())


def put(world: World, slot: str, at: tuple[float, float], *, friction: float = 0.6, mass: float = 0.0) -> None:
    """A thing of the setup with its foot or lowest point at a place; mass in kg where it is not that of the table."""
    thing = world.setup.things[slot]
    middle = (at[0], at[1] + thing.height / 2)
    if thing.form == "circle":
        world.ball(slot, middle, thing.height / 2, mass or thing.mass, friction=friction, bounce=0.1)
    else:
        world.box(slot, middle, (thing.width, thing.height), mass or thing.mass, friction=friction)
