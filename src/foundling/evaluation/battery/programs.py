"""Programs by hand in (programs.txt), the same with one fault out, and what the compiler says of a text. Nothing is
ever run.

A fault is of syntax or of a name that nobody has given. Which of two texts is the better one is told by `fault_of`, and
by no word of whoever made them: a pair that the compiler of the day does not bear out is not given.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template

from foundling.evaluation.battery.pair import Half, Pair
from foundling.world.chance import Dice

_NAMES = {
    "f": ("total", "longest", "count_up", "fold", "pick", "weigh", "gather", "sort_out", "measure", "turn_round"),
    "g": ("inner", "step", "share", "join_up", "twice", "nearest"),
    "C": ("Basket", "Shelf", "Kettle", "Garden", "Boat", "Lamp"),
    "D": ("Thing", "Tool", "House", "Plant", "Wagon", "Place"),
    "a": ("apples", "words", "value", "items", "basket", "number", "letters", "stones"),
    "b": ("other", "limit", "rest", "second", "most", "more"),
    "r": ("result", "found", "answer", "heap", "left_over", "best"),
    "x": ("one", "each", "item", "word", "n", "k"),
    "y": ("last", "late", "twin", "mate", "leaf", "ring"),
    "n": ("2", "3", "5", "7", "10", "12"),
    "m": ("4", "6", "8", "9", "11", "20"),
    "w": ("hen", "moss", "rain", "oak", "cat", "well"),
    "v": ("red", "old", "wet", "tall", "warm", "thin"),
}


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program with open names, whole and faulty, and what its fault is."""

    half: Half
    construct: str
    fault: str
    whole: Template
    faulty: Template


@lru_cache(maxsize=1)
def written() -> tuple[Program, ...]:
    """All programs, in the order of the file."""
    text = files("foundling.evaluation.battery").joinpath("programs.txt").read_text(encoding="utf-8")
    made = []
    for block in text.split("\n@ ")[1:]:
        heading, *lines = [line for line in block.splitlines() if line]
        half, construct, fault = heading.split(" | ")
        whole, faulty = ("".join(f"{line[1:]}\n" for line in lines if line[0] != left_out) for left_out in "+-")
        made.append(Program(
            half="scored" if half == "scored" else "taught", construct=construct, fault=fault, whole=Template(whole),
            faulty=Template(faulty),
        ))
    return tuple(made)


def fault_of(source: str) -> str:
    """What keeps a module of Python from being whole: the parser's or compiler's words, or a name that is read and
    given nowhere; "" for nothing. Only for short texts of this module: the compiler's memory is not bounded."""
    try:
        compile(ast.parse(source), "text", "exec", dont_inherit=True)
        return _unknown(symtable.symtable(source, "text", "exec"))
    except (SyntaxError, ValueError) as wrong:
        return str(wrong)


def _unknown(table: symtable.SymbolTable, given: frozenset[str] = frozenset()) -> str:
    if table.get_type() == "module":
        own = (s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported())
        given = frozenset(own) | frozenset(dir(builtins))
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global() and symbol.get_name() not in given:
            return f"the name {symbol.get_name()} is not given"
    return next(filter(None, (_unknown(child, given) for child in table.get_children())), "")


def programs(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end, the programs of the half in turn, each a group; the second time round with other names."""
    mine = [(place, program) for place, program in enumerate(written()) if program.half == half]
    number = 0
    while True:
        place, program = mine[number % len(mine)]
        dice = Dice(seed, "battery", half, "programs", number)
        names = {slot: dice.one(words) for slot, words in _NAMES.items()}
        better, worse = program.whole.substitute(names), program.faulty.substitute(names)
        if not fault_of(better) and fault_of(worse):
            yield Pair(
                id=f"compiles.{number}", cls="compiles", better=better, worse=worse, source="templates",
                group=f"program.{place}",
            )
        number += 1
