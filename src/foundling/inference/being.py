"""A being: a name and two verbs. Turns are heard, and a turn, or silence, is spoken. It stores nothing on disk."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch

from foundling.inference.engine import Engine
from foundling.inference.sampling import Sampling
from foundling.records import Turn
from foundling.tokens import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether it speaks now, and why: its share of the next-speaker distribution, the likeliest other, the reason."""

    speaks: bool
    share: float
    rival: float
    reason: str


def addressed(name: str, text: str) -> bool:
    """True when the name stands in the text as a word of its own, whatever its case."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


_UNANSWERED = 4  # of the turns since its own last one: an older address has been overtaken by the talk
_REMEMBERED = 1000  # turns kept in memory, far more than any context holds; the ledger keeps them all
_DROPPED = 0.25  # of the context given up at once when it is full: until the next time only new turns are read


class Being:
    """A named speaker on a model. It remembers the turns it heard, as many as its context holds.

    `seed` fixes what it will say after a given history; `most` bounds the ids of one turn.
    """

    def __init__(
        self, name: str, tokenizer: Tokenizer, engine: Engine, *, how: Sampling | None = None,
        seed: int = 0, most: int = 80,
    ) -> None:
        self.name, self.tokenizer, self.engine = name, tokenizer, engine
        self.how, self.most = how or Sampling(), most
        self.turns: list[Turn] = []
        self._encoded = lru_cache(4 * _REMEMBERED)(tokenizer.encode_turn)
        self._generator = torch.Generator().manual_seed(seed)
        self._stops = frozenset((tokenizer.begin, tokenizer.end, tokenizer.turn, tokenizer.says, tokenizer.silence))

    def hear(self, turn: Turn) -> None:
        """Take a turn (its own included) into what it remembers."""
        self.turns.append(turn)
        if len(self.turns) > 2 * _REMEMBERED:
            del self.turns[:-_REMEMBERED]

    def prompt(self) -> list[int]:
        """`<|begin|>`, the latest whole turns that fit beside a turn of its own to come, and `<|turn|>`.

        An engine that keeps what it read reads only what is new, as long as the prompt begins as the last one did. So
        old turns are given up in pieces of a quarter of the context, counted from the first turn that is remembered:
        most turns only add to the prompt, and it holds three quarters of what would fit at least. Where not even the
        last turn fits, it keeps its speaker and the end of its text.
        """
        t = self.tokenizer
        room = max(0, self.engine.context - self.most - len(t.encode_turn(Turn(name=self.name))) - 1)
        pieces = [self._encoded(turn) for turn in self.turns]
        total = sum(map(len, pieces))
        step = max(1, int(room * _DROPPED))
        surplus = -(-max(0, total - room) // step) * step
        first, given_up = 0, 0
        while given_up < surplus and first < len(pieces) - (len(pieces[-1]) <= room):
            given_up += len(pieces[first])
            first += 1
        ids = [value for piece in pieces[first:] for value in piece]
        if pieces and not ids and self.turns[-1].name is not None:
            head = len(t.encode_turn(Turn(name=self.turns[-1].name)))
            ids = [*pieces[-1][:head], *pieces[-1][len(pieces[-1]) - room + head:]] if head < room else []
        return [t.begin, *ids, t.turn]

    def next_speaker(self, present: Sequence[str]) -> dict[str | None, float]:
        """The model's own distribution over who speaks next: each present name, and None for silence."""
        t = self.tokenizer
        names = list(dict.fromkeys([self.name, *present]))
        totals = self.engine.log_probabilities(self.prompt(), [*([*t.encode(n), t.says] for n in names), [t.silence]])
        top = max(totals)
        shares = [math.exp(total - top) for total in totals]
        return dict(zip([*names, None], (share / sum(shares) for share in shares), strict=True))

    def decide(self, present: Sequence[str]) -> Decision:
        """Rules first (never twice in a row; always when addressed or alone with one other), then the model's word."""
        spoken = [turn for turn in self.turns if not turn.silent]
        if not spoken:
            return Decision(speaks=False, share=0.0, rival=1.0, reason="nobody has spoken yet")
        if spoken[-1].name == self.name:
            return Decision(speaks=False, share=0.0, rival=1.0, reason="it spoke last")
        shares = self.next_speaker(present)
        share, rival = shares[self.name], max(v for k, v in shares.items() if k != self.name)
        own = max((place for place, turn in enumerate(spoken) if turn.name == self.name), default=-1)
        # Several may have spoken before it was asked: being addressed by any of them counts.
        if any(addressed(self.name, turn.text) for turn in spoken[own + 1:][-_UNANSWERED:]):
            return Decision(speaks=True, share=share, rival=rival, reason="it was addressed")
        if len({*present, self.name}) <= 2:
            return Decision(speaks=True, share=share, rival=rival, reason="it is alone with the speaker")
        speaks = share > rival
        reason = "its own name was the likeliest next" if speaks else "another, or silence, was likelier"
        return Decision(speaks=speaks, share=share, rival=rival, reason=reason)

    def say(self) -> Iterator[str]:
        """The next turn's text, piece by piece as it comes. Nothing is heard or decided here.

        Half a character waits for the rest of its bytes, and vanishes when they never come.
        """
        t = self.tokenizer
        prompt = [*self.prompt(), *t.encode(self.name), t.says]
        ids: list[int] = []
        given = ""
        for value in self.engine.stream(prompt, self.how, stops=self._stops, most=self.most, generator=self._generator):
            ids.append(value)
            text = t.decode(ids).replace("\ufffd", "").lstrip()
            if text != given:
                yield text[len(given):]
                given = text

    def speak(self, present: Sequence[str] = ()) -> Turn | None:
        """Its turn if it chooses to speak, which it then also hears; None is silence."""
        if not self.decide(present).speaks:
            return None
        text = " ".join("".join(self.say()).split())
        if not text:
            return None
        turn = Turn(name=self.name, text=text)
        self.hear(turn)
        return turn
