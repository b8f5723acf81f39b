"""A telling in, questions about it out: each answerable from what was told alone, each true of the whole history.

Options all stand in the telling, so that the right one cannot be told by having been mentioned. It judges nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.grammar import Grammar, read_sections, sentence
from foundling.world.narrator.sense import Sense, Unfilled, claimed
from foundling.world.narrator.tell import Telling, narrators
from foundling.world.questions.asked import Query, Question
from foundling.world.questions.truth import Truth
from foundling.world.village.records import EMOTIONS, Event

MOST_OPTIONS = 4
# By Ortony, Clore and Collins remorse holds distress, and gratitude joy: only the other valence is surely wrong.
_GLAD = frozenset((
    "joy", "hope", "satisfaction", "relief", "happy_for", "gloating", "pride", "admiration", "gratitude",
    "gratification", "love",
))
_BY_THING = ("give", "lend", "return", "steal", "break", "mend", "find", "hide", "lose", "trade")  # asked by thing
_MOVING = ("take", "give", "lend", "steal", "find", "return", "hide", "put")
_NAMING = ("answer.person", "answer.place", "answer.owner")
_MUTUAL = ("befriend", "play", "quarrel", "share", "trade", "meet")  # said of both alike: turned round they stay true


@lru_cache(maxsize=1)
def _asking() -> Grammar:
    here = Path(__file__).parent
    clauses = {name.removeprefix("why."): name for name in narrators().sections if name.startswith("why.")}
    true = {f"true.{kind}": (f"(Is it true|Did it happen|Was it so) that <{name}>?",) for kind, name in clauses.items()}
    return Grammar({**narrators().sections, **true, **read_sections([here / "words" / "ask.txt"])})


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A question before its words: the section that asks, the event asked of, the query, wrong keys, how keys are
    said."""

    family: str
    section: str
    event: Event
    query: Query
    wrong: tuple[str, ...]
    answer: str
    evidence: tuple[int, ...]


def ask(telling: Telling, seed: int, truth: Truth | None = None) -> Iterator[Question]:
    """Every question that this telling answers, in an order drawn by the seed; `truth` is that of its history, when
    it is at hand. Nothing for tellings by an "I", who is not named."""
    if telling.cast.teller or not telling.told:
        return
    asker = _Asker(telling, truth or Truth(telling.plot.history), Dice(seed, "ask"))
    for draft in asker.dice.mixed(list(asker.drafts())):
        question = asker.worded(draft)
        if question is not None:
            yield question


class _Asker:
    """One telling, what was told in it, and the truth of the whole history."""

    def __init__(self, telling: Telling, truth: Truth, dice: Dice) -> None:
        self.telling, self.dice = telling, dice
        self.history = telling.plot.history
        told = {told.event for told in telling.told}
        self.events = [self.history.events[i] for i in sorted(told)]
        self.truth, self.told = truth, told
        text = telling.text.casefold()
        people = [n for n in telling.plot.people if any(n in (e.actor, e.target) for e in self.events)]
        self.people = [name for name in people if telling.cast.named(name).casefold() in text]
        places = dict.fromkeys(p for e in self.events for p in (e.place, e.to) if p)
        self.places = [place for place in places if place.casefold() in text]

    def drafts(self) -> Iterator[Draft]:
        """All families."""
        makers: Sequence[Callable[[], Iterator[Draft]]] = (
            self._who, self._where, self._first, self._why, self._believes, self._feels, self._without, self._did
        )
        for maker in makers:
            yield from maker()

    def worded(self, draft: Draft) -> Question | None:
        """The draft in words, None where what made it so was not told, too few options are left or no words fit."""
        right, since = self.truth.traced(draft.query)
        unheard = draft.answer in _NAMING and right not in (*self.people, *self.places)
        if not right or since not in self.told or unheard:
            return None
        also = {right}  # with Ben, and so at the mill where Ben is
        if draft.answer == "answer.place" and right in self.truth.people:
            also.add(self.truth.answer(("place_of_person", right, self._last())))
        wrong = [key for key in dict.fromkeys(draft.wrong) if key and key not in also]
        keys = self.dice.mixed([right, *self.dice.mixed(wrong)[:MOST_OPTIONS - 1]])
        cast = Cast(setting=self.history.setting, masks=self.telling.cast.masks)
        used = set[str]()
        sense = Sense(
            event=draft.event, history=self.history, cast=cast, mentions=Mentions(cast), grammar=_asking(),
            dice=self.dice, used=used,
        )
        try:
            words = sentence(sense.words(draft.section))
            frame = _asking().draw(draft.answer, self.dice, used)
            options = tuple(self._option(frame, sense, self._said(draft, key, sense)) for key in keys)
        except Unfilled:
            return None
        if len(set(options)) < 2 or len(set(options)) < len(keys):
            return None
        return Question(
            family=draft.family, ask=words, options=options, keys=tuple(keys), answer=keys.index(right),
            query=draft.query, evidence=draft.evidence,
        )

    def _option(self, frame: str, sense: Sense, said: str) -> str:
        words = _asking().expand(
            frame, lambda slot: said if slot == "O" else sense.fill(slot), Dice(0, frame), sense.used
        )
        return sentence(words)

    def _said(self, draft: Draft, key: str, sense: Sense) -> str:
        """A key in words: a person, a place or holder, a clause, a feeling, yes or no."""
        kind = draft.answer.removeprefix("answer.")
        if kind in ("person", "owner"):
            return f"{self.telling.cast.named(key)}'s" if kind == "owner" else self.telling.cast.named(key)
        if kind == "place":
            return claimed(self.history, sense.cast, key)
        if kind == "feeling":
            return sense.words(f"feel.{key}")
        if kind in ("clause", "first"):
            other = self.history.events[int(key)]
            section = f"{'why' if kind == 'clause' else 'did'}.{other.kind}"
            cast = sense.cast
            clause = Sense(
                event=other, history=self.history, cast=cast, mentions=Mentions(cast), grammar=_asking(),
                dice=self.dice, used=sense.used,
            )
            return clause.words(section).rstrip(".")
        return {"yes": "Yes, it is true.", "no": "No, it is not true."}[key]

    def _last(self) -> int:
        return self.events[-1].id

    def _who(self) -> Iterator[Draft]:
        for event in self.events:
            others = tuple(n for n in self.people if n != event.actor)
            same = [e for e in self.events if e.kind == event.kind]
            if event.kind in _BY_THING:
                same = [e for e in same if e.thing == event.thing]
            once = [e for e in same if e.target == event.target]
            if f"who.{event.kind}" in _asking() and len(once) == 1:
                # Whoever stands in the question is no option: it would fall away without any reading.
                wrong = tuple(n for n in others if n != event.target)
                yield Draft(
                    family="who", section=f"who.{event.kind}", event=event, query=("actor", event.id), wrong=wrong,
                    answer="answer.person", evidence=(event.id,),
                )
            alone = [e for e in same if e.actor == event.actor]
            if f"whom.{event.kind}" in _asking() and len(alone) == 1 and event.target:
                wrong = tuple(n for n in self.people if n not in (event.actor, event.target))
                yield Draft(
                    family="whom", section=f"whom.{event.kind}", event=event, query=("target", event.id), wrong=wrong,
                    answer="answer.person", evidence=(event.id,),
                )

    def _where(self) -> Iterator[Draft]:
        last, spots = self._last(), (*self.places, *self.people)
        for thing in self.telling.plot.things:
            moment = Event(id=last, minute=self.events[-1].minute, kind="ask", thing=thing)
            evidence = tuple(e.id for e in self.events if thing in (e.thing, e.other))
            yield Draft(
                family="where_thing", section="where.thing", event=moment, query=("place_of_thing", thing, last),
                wrong=tuple(spots), answer="answer.place", evidence=evidence,
            )
            yield Draft(
                family="owner", section="owner", event=moment, query=("owner", thing, last), wrong=tuple(self.people),
                answer="answer.owner", evidence=evidence,
            )
        for name in self.people:
            moment = Event(id=last, minute=self.events[-1].minute, kind="go", actor=name)
            yield Draft(
                family="where_person", section="where.person", event=moment, query=("place_of_person", name, last),
                wrong=tuple(self.places), answer="answer.place",
                evidence=tuple(e.id for e in self.events if name in (e.actor, e.target)),
            )

    def _first(self) -> Iterator[Draft]:
        told = [e for e in self.events if f"did.{e.kind}" in _asking() and e.kind not in ("go", "work", "meet")]
        deeds = [(e.kind, e.actor, e.target, e.thing) for e in told]
        told = [e for e, deed in zip(told, deeds, strict=True) if deeds.count(deed) == 1]  # else when?
        for _ in range(min(3, len(told) // 2)):
            a, b = sorted((self.dice.randrange(len(told)), self.dice.randrange(len(told))))
            if told[a].minute < told[b].minute:
                yield Draft(
                    family="first", section="first", event=told[a], query=("first", told[a].id, told[b].id),
                    wrong=(str(told[b].id),), answer="answer.first", evidence=(told[a].id, told[b].id),
                )

    def _why(self) -> Iterator[Draft]:
        for event in self.events:
            alike = [
                e for e in self.events
                if (e.kind, e.actor) == (event.kind, event.actor) and event.target == e.target and (
                    event.target or e.thing == event.thing)
            ]
            if event.cause in self.told and f"ask.why.{event.kind}" in _asking() and len(alike) == 1:
                reasons = {event.id, event.about, *self.truth.led_to(event.id)}
                wrong = tuple(str(e.id) for e in self.events if e.id not in reasons and e.kind not in ("go", "meet"))
                yield Draft(
                    family="why", section=f"ask.why.{event.kind}", event=event, query=("cause", event.id), wrong=wrong,
                    answer="answer.clause", evidence=(event.id, event.cause),
                )

    def _believes(self) -> Iterator[Draft]:
        last, spots = self._last(), (*self.places, *self.people)
        for thing in self.telling.plot.things:
            for name in self.people:
                moment = Event(id=last, minute=0, kind="ask", actor=name, thing=thing)
                yield Draft(
                    family="believes", section="believes", event=moment, query=("believes", name, thing, last),
                    wrong=tuple(spots), answer="answer.place",
                    evidence=tuple(e.id for e in self.events if thing in (e.thing, e.other)),
                )

    def _feels(self) -> Iterator[Draft]:
        for event in self.events:
            for name in dict.fromkeys(f.who for f in event.feelings if f.who in self.people):
                felt = [f for f in event.feelings if f.who == name]
                glad = max(felt, key=lambda f: f.strength).emotion in _GLAD
                moment = Event(id=event.id, minute=event.minute, kind="say", actor=name, about=event.id)
                others = [e for e in EMOTIONS if (e in _GLAD) != glad and e not in {f.emotion for f in felt}]
                wrong = tuple(self.dice.mixed(others)[:6])
                yield Draft(
                    family="feels", section="feels", event=moment, query=("feels", name, event.id), wrong=wrong,
                    answer="answer.feeling", evidence=(event.id,),
                )

    def _without(self) -> Iterator[Draft]:
        last = self._last()
        for event in self.events:
            if event.kind in _MOVING and self._followed(event):
                moment = Event(id=last, minute=event.minute, kind="ask", thing=event.thing, about=event.id)
                yield Draft(
                    family="what_if", section="without", event=moment,
                    query=("without", event.id, event.thing, last), wrong=(*self.places, *self.people),
                    answer="answer.place", evidence=(event.id,),
                )

    def _did(self) -> Iterator[Draft]:
        for event in self.events:
            if not (event.actor and event.target and f"why.{event.kind}" in _asking()) or event.kind in _MUTUAL:
                continue
            swapped = self.dice.chance(0.5)
            a, t = (event.target, event.actor) if swapped else (event.actor, event.target)
            if swapped and self._true_anyhow(event.kind, a, t):
                continue
            claimed_event = Event(
                id=event.id, minute=event.minute, kind=event.kind, actor=a, target=t, thing=event.thing,
                other=event.other, place=event.place, to=event.to, what=event.what, claim=event.claim,
            )
            yield Draft(
                family="did", section=f"true.{event.kind}", event=claimed_event,
                query=("did", event.kind, a, t, event.thing, self._last()), wrong=("yes", "no"), answer="answer.yes",
                evidence=(event.id,),
            )

    def _true_anyhow(self, kind: str, actor: str, target: str) -> bool:
        """True where the deed was also done the other way round, or might be taken for another that was told."""
        return any(
            (e.actor, e.target) == (actor, target) or (e.id in self.told and (e.actor == actor or e.target == target))
            for e in self.history.events[:self._last() + 1] if e.kind == kind
        )

    def _followed(self, event: Event) -> bool:
        """True where all that became of the event's thing was told, and what led from the event to it."""
        moves = [
            e.id for e in self.history.events[self.events[0].id:self._last() + 1] if event.thing in (e.thing, e.other)
        ]
        steps = [step for move in moves for step in (move, *self.truth.led_to(move)) if step >= event.id]
        return self.told.issuperset((*moves, *steps))
