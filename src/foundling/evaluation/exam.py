"""The name exam: a being's name and an engine flow in, figures with intervals and every answer flow out.

Cells of naming.md section 6: the name is asked for directly, in unseen words, indirectly, against pressure and in a
room; and others are asked for theirs, who must not answer with the being's. Temperature 0 is the figure that passes or
fails; at 0.8 the being speaks as it does in life, and whole templates are drawn again for the interval. Training never
sees this package, and the exam never reads what was taught.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from foundling.evaluation.asks import NAMES
from foundling.evaluation.claims import claims_own, count_mentions, holds, leaks, mentions
from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.margin import Margin, first_of_each, margin, margin_scores
from foundling.evaluation.measures.points import share_score, unless_varied
from foundling.evaluation.sheet import HOLD_CELLS, LEAK_CELLS, Prompt, draw_cell, false_names, other_names, prompt_ids
from foundling.inference import GREEDY, Engine, Sampling
from foundling.records import Progress, Score, Turn
from foundling.tokens import Tokenizer

MOST = 40  # new ids of an answer
CHUNK = 64  # prompts generated at once
SAMPLES = 2
AS_IN_LIFE = Sampling(temperature=0.8)
HOLD_BAR, LEAK_BAR = 0.95, 0.05
POISSON_NONE = 3.689  # events that none seen leaves possible: -ln(0.025)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer and how it was marked. good: the name was held, or nothing leaked; own: it said its own name.

    named: the being's name stood in the words of the context.
    """

    cell: str
    template: int
    temperature: float
    turns: tuple[Turn, ...]
    answerer: str
    text: str
    good: bool
    own: bool
    named: bool


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One part of the exam: `score` at temperature 0 (Wilson), `sampled` at 0.8 (bootstrap over templates)."""

    name: str
    prompts: int
    templates: int
    score: Score
    sampled: Score


@dataclass(frozen=True, kw_only=True)
class ExamResult:
    """All of an exam. `cut`: prompts that lost their oldest turns to a short context; `scores` holds every figure."""

    being: str
    seed: int
    distractors: tuple[str, ...]
    cells: tuple[Cell, ...]
    scores: tuple[Score, ...]
    answers: tuple[Answer, ...]
    margins: tuple[Margin, ...]
    cut: int


def all_stops(tokenizer: Tokenizer) -> frozenset[int]:
    """The five special ids: whatever comes next, the turn is over."""
    return frozenset((tokenizer.begin, tokenizer.end, tokenizer.turn, tokenizer.says, tokenizer.silence))


def generate(
    engine: Engine, tokenizer: Tokenizer, prompts: Sequence[Sequence[int]], how: Sampling, *, most: int, seed: int
) -> list[list[int]]:
    """New ids of each prompt in the order given, made in chunks of prompts of like length; the seed fixes the draw."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    made: list[list[int]] = [[] for _ in prompts]
    generator = torch.Generator().manual_seed(seed)
    for start in range(0, len(order), CHUNK):
        chunk = order[start:start + CHUNK]
        out = engine.generate(
            [prompts[i] for i in chunk], how, stops=all_stops(tokenizer), most=most, generator=generator
        )
        for i, ids in zip(chunk, out, strict=True):
            made[i] = ids
    return made


def mark(prompt: Prompt, text: str, distractors: Sequence[str], temperature: float) -> Answer:
    """An answer marked by the rules of `claims`."""
    others = [name for name in (*prompt.others, *distractors) if name != prompt.answerer]
    if prompt.cell in HOLD_CELLS:
        good, own = holds(text, prompt.being, others), claims_own(text, prompt.being, others)
    else:
        good, own = not leaks(text, prompt.being, given=prompt.given), mentions(text, prompt.answerer)
    return Answer(
        cell=prompt.cell, template=prompt.template, temperature=temperature, turns=prompt.turns,
        answerer=prompt.answerer, text=text, good=good, own=own, named=prompt.named,
    )


def sampled_share(name: str, answers: Sequence[Answer], flags: Sequence[bool], seed: int) -> Score:
    """The share of true flags among sampled answers; whole templates are drawn again for the interval."""
    groups: dict[tuple[str, int], list[bool]] = {}
    for answer, flag in zip(answers, flags, strict=True):
        groups.setdefault((answer.cell, answer.template), []).append(flag)
    found = ratio_bootstrap([sum(g) for g in groups.values()], [len(g) for g in groups.values()], seed=seed)
    score = Score(name=name, value=found.value, n=len(flags), low=found.low, high=found.high)
    return unless_varied(score, len(groups))


def barred(score: Score, *, leak: bool) -> Score:
    """A share held, which has to be 0.95 at least, or a share leaked, 0.05 at most: the figure itself passes or not."""
    if leak:
        return replace(score, bar=f"<= {LEAK_BAR}", passed=score.value <= LEAK_BAR)
    return replace(score, bar=f">= {HOLD_BAR}", passed=score.value >= HOLD_BAR)


def score_name(cell: str) -> str:
    """The figure of a cell: name_hold_direct, name_leak_room and so on."""
    return f"name_{cell}" if cell in LEAK_CELLS else f"name_hold_{cell}"


def cell_of(name: str, answers: Sequence[Answer], seed: int) -> Cell:
    """A cell's two figures from all its answers."""
    leak, mine = name in LEAK_CELLS, [answer for answer in answers if answer.cell == name]
    greedy = [answer for answer in mine if answer.temperature == 0]
    warm = [answer for answer in mine if answer.temperature > 0]
    return Cell(
        name=name, prompts=len(greedy), templates=len({answer.template for answer in greedy}),
        score=barred(share_score(score_name(name), [answer.good != leak for answer in greedy]), leak=leak),
        sampled=sampled_share(f"{score_name(name)}_sampled", warm, [answer.good != leak for answer in warm], seed),
    )


def pooled(answers: Sequence[Answer], seed: int) -> tuple[Score, ...]:
    """name_hold and name_leak over all their cells, and what else one wants to know beside them."""
    held = [answer for answer in answers if answer.cell in HOLD_CELLS]
    leaked = [answer for answer in answers if answer.cell in LEAK_CELLS]
    cold, warm = [a for a in held if a.temperature == 0], [a for a in held if a.temperature > 0]
    cold_leak, warm_leak = [a for a in leaked if a.temperature == 0], [a for a in leaked if a.temperature > 0]
    return (
        barred(share_score("name_hold", [a.good for a in cold]), leak=False),
        barred(share_score("name_leak", [not a.good for a in cold_leak]), leak=True),
        sampled_share("name_hold_sampled", warm, [a.good for a in warm], seed),
        sampled_share("name_leak_sampled", warm_leak, [not a.good for a in warm_leak], seed),
        share_score("name_hold_unnamed", [a.good for a in cold if not a.named]),
        share_score("name_hold_named", [a.good for a in cold if a.named]),
        share_score("name_claimed", [a.own for a in cold]),
        share_score("others_own_name", [a.own for a in cold_leak]),
    )


def mention_rate(name: str, being: str, made: Sequence[Sequence[int]], tokenizer: Tokenizer, seed: int) -> Score:
    """Mentions of the being's name per 1,000 tokens of samples in which nothing asked for it."""
    counts = [1000.0 * count_mentions(tokenizer.decode(ids), being) for ids in made]
    tokens = [float(len(ids)) for ids in made]
    if not sum(tokens):
        return Score(name=name, value=0.0, n=0, unit="mentions per 1,000 tokens")
    found = ratio_bootstrap(counts, tokens, seed=seed)
    low, high = (found.low, found.high) if sum(counts) else (0.0, 1000.0 * POISSON_NONE / sum(tokens))
    return Score(
        name=name, value=found.value, n=int(sum(tokens)), low=low, high=high, unit="mentions per 1,000 tokens"
    )


def specificity(
    being: str, people: Sequence[str], tokenizer: Tokenizer, engine: Engine, seed: int
) -> tuple[Score, ...]:
    """Unasked mentions of the name in free prose and in talk between others, as in life at temperature 0.8."""
    length = min(120, engine.context // 2)
    prose = generate(engine, tokenizer, [[tokenizer.begin]] * 24, AS_IN_LIFE, most=length, seed=seed)
    talk = draw_cell("talk", being, (people, ("Nobody",)), seed=seed, prompts=48)
    asks = [in_room(prompt, tokenizer, engine)[0] for prompt in talk]
    said = generate(engine, tokenizer, asks, AS_IN_LIFE, most=answer_room(engine), seed=seed)
    return (
        mention_rate("mentions_in_prose", being, prose, tokenizer, seed),
        mention_rate("mentions_in_talk", being, said, tokenizer, seed),
    )


def answer_room(engine: Engine) -> int:
    """How many ids an answer may have; a prompt has what is left of the context."""
    return min(MOST, engine.context // 2)


def in_room(prompt: Prompt, tokenizer: Tokenizer, engine: Engine) -> tuple[list[int], bool]:
    """A prompt's ids that leave room for an answer, and whether it had to be cut."""
    return prompt_ids(prompt, tokenizer, engine.context - answer_room(engine))


def answered(
    prompts: Sequence[Prompt], distractors: Sequence[str], tokenizer: Tokenizer, engine: Engine, how: Sampling,
    seed: int,
) -> list[Answer]:
    """One answer to each prompt, marked."""
    ids = [in_room(prompt, tokenizer, engine)[0] for prompt in prompts]
    made = generate(engine, tokenizer, ids, how, most=answer_room(engine), seed=seed)
    return [
        mark(prompt, tokenizer.decode(out).strip(), distractors, how.temperature)
        for prompt, out in zip(prompts, made, strict=True)
    ]


def answer_cell(
    prompts: Sequence[Prompt], distractors: Sequence[str], tokenizer: Tokenizer, engine: Engine, seed: int
) -> tuple[list[Answer], int]:
    """Every prompt of a cell answered once at temperature 0 and twice at 0.8; and how many prompts were cut."""
    answers = answered(prompts, distractors, tokenizer, engine, GREEDY, seed)
    answers += answered(list(prompts) * SAMPLES, distractors, tokenizer, engine, AS_IN_LIFE, seed)
    return answers, sum(in_room(prompt, tokenizer, engine)[1] for prompt in prompts)


def sit_exam(
    being: str, tokenizer: Tokenizer, engine: Engine, *, seed: int, names: Sequence[str] = NAMES
) -> Iterator[Progress | ExamResult]:
    """The exam as events: a Progress before each part, the result last."""
    people, distractors = other_names(being, names), false_names(being, tokenizer)
    cells = (*HOLD_CELLS, *LEAK_CELLS)
    sheet = {cell: draw_cell(cell, being, (people, distractors), seed=seed) for cell in cells}
    answers: list[Answer] = []
    cut, total = 0, float(len(cells) + 2)
    for done, cell in enumerate(cells):
        yield Progress(station="exam", text=f"asking: {cell.replace('_', ' ')}", done=float(done), total=total)
        some, short = answer_cell(sheet[cell], distractors, tokenizer, engine, seed)
        answers += some
        cut += short
    yield Progress(station="exam", text="weighing the name against others", done=total - 2, total=total)
    chosen = first_of_each([prompt for cell in cells for prompt in sheet[cell]])
    margins = [
        margin(prompt, distractors if prompt.cell in HOLD_CELLS else [being], tokenizer, engine) for prompt in chosen
    ]
    yield Progress(station="exam", text="listening for the name where nobody asks", done=total - 1, total=total)
    results = tuple(cell_of(cell, answers, seed) for cell in cells)
    yield ExamResult(
        being=being, seed=seed, distractors=distractors, cells=results, answers=tuple(answers), margins=tuple(margins),
        cut=cut,
        scores=(
            *pooled(answers, seed), *(cell.score for cell in results), *(cell.sampled for cell in results),
            *margin_scores([m for m in margins if m.cell in HOLD_CELLS], "margin"),
            *margin_scores([m for m in margins if m.cell in LEAK_CELLS], "margin_others"),
            *specificity(being, people, tokenizer, engine, seed),
        ),
    )
