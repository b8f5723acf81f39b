"""The examination sheet: templates and a name flow in, filled prompts flow out: a conversation, who answers.

It asks no model and marks no answer. The same (being, names, false names, seed) always give the same sheet.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation import asks, rooms
from foundling.evaluation.claims import mentions
from foundling.records import Turn
from foundling.tokens import Tokenizer

HOLD_CELLS = ("direct", "paraphrase", "indirect", "adversarial", "multi_party")
LEAK_CELLS = ("leak_two", "leak_room")
TEMPLATES: dict[str, tuple[str, ...]] = {
    "direct": asks.DIRECT, "paraphrase": asks.PARAPHRASE, "indirect": asks.INDIRECT, "adversarial": asks.ADVERSARIAL,
    "multi_party": rooms.MULTI_PARTY, "leak_two": rooms.LEAK_TWO, "leak_room": rooms.LEAK_ROOM, "talk": rooms.TALK,
}
PROMPTS = 104  # of each cell; 73 without a miss would just support the bar of 0.95 (naming.md section 1)
DISTRACTORS = 20
_LABELS = ("a", "b", "c", "d", "e", "x")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One question of one cell. `others`: every other name in play, people and false names, without the answerer's."""

    cell: str
    template: int
    being: str
    turns: tuple[Turn, ...]
    answerer: str
    others: tuple[str, ...]

    @property
    def named(self) -> bool:
        """The being's name stands in the words of the context (not only as the tag of who speaks)."""
        return any(mentions(turn.text, self.being) for turn in self.turns)

    @property
    def given(self) -> bool:
        """The being's name stands in the context at all, in words or as the tag of a turn."""
        return self.named or any(turn.name == self.being for turn in self.turns)


def other_names(being: str, names: Sequence[str]) -> tuple[str, ...]:
    """The pool without the being's name, any part of it, and any name it is part of; each name once."""
    own = {being.casefold(), *being.casefold().split()}
    return tuple(dict.fromkeys(name for name in names if not own & {name.casefold(), *name.casefold().split()}))


def false_names(being: str, tokenizer: Tokenizer, names: Sequence[str] = asks.FALSE_NAMES) -> tuple[str, ...]:
    """The 20 false names whose token count after "I am" is nearest the being's (naming.md section 7)."""
    length = {name: len(tokenizer.encode(f"I am {name}.")) for name in (being, *names)}
    ranked = sorted(other_names(being, names), key=lambda name: abs(length[name] - length[being]))
    return tuple(ranked[:DISTRACTORS])


def _lines(template: str, rng: random.Random) -> list[tuple[str, str]]:
    """(label, words) of each line; `@ b c` becomes one introduction each, in an order drawn anew."""
    lines = []
    for line in template.split("\n"):
        if line.startswith("@"):
            labels = line[1:].split()
            rng.shuffle(labels)
            lines += [(label, rng.choice(rooms.INTRODUCTIONS).replace("{me}", f"{{{label}}}")) for label in labels]
        else:
            label, _, words = line.partition(": ")
            lines.append((label, words))
    return lines


def fill(cell: str, number: int, being: str, pools: tuple[Sequence[str], Sequence[str]], rng: random.Random) -> Prompt:
    """Template `number` of a cell with names and things drawn in; pools: names of people, false names."""
    people = dict(zip(_LABELS, rng.sample(list(pools[0]), len(_LABELS)), strict=True)) | {"n": being}
    lines = _lines(TEMPLATES[cell][number], rng)
    roles = [role for role in asks.ROLE_NAMES if not mentions(role, being)]
    slots = people | {
        "t": rng.choice(list(pools[1])), "role": rng.choice(roles), "hello": rng.choice(asks.HELLO),
        "place": rng.choice(asks.PLACES), "thing": rng.choice(asks.THINGS),
    }
    turns = tuple(Turn(name=people.get(label, label), text=words.format_map(slots)) for label, words in lines)
    answerer = being if cell in HOLD_CELLS else people["x"]
    words = " ".join(words for _, words in lines)
    speaking = {label for label, _ in lines}
    used = [slots[key] for key in (*_LABELS, "t", "n") if f"{{{key}}}" in words or key in speaking]
    others = tuple(dict.fromkeys(name for name in used if name != answerer))
    return Prompt(cell=cell, template=number, being=being, turns=turns, answerer=answerer, others=others)


def draw_cell(
    cell: str, being: str, pools: tuple[Sequence[str], Sequence[str]], *, seed: int, prompts: int = PROMPTS
) -> tuple[Prompt, ...]:
    """That many different prompts of a cell, its templates in turn. Raises ValueError when the pools are too small."""
    if len(pools[0]) < 2 * len(_LABELS) or not pools[1]:
        raise ValueError("the exam needs at least twelve names for other people, and one false name")
    rng, count = random.Random(f"{seed}/{cell}"), len(TEMPLATES[cell])
    made: dict[tuple[tuple[Turn, ...], str], Prompt] = {}
    for attempt in range(20 * prompts):
        if len(made) == prompts:
            break
        prompt = fill(cell, (len(made) + attempt // prompts) % count, being, pools, rng)
        made.setdefault((prompt.turns, prompt.answerer), prompt)
    if len(made) < prompts:
        raise ValueError(f"only {len(made)} different prompts can be made for the cell {cell}")
    return tuple(made.values())


def prompt_ids(prompt: Prompt, tokenizer: Tokenizer, room: int) -> tuple[list[int], bool]:
    """`<|begin|>`, the turns, `<|turn|>`, who answers, `<|says|>`, in at most `room` ids; and whether it had to be cut.

    Whole turns are left out from the beginning, never half a one.
    """
    head = [tokenizer.turn, *tokenizer.encode(prompt.answerer), tokenizer.says]
    pieces, used = [tokenizer.encode_turn(turn) for turn in prompt.turns], len(head) + 1
    kept: list[list[int]] = []
    for piece in reversed(pieces):
        if used + len(piece) > room:
            break
        kept.insert(0, piece)
        used += len(piece)
    return [tokenizer.begin, *(i for piece in kept for i in piece), *head], len(kept) < len(pieces)
