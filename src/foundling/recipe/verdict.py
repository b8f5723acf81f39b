"""Feasible or folly: what a person hopes for, their text and the forecasts flow in, a plain verdict flows out.

Three ways are weighed: from scratch, going on from an existing model with all the text (continued pre-training), or
fine-tuning one. Every threshold names its source. It measures nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundling.recipe.forecast import TRAIN_SHARE, Budget, Corpus, Forecast, best_anywhere, best_here, reached
from foundling.records import BadInput

WAYS = {
    "scratch": "from scratch", "continue": "continue from an existing model", "finetune": "fine-tune an existing model",
    "wait": "gather more text first",
}
LEAST_BYTES = 4_000  # less than this cannot be divided into text to learn from and text to judge by
_FRESH = 4.0  # readings up to which repeated text is about as good as fresh (Muennighoff et al. 2023, 2305.16264)
_GO_ON = 10e6  # tokens from which going on with all weights pays; with less, a fine-tuning reaches as far


@dataclass(frozen=True, kw_only=True)
class Hope:
    """Something a person may want. tokens: to be read, repeats counted up to four; parameters: at least; why: source.

    words completes "You hope that it will ..."; found: words in a free text that mean this hope.
    """

    level: str
    words: str
    tokens: float
    parameters: float
    why: str
    found: tuple[str, ...]


HOPES = (
    Hope(level="story", words="write story-like text in the manner of what it read", tokens=2e5, parameters=1e6,
         why="births of 1.3 million parameters on 0.4 to 5 MB of stories ended at 1.7 to 1.8 bits per byte of unread "
             "stories, with names, manner and local grammar in place",
         found=("story-like", "story like", "write stories", "stories", "tales", "style", "manner", "write")),
    Hope(level="name", words="hold a name in a room of others", tokens=2e5, parameters=1e6,
         why="after six minutes of raising, beings of 1.3 million parameters answered to their own name in 99% of 520 "
             "questions and took another's in 1 to 5% of 208",
         found=("name", "room", "persona")),
    Hope(level="questions", words="answer questions about its stories", tokens=1e8, parameters=1e7,
         why="a being of 1.3 million parameters raised on 1 million narrated words was above chance in 4 to 6 of 12 "
             "kinds of questions; that 100 million tokens suffice is a judgement, no measurement",
         found=("answer", "question", "comprehen", "about its stories", "understand")),
    Hope(level="fluent", words="speak fluent English", tokens=4.7e8, parameters=8e6,
         why="models under 10 million parameters become fluent with about 470 million tokens of simple stories "
             "(TinyStories, Eldan and Li 2023, arXiv 2305.07759)",
         found=("fluent", "speak", "grammar", "good english", "english", "talk", "converse", "chat")),
    Hope(level="assistant", words="be a general assistant", tokens=5e9, parameters=4e8,
         why="the level of GPT-2, which is not yet an assistant's, takes nanochat 1.65 hours on eight H100 cards (its "
             "own figure): roughly 5 billion tokens at half a billion parameters",
         found=("assistant", "general", "helpful", "chatgpt", "knowledge", "facts", "code", "program", "reason", "math",
                "translate", "summar")),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """way: a key of WAYS; place: "here", "cards" (rented ones) or "" where nothing is trained from scratch.

    sentence: the whole in one sentence; reasons, can, cannot: sentences; chosen: the size that it speaks of.
    """

    way: str
    place: str
    sentence: str
    reasons: tuple[str, ...]
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    chosen: Forecast | None = None


def hope_from(text: str) -> Hope:
    """The hope that a level's name or free words mean; of several, the most demanding. Raises BadInput for none."""
    words = " ".join(text.lower().split())
    for hope in HOPES:
        if words == hope.level:
            return hope
    for hope in reversed(HOPES):
        if any(mark in words for mark in hope.found):
            if hope.level == "fluent" and any(mark in words for mark in HOPES[2].found[:3]):
                return HOPES[2]
            return hope
    levels = ", ".join(hope.level for hope in HOPES)
    raise BadInput(f"What is hoped for is not clear from {text[:80]!r}: give one of {levels}, or say it in such words.")


def count_words(value: float) -> str:
    """A count as people say it: 1.3 million, 470 million, 5 billion, 12,000."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{float(f'{value / size:.2g}'):g} {word}"
    return f"{float(f'{value:.2g}'):,.0f}"


def hours_words(hours: float) -> str:
    """Hours as people say them: 40 minutes, 3.5 hours, 12 days, 4 years."""
    for size, word in ((24 * 365.0, "years"), (48.0, "days"), (1.0, "hours")):
        amount = hours / (24.0 if word == "days" else size)
        if hours >= size:
            shown = f"{amount:,.0f}" if amount >= 10 else f"{amount:.1f}".removesuffix(".0")
            return f"{shown} {word if shown != '1' else word[:-1]}"
    minutes = max(1, round(hours * 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _abilities(parameters: float, read: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a model of that size will and will not do after so many tokens, from what was measured of such models."""
    levels = (
        (2e5, 1e6, "write sentences with the names, the manner and the local grammar of its books"),
        (2e5, 1e6, "keep its own name among others, which a stage of its own teaches"),
        (3e7, 8e6, "tell grammatical from ungrammatical sentences in about 7 of 10 pairs, where chance is 5 (BabyLM: "
                   "10 million words read ten times at 31 million parameters)"),
        (1e8, 1e7, "answer simple questions about a story that it has just read, better than by chance (a judgement)"),
        (4.7e8, 8e6, "tell short, fluent, consistent stories in simple English (TinyStories)"),
        (5e9, 4e8, "continue most texts sensibly and know common facts, at the level of GPT-2"),
        (1e12, 1.5e9, "follow instructions, reason and be relied on for facts (a judgement)"),
    )
    can = tuple(words for tokens, size, words in levels if read >= tokens and parameters >= size)
    cannot = tuple(words for tokens, size, words in levels if read < tokens or parameters < size)
    return can, cannot


def _bits(row: Forecast, full: bool) -> str:
    bits = row.full_bits if full else row.bits
    return f"{bits.value:.2f} bits per byte of unread text (90% between {bits.low:.2f} and {bits.high:.2f})"


def _scratch(hope: Hope, corpus: Corpus, rows: Sequence[Forecast], budget: Budget) -> Verdict | None:
    """From scratch, here or on rented cards, where text and budget reach as far as the hope; None where they do not."""
    text = corpus.tokens() * TRAIN_SHARE
    if _FRESH * text < hope.tokens:
        return None
    large = [row for row in rows if row.parameters >= 0.8 * hope.parameters]
    able = [row for row in large if row.epochs * text >= 0.5 * hope.tokens]
    row = best_here(able)
    enough = f"The text has {count_words(text)} tokens to learn from; this hope asks for {count_words(hope.tokens)}, " \
             f"read up to {_FRESH:g} times: {hope.why}."
    if row is not None:
        can, cannot = _abilities(row.parameters, row.epochs * text)
        return Verdict(
            way="scratch", place="here", chosen=row, can=can, cannot=cannot,
            sentence=f"Feasible: raise it from scratch on this machine at size {row.size}, in about "
                     f"{hours_words(row.hours)}.",
            reasons=(enough, f"Size {row.size} is expected to end at {_bits(row, False)}."),
        )
    if not large:
        return None
    row = best_anywhere(large, hope.parameters)
    can, cannot = _abilities(row.parameters, reached(corpus, row))
    cards, price = row.fleet.cards, "" if row.fleet.money is None else f", for about {row.fleet.money:,.2f}"
    plural = "s" if cards > 1 else ""
    return Verdict(
        way="scratch", place="cards", chosen=row, can=can, cannot=cannot,
        sentence=f"Feasible, but not on this machine: raise it from scratch at size {row.size} on {cards} rented "
                 f"graphics card{plural}, in about {hours_words(row.fleet.hours)}{price}.",
        reasons=(enough, f"Here size {row.size} would take {hours_words(row.full_hours)} to read its text "
                 f"{row.full_epochs:.1f} times.", f"It is expected to end at {_bits(row, True)}."),
    )


def judge(hope: Hope, corpus: Corpus, rows: Sequence[Forecast], budget: Budget) -> Verdict:
    """The verdict over the forecasts of every size (which may not be empty)."""
    text = corpus.tokens() * TRAIN_SHARE
    if corpus.bytes < LEAST_BYTES:
        return Verdict(
            way="wait", place="", can=(), cannot=(f"{hope.words}: there is nothing to learn it from",),
            sentence="Folly for now: there is too little text, so gather more first.",
            reasons=(f"There are {corpus.bytes:,} bytes; under {LEAST_BYTES:,} nothing can be held out to judge by.",),
        )
    scratch = _scratch(hope, corpus, rows, budget)
    if scratch is not None:
        return scratch
    row = best_here(rows)
    can, cannot = _abilities(row.parameters, row.epochs * text) if row else ((), (hope.words,))
    asked = f"This hope asks for about {count_words(hope.tokens)} tokens: {hope.why}."
    short = f"The text has {count_words(text)} tokens to learn from" + (
        f", {count_words(hope.tokens / text)} times less." if hope.tokens > 2 * text else "."
    )
    meanwhile = () if row is None else (
        f"From scratch this text would reach {_bits(row, False)} at size {row.size} in {hours_words(row.hours)}: "
        "worth doing for its own sake, not for this hope.",
    )
    if _FRESH * text >= hope.tokens or text >= _GO_ON:
        return Verdict(
            way="continue", place="", chosen=row, can=can, cannot=cannot,
            sentence=f"Folly from scratch, feasible otherwise: to {hope.words}, continue from an existing model with "
                     "all of this text.",
            reasons=(asked, short, "It is enough text to move all the weights of an open model of 0.1 to 2 billion "
                     "parameters, which has read trillions of tokens already.", *meanwhile),
        )
    return Verdict(
        way="finetune", place="", chosen=row, can=can, cannot=cannot,
        sentence=f"Folly from scratch: to {hope.words}, fine-tune an existing model on this text.",
        reasons=(asked, short, "An existing model brings the language along; this text can still give it a manner, "
                 "by adapters of a few million parameters on an open model of 0.1 to 2 billion.", *meanwhile),
    )
