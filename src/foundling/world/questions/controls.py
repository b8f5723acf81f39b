"""Questions in, how far surface words alone would answer them out; and sets of questions that they do not answer.

A reader who never follows the story could still guess the option named last, first or most often, or the longest. In a
balanced set each such guess is right about as often as chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from foundling.world.narrator.tell import Telling
from foundling.world.questions.asked import Question

Guess = Callable[[Sequence[str], str], int]


def _found(word: str, text: str) -> list[int]:
    places, at = [], text.find(word)
    while at >= 0:
        places.append(at)
        at = text.find(word, at + 1)
    return places


def _mentions(words: Sequence[str], text: str) -> list[list[int]]:
    return [_found(word, text) for word in words]


GUESSES: Mapping[str, Guess] = {
    "named first": lambda words, text: _best([-min(p, default=10**9) for p in _mentions(words, text)]),
    "named last": lambda words, text: _best([max(p, default=-1) for p in _mentions(words, text)]),
    "named most": lambda words, text: _best([len(p) for p in _mentions(words, text)]),
    "longest": lambda words, text: _best([len(word) for word in words]),
    "shortest": lambda words, text: _best([-len(word) for word in words]),
}


def _best(scores: Sequence[float]) -> int:
    """The place of the highest score, -1 where two share it."""
    top = max(scores)
    return scores.index(top) if list(scores).count(top) == 1 else -1


def shown_words(telling: Telling, question: Question) -> list[str]:
    """How each option's key stands in the text: a person's name or mask, a place; the option itself for other keys."""
    people = {person.name for person in telling.plot.history.setting.people}
    return [
        telling.cast.named(key) if key in people else option if key.isdigit() or key in ("yes", "no") else key
        for key, option in zip(question.keys, question.options, strict=True)
    ]


def guesses(telling: Telling, question: Question) -> dict[str, bool]:
    """For each guess, whether it is right."""
    words = shown_words(telling, question)
    return {name: guess(words, telling.text) == question.answer for name, guess in GUESSES.items()}


class Balance:
    """Lets questions of one family through as long as no guess gets ahead of chance."""

    def __init__(self) -> None:
        self.n, self._chance = 0, 0.0
        self._hits = dict.fromkeys(GUESSES, 0)
        self._answers: dict[str, int] = {}

    def lets(self, telling: Telling, question: Question) -> bool:
        """True, and counted, unless a guess would now be right more often than chance by more than two questions."""
        right = guesses(telling, question)
        chance = self._chance + 1 / len(question.options)
        fixed = question.keys[question.answer] if question.keys[question.answer] in ("yes", "no") else ""
        if any(self._hits[name] + hit > chance + 1.5 for name, hit in right.items() if hit):
            return False
        if fixed and self._answers.get(fixed, 0) > self.n / 2:
            return False
        self.n, self._chance = self.n + 1, chance
        for name, hit in right.items():
            self._hits[name] += hit
        self._answers[fixed] = self._answers.get(fixed, 0) + 1
        return True

    def rates(self) -> dict[str, float]:
        """How often each guess is right, and chance."""
        n = max(1, self.n)
        return {name: hits / n for name, hits in self._hits.items()} | {"chance": self._chance / n}


def balanced(
    pairs: Iterable[tuple[Telling, Question]], balances: dict[str, Balance]
) -> Iterable[tuple[Telling, Question]]:
    """Those questions that keep every family balanced; `balances` is carried on from call to call."""
    for telling, question in pairs:
        if balances.setdefault(question.family, Balance()).lets(telling, question):
            yield telling, question
