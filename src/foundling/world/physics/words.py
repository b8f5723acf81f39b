"""Tables of things and surfaces in, words for lengths, weights and numbers out. Nothing here knows a kind of scene."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.narrator.grammar import Grammar, read_sections
from foundling.world.physics.records import Thing

TABLES = ("objects.txt", "surfaces.txt")
COLOURS = (
    "red", "blue", "green", "yellow", "white", "black", "brown", "orange", "purple", "pink", "grey", "turquoise",
    "scarlet", "striped", "spotted", "cream",
)
NAMES = (
    "Ada", "Ben", "Cleo", "Dov", "Edda", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kaja", "Leo", "Mira", "Nils",
    "Olga", "Pavel", "Quentin", "Rosa", "Sami", "Tilda", "Ugo", "Vera", "Wanda", "Xenia", "Yuri", "Zoe", "Anton",
    "Berta", "Carl", "Dora", "Emil", "Frida", "Gus", "Hanna", "Igor", "Judith", "Klaus", "Lotte", "Max", "Nora",
)
SMALL = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True, kw_only=True, slots=True)
class Surface:
    """A ground: a phrase for it, its kind, and how it rubs, throws back, strikes and slows."""

    name: str
    kind: str
    friction: float
    bounce: float
    hard: float
    drag: float


def _rows(name: str) -> Iterable[list[str]]:
    text = (files(__package__) / "words" / name).read_text(encoding="utf-8")
    for line in text.split("\n"):
        if line.strip() and not line.startswith("#"):
            yield [cell.strip() for cell in line.split(";")]


@lru_cache(maxsize=1)
def surfaces() -> tuple[Surface, ...]:
    """All surfaces of the table."""
    return tuple(
        Surface(name=name, kind=kind, friction=float(mu), bounce=float(up), hard=float(hard), drag=float(drag))
        for name, kind, mu, up, hard, drag in _rows("surfaces.txt")
    )


@lru_cache(maxsize=1)
def things() -> tuple[tuple[Thing, frozenset[str]], ...]:
    """All things of the table, each with its roles."""
    found = []
    for name, material, density, fragile, form, width, height, mass, roles in _rows("objects.txt"):
        thing = Thing(
            name=name, material=material, density=float(density), strength=float(fragile), form=form,
            width=float(width), height=float(height), mass=float(mass),
        )
        found.append((thing, frozenset(roles.split())))
    return tuple(found)


@lru_cache(maxsize=64)
def _of_role(role: str) -> tuple[tuple[Thing, frozenset[str]], ...]:
    return tuple(row for row in things() if role in row[1])


def thing(dice: Dice, role: str, beside: Iterable[Thing] = ()) -> Thing:
    """A thing of a role, coloured where it may be, whose name shares no word with those beside it."""
    rows = _of_role(role)
    if not rows:
        raise BadInput(f"No thing has the role {role!r}: name one that stands in words/objects.txt.")
    taken = {word for other in beside for word in other.full.split()}
    fresh = [row for row in rows if not taken & set(row[0].name.split())]
    drawn, roles = dice.one(fresh or rows)
    if "dyed" in roles:
        colours = [colour for colour in COLOURS if colour not in taken]
        drawn = replace(drawn, colour=dice.one(colours))
    return drawn


def surface(dice: Dice, *kinds: str) -> Surface:
    """A surface of one of the kinds: hard, soft, slick, rough."""
    return dice.one([s for s in surfaces() if s.kind in kinds])


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The frames of all word files."""
    folder = files(__package__) / "words"
    paths = sorted(Path(str(p)) for p in folder.iterdir() if p.name.endswith(".txt") and p.name not in TABLES)
    return Grammar(read_sections(paths))


def number(n: int) -> str:
    """A whole number below a thousand in words; 0 is "none"."""
    if n < 20:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10] + (f"-{SMALL[n % 10]}" if n % 10 else "")
    rest = f" and {number(n % 100)}" if n % 100 else ""
    return f"{SMALL[n // 100]} hundred{rest}"


def _said(dice: Dice, value: float, unit: str) -> str:
    """A number with its unit: in words where it is whole or a half, else in figures."""
    whole = round(value)
    if abs(value - whole) < 1e-9 and 0 < whole < 1000:
        figure = str(whole) if dice.chance(0.4) else number(whole)
        return f"{figure} {unit}{'' if whole == 1 else 's'}"
    if abs(value - 0.5) < 1e-9:
        return f"half a {unit}"
    if value > 1 and abs(value % 1 - 0.5) < 1e-9 and dice.chance(0.6):
        return f"{number(int(value))} and a half {unit}s"
    return f"{value:g} {unit}s"


def length(dice: Dice, metres: float) -> str:
    """A length in words: centimetres below a metre."""
    if metres < 0.995 and abs(metres - 0.5) > 1e-9:
        return _said(dice, round(metres * 100, 1), "centimetre")
    return _said(dice, round(metres, 2), "metre")


def weight(dice: Dice, kilograms: float) -> str:
    """A weight in words: grams below a kilogram."""
    if kilograms < 0.995 and abs(kilograms - 0.5) > 1e-9:
        return _said(dice, round(kilograms * 1000), "gram")
    return _said(dice, round(kilograms, 2), "kilogram")


def amount(dice: Dice, value: float, unit: str) -> str:
    """Some other amount in words: degrees, minutes, litres."""
    return _said(dice, round(value, 2), unit)


def plural(noun: str) -> str:
    """The plural of a regular noun; of the last word, or of the word before "of"."""
    head, of, rest = noun.partition(" of ")
    if head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "es" if head.endswith(("s", "x", "ch", "sh", "potato")) else "s"
    return head + of + rest
