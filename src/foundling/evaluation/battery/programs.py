"""Short Python functions in, the same with one fault out, and what the compiler says of a text. Nothing is ever run.

A fault is of syntax or of a name that nobody has given. Which of two texts is the better one is told by `fault_of`, and
by no word of whoever made them.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Callable, Iterator

from foundling.evaluation.battery.pair import Half, Pair
from foundling.world.chance import Dice

_TEMPLATES = (
    "def {f}({a}, {b}):\n    {r} = {a} + {b}\n    return {r}\n",
    "def {f}({a}):\n    {r} = 0\n    for {x} in {a}:\n        {r} = {r} + {x}\n    return {r}\n",
    "def {f}({a}):\n    if {a} > {n}:\n        return True\n    return False\n",
    "def {f}({a}):\n    {r} = []\n    for {x} in {a}:\n        if {x} not in {r}:\n            {r}.append({x})\n"
    "    return {r}\n",
    "def {f}({a}, {b}):\n    {r} = {a}\n    while {r} < {b}:\n        {r} = {r} * {n}\n    return {r}\n",
    "def {f}({a}):\n    {r} = {{}}\n    for {x} in {a}:\n        {r}[{x}] = {r}.get({x}, 0) + 1\n    return {r}\n",
    "def {f}({a}):\n    {r} = [{x} * {n} for {x} in {a}]\n    return sorted({r})\n",
    "def {f}({a}, {b}):\n    {r} = len({a}) - len({b})\n    if {r} < 0:\n        {r} = -{r}\n    return {r}\n",
    "def {f}({a}):\n    {r} = ''\n    for {x} in {a}:\n        {r} = {x} + {r}\n    return {r}\n",
    "def {f}({a}):\n    {r} = {a}[0]\n    for {x} in {a}:\n        if {x} > {r}:\n            {r} = {x}\n"
    "    return {r}\n",
    "def {f}({a}):\n    {r} = {a}.split(' ')\n    return [{x}.strip() for {x} in {r}]\n",
    "def {f}({a}, {b}):\n    try:\n        {r} = {a} / {b}\n    except ZeroDivisionError:\n        {r} = {n}\n"
    "    return {r}\n",
    "def {f}({a}):\n    {r} = 1\n    for {x} in range(1, {a} + 1):\n        {r} = {r} * {x}\n    return {r}\n",
    "def {f}({a}):\n    {r} = str({a})\n    return {r} == {r}[::-1]\n",
    "def {f}({a}, {b}={n}):\n    {r} = {a} % {b}\n    if {r} == 0:\n        return {a}\n    return {a} - {r}\n",
    "def {f}({a}):\n    {r} = set()\n    for {x} in {a}:\n        {r}.add({x} + {n})\n    return len({r})\n",
)
_NAMES = {
    "f": ("total", "longest", "count_up", "fold", "pick", "weigh", "gather", "sort_out", "measure", "turn_round"),
    "a": ("apples", "words", "value", "items", "basket", "number", "letters", "stones"),
    "b": ("other", "limit", "rest", "second", "most", "more"),
    "r": ("result", "found", "answer", "heap", "left_over", "best"),
    "x": ("one", "each", "item", "word", "n", "k"),
    "n": ("2", "3", "5", "7", "10", "12"),
}
Fault = Callable[[str, Dice], str]


def _without(mark: str) -> Fault:
    """One of these marks is missing."""
    def fault(text: str, dice: Dice) -> str:
        places = [m.start() for m in re.finditer(re.escape(mark), text)]
        at = dice.one(places) if places else len(text)
        return text[:at] + text[at + 1:]
    return fault


def _misspelt(text: str, dice: Dice) -> str:
    """A keyword has two letters changed round."""
    found = dice.one(list(re.finditer(r"\b(?:def|return|while|for|if)\b", text)))
    letters = list(found[0])
    letters[-1], letters[-2] = letters[-2], letters[-1]
    return text[:found.start()] + "".join(letters) + text[found.end():]


def _outdented(text: str, dice: Dice) -> str:
    """A line inside stands one column to the left."""
    lines = text.split("\n")
    at = dice.one([i for i, line in enumerate(lines) if line.startswith("    ")])
    lines[at] = lines[at][1:]
    return "\n".join(lines)


def _renamed(text: str, dice: Dice) -> str:
    """What is given back has two letters of its name changed round."""
    found = list(re.finditer(r"return (?:len\(|sorted\()?([a-z_]{3,})", text))
    word = dice.one(found) if found else None
    if word is None:
        return text
    name, at = word[1], word.start(1)
    other = dice.one([w for w in _NAMES["r"] if w not in text])
    return text[:at] + other + text[at + len(name):]


FAULTS: dict[str, Fault] = {
    "no_colon": _without(":"), "no_bracket": _without(")"), "no_opening": _without("("), "misspelt": _misspelt,
    "outdented": _outdented, "unnamed": _renamed,
}


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
        given = frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned()) | frozenset(dir(builtins))
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global() and symbol.get_name() not in given:
            return f"the name {symbol.get_name()} is not given"
    return next(filter(None, (_unknown(child, given) for child in table.get_children())), "")


def programs(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end, a group of each template. Those with even places are scored, the others taught."""
    mine = [i for i in range(len(_TEMPLATES)) if (i % 2 == 0) == (half == "scored")]
    number = 0
    while True:
        dice = Dice(seed, "battery", half, "programs", number)
        template, fault = dice.one(mine), dice.one(list(FAULTS.values()))
        better = _TEMPLATES[template].format(**{slot: dice.one(words) for slot, words in _NAMES.items()})
        worse = fault(better, dice)
        if not fault_of(better) and fault_of(worse):
            yield Pair(
                id=f"compiles.{number}", cls="compiles", better=better, worse=worse, source="templates",
                group=f"program.{template}",
            )
        number += 1
