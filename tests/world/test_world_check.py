"""The second opinion: it answers by hand what a small history says, and finds each kind of fault planted for it."""

from dataclasses import replace

import pytest

from foundling.records import BadInput
from foundling.world.narrator.cast import Cast
from foundling.world.narrator.plot import Plot, Skies
from foundling.world.narrator.tell import Telling, Told
from foundling.world.questions import check
from foundling.world.questions.asked import Query, Question
from foundling.world.questions.check import answer, check_asked, check_question, check_telling, faults
from foundling.world.questions.deeds import objections
from foundling.world.questions.names import common
from foundling.world.questions.replay import World, undone
from foundling.world.village.records import Event, Feeling, History, Person, Place, Setting, Thing

JUG = "blue jug"


def setting() -> Setting:
    people = (
        Person(name="Ada", they="she", age=30, work="miller", home="Novak house"),
        Person(name="Ben", they="he", age=40, work="bridge keeper", home="Silva house"),
        Person(name="Cora", they="she", age=20, work="baker", home="Silva house"),
        Person(name="Dov", they="he", age=50, work="smith", home="Silva house", away=True),
    )
    places = (
        Place(name="Novak house", at="at", kind="house", x=0, y=0),
        Place(name="Silva house", at="at", kind="house", x=9, y=9),
        Place(name="mill", at="at", kind="mill", x=5, y=5), Place(name="tithe barn", at="in", kind="barn", x=7, y=7),
    )
    things = (
        Thing(name=JUG, kind="jug", owner="Ada", holder="Ada", fragile=True),
        Thing(name="old blue jug", kind="jug", owner="Cora", place="Silva house"),
        Thing(name="sour apple", kind="apple", owner="Cora", holder="Cora", food=True),
        Thing(name="odd kite", kind="kite", owner="Cora"),
    )
    return Setting(seed=0, name="Elmstead", day=0, people=people, places=places, things=things)


def row(**fields: object) -> dict[str, object]:
    """An event without its number."""
    return fields


def history(*more: dict[str, object]) -> History:
    """Ada lends Ben her jug; Cora takes it from the mill, hides it there and lies; he finds it and brings it back."""
    felt = (
        Feeling(who="Cora", emotion="shame", strength=1), Feeling(who="Cora", emotion="anger", strength=3),
        Feeling(who="Cora", emotion="fear", strength=3), Feeling(who="Ben", emotion="reproach", strength=2),
    )
    both, here = ("Ada", "Ben"), ("Ben", "Cora")
    rows: tuple[dict[str, object], ...] = (
        row(kind="go", actor="Ben", place="Silva house", to="Novak house", seen=("Ben", "Ada", "Cora")),
        row(kind="lend", actor="Ada", target="Ben", thing=JUG, place="Novak house", seen=both),
        row(kind="promise", actor="Ben", target="Ada", thing=JUG, what="bring back the blue jug", place="Novak house",
            cause=1, seen=both),
        row(kind="go", actor="Ben", place="Novak house", to="mill", seen=both),
        row(kind="go", actor="Cora", place="Silva house", to="mill", seen=here),
        row(kind="put", actor="Ben", thing=JUG, place="mill", seen=here),
        row(kind="go", actor="Ben", place="mill", to="tithe barn", seen=here),
        row(kind="steal", actor="Cora", target="Ada", thing=JUG, place="mill", seen=("Cora",)),
        row(kind="hide", actor="Cora", thing=JUG, place="mill", cause=7, seen=("Cora",)),
        row(kind="go", actor="Ben", place="tithe barn", to="mill", seen=here),
        row(kind="miss", actor="Ben", thing=JUG, place="mill", cause=7, seen=here),
        row(kind="ask", actor="Ben", target="Cora", thing=JUG, place="mill", cause=10, seen=here),
        row(kind="lie", actor="Cora", target="Ben", thing=JUG, claim="tithe barn", place="mill", cause=11, seen=here),
        row(kind="go", actor="Ben", place="mill", to="tithe barn", cause=12, seen=here),
        row(kind="search", actor="Ben", thing=JUG, place="tithe barn", cause=12, seen=("Ben",)),
        row(kind="go", actor="Ben", place="tithe barn", to="mill", seen=here),
        row(kind="find", actor="Ben", thing=JUG, place="mill", cause=8, seen=here),
        row(kind="accuse", actor="Ben", target="Cora", thing=JUG, about=7, what="stolen", place="mill", cause=16,
            seen=here, feelings=felt),
        row(kind="go", actor="Ben", place="mill", to="Novak house", seen=("Ben", "Ada", "Cora")),
        row(kind="return", actor="Ben", target="Ada", thing=JUG, place="Novak house", about=1, cause=1, seen=both),
        *more,
    )
    return History(setting=setting(), events=tuple(
        Event(id=n, minute=10 * n, **fields) for n, fields in enumerate(rows)))


@pytest.mark.parametrize(("query", "right"), [
    (("actor", 7), "Cora"), (("target", 7), "Ada"), (("first", 9, 4), "4"), (("cause", 8), "7"), (("cause", 5), "-1"),
    (("place_of_thing", JUG, 0), "Ada"), (("place_of_thing", JUG, 4), "Ben"), (("place_of_thing", JUG, 6), "mill"),
    (("place_of_thing", JUG, 7), "Cora"), (("place_of_thing", JUG, 15), "mill"), (("place_of_thing", JUG, 19), "Ada"),
    (("place_of_thing", "odd kite", 19), ""), (("place_of_person", "Ben", 6), "tithe barn"),
    (("place_of_person", "Dov", 19), ""), (("owner", JUG, 9), "Ada"),
    (("believes", "Ben", JUG, 0), ""), (("believes", "Ada", JUG, 0), "Ada"), (("believes", "Ada", JUG, 18), "Ben"),
    (("believes", "Ben", JUG, 9), "mill"), (("believes", "Ben", JUG, 10), ""),
    (("believes", "Ben", JUG, 13), "tithe barn"), (("believes", "Ben", JUG, 14), ""),
    (("believes", "Ben", JUG, 16), "Ben"), (("believes", "Cora", JUG, 19), "Ben"),
    (("believes", "Ben", "old blue jug", 0), "Silva house"), (("believes", "Ada", "old blue jug", 19), ""),
    (("feels", "Cora", 17), "anger"), (("feels", "Ada", 17), ""),
    (("without", 7, JUG, 14), "mill"), (("without", 1, JUG, 3), "Ada"), (("without", 7, JUG, 19), "Ada"),
    (("did", "steal", "Cora", "Ada", JUG, 7), "yes"), (("did", "steal", "Cora", "Ada", JUG, 6), "no"),
    (("did", "steal", "Ben", "Ada", JUG, 19), "no"),
])
def test_queries_are_answered_as_a_reader_would(query: Query, right: str) -> None:
    assert answer(history(), query) == right


def test_later_kinds_move_what_they_move() -> None:
    long = history(
        row(kind="arrive", actor="Dov", place="Novak house", seen=("Dov", "Ada")),
        row(kind="give", actor="Ada", target="Dov", thing=JUG, place="Novak house", seen=("Ada", "Dov")),
        row(kind="make", actor="Cora", thing="odd kite", place="mill", seen=("Cora",)),
        row(kind="share", actor="Cora", target="Ben", thing="sour apple", place="mill", seen=("Cora",)),
        row(kind="die", actor="Dov", place="Novak house", seen=("Ada", "Dov")),
        row(kind="go", actor="Cora", place="mill", to="Novak house", seen=("Cora", "Ada")),
        row(kind="trade", actor="Cora", target="Ada", thing="odd kite", other=JUG, place="Novak house",
             seen=("Cora", "Ada")),
    )
    assert answer(long, ("owner", JUG, 21)) == "Dov" and answer(long, ("place_of_thing", JUG, 21)) == "Dov"
    assert answer(long, ("place_of_thing", "sour apple", 23)) == ""
    assert answer(long, ("place_of_thing", JUG, 24)) == "Novak house"
    assert answer(long, ("place_of_person", "Dov", 24)) == ""
    assert answer(long, ("believes", "Cora", JUG, 24)) == "Ben"  # nobody told her
    assert answer(long, ("believes", "Cora", JUG, 25)) == "Novak house"  # it lies there openly
    assert [answer(long, ("owner", name, 26)) for name in (JUG, "odd kite")] == ["Cora", "Ada"]
    assert answer(long, ("believes", "Ada", "odd kite", 26)) == "Ada"


@pytest.mark.parametrize("query", [
    ("actor", 99), ("actor", -1), ("who", 1), ("owner", "red hen", 1), ("believes", "Zoe", JUG, 1),
    ("place_of_person", "Zoe", 1),
])
def test_a_query_of_nothing_known_is_bad_input(query: Query) -> None:
    with pytest.raises(BadInput):
        answer(history(), query)


def test_undone_is_what_followed_by_cause() -> None:
    assert undone(history(), 7) == {7, 8, 10, 11, 12, 13, 14, 16, 17}


def question(query: Query, *keys: str, ask: str = "What was it?", **more: object) -> Question:
    options = tuple(f"It is {key}." for key in keys)
    made = Question(family="did", ask=ask, options=options, keys=keys, answer=0, query=query, evidence=(7,))
    return replace(made, **more)


@pytest.mark.parametrize(("asked", "word"), [
    (question(("place_of_thing", JUG, 7), "Ben", "mill"), "key is 'Ben'"),
    (question(("place_of_thing", JUG, 7), "Cora", "Ben", answer=2), "answer 2"),
    (question(("place_of_thing", JUG, 7), "Cora", "Ben", options=("So.", "so.")), "equal"),
    (question(("place_of_thing", JUG, 7), "Cora", "Ben", "Ben", options=("A.", "B.", "C.")), "same key"),
    (question(("place_of_thing", JUG, 7), "Cora", "Ben", evidence=(20,)), "evidence 20"),
    (question(("place_of_thing", JUG, 7), "Cora", "Ben", family="riddle"), "family"),
    (question(("place_of_thing", JUG, 70), "Cora", "Ben"), "cannot be answered"),
    (question(("place_of_thing", JUG, 7), "Cora", "mill"), "true too"),  # Cora, who has it, is at the mill
    (question(("without", 8, JUG, 10), "Cora", "mill"), "true too"),
    (question(("believes", "Ada", JUG, 1), "Ben", "Novak house"), "true too"),  # she stands before him
    (question(("cause", 8), "-1", "7"), "key is '-1'"),
    (question(("cause", 11), "10", "7"), "true too"),  # what led to the cause
    (question(("feels", "Cora", 17), "anger", "fear"), "true too"),
    (question(("without", 1, JUG, 12), "mill", "Ada"), "could not have happened"),  # Ben puts down what he never got
    (question(("actor", 0), "Ben", "Cora", ask="Who went to a place?"), "true too"),
    (question(("did", "go", "Ben", "", "odd kite", 3), "no", "yes", ask="Did Ben go?"), "true too"),
])
def test_each_fault_of_a_question_is_found(asked: Question, word: str) -> None:
    assert any(word in fault for fault in check_question(history(), asked))


@pytest.mark.parametrize("asked", [
    question(("place_of_thing", JUG, 7), "Cora", "Ben", "tithe barn"),
    question(("believes", "Ada", JUG, 7), "Ben", "Cora", "mill"),  # he is there, but she does not see it
    question(("feels", "Cora", 17), "fear", "shame"),  # as strong as anger
    question(("without", 7, JUG, 14), "mill", "Cora"),
    question(("actor", 0), "Ben", "Cora", ask="Who went from the Silva house to the Novak house?"),
    question(("target", 1), "Ben", "Cora", ask="To whom did Ada lend the blue jug?"),
    question(("did", "go", "Cora", "", "", 9), "yes", "no", ask="Did Cora go?"),
    question(("first", 7, 9), "7", "9"),
])
def test_a_sound_question_has_no_fault(asked: Question) -> None:
    assert check_question(history(), asked) == []


def telling(
    *told: tuple[int, str], of: History | None = None, teller: str = "", masks: dict[str, str] | None = None,
) -> Telling:
    """The events told in these words."""
    past, text, spans = of or history(), "", []
    for number, words in told:
        spans.append(Told(event=number, start=len(text), end=len(text) + len(words)))
        text += words + " "
    events = tuple(past.events[number] for number, _ in sorted(told))
    plot = Plot(history=past, events=events, hero=events[0].actor, ending="open", skies=Skies(past))
    cast = Cast(setting=past.setting, teller=teller, masks=masks or {})
    return Telling(plot=plot, voice="teller", cast=cast, text=text.strip(), told=tuple(spans))


LENT = (1, "Ada lent Ben the blue jug at the Novak house.")


def test_a_sound_telling_has_no_fault() -> None:
    masks = {"Ada": "the hare", "Ben": "the fox"}
    for sound in (
        telling(LENT, (5, "Then he put the jug down."), (6, "Away went Ben, to the tithe barn.")),
        telling((1, "I lent him the blue jug."), teller="Ada"),
        telling((1, "The hare lent the fox a blue jug."), masks=masks),
        telling((2, "Ben the bridge keeper gave his word."), (12, "She lied: the jug was in the tithe barn.")),
    ):
        assert check_telling(sound) == []


@pytest.mark.parametrize(("words", "word"), [
    ((LENT, (5, "Cora saw him put the jug down.")), "Cora stands"),
    (((1, "Ada lent Ben the blue jug, no apple. Not the sour apple!"),), "the sour apple stands"),
    (((1, "Ada lent Ben the old blue jug."),), "the old blue jug stands"),
    (((1, "Ada lent Ben the blue jug, far from the tithe barn."),), "the tithe barn stands"),
    (((5, "Ben put it down."),), "does not name the blue jug"),
    (((5, "Down went the blue jug."),), "does not name Ben"),
    (((7, "He stole the blue jug."),), "does not name Cora"),
    (((6, "Ben went off."), (5, "Ben put the jug down.")), "told after"),
])
def test_each_fault_of_a_telling_is_found(words: tuple[tuple[int, str], ...], word: str) -> None:
    assert any(word in fault for fault in check_telling(telling(*words)))


def test_spans_must_lie_in_the_text_one_behind_the_other() -> None:
    sound = telling(LENT, (5, "Ben put the jug down."))
    late, early = replace(sound.told[1], end=999), replace(sound.told[1], start=3)
    for wrong in (late, early):
        assert any("is told from" in fault for fault in check_telling(replace(sound, told=(sound.told[0], wrong))))
    other = replace(sound, told=(Told(event=7, start=0, end=5),))
    assert any("none of the plot" in fault for fault in check_telling(other))


def test_a_real_name_in_a_fable_is_found() -> None:
    unmasked = telling((1, "The hare lent Ben the blue jug."), masks={"Ada": "the hare", "Ben": "the fox"})
    assert check_telling(unmasked) == ["Ben stands in the fable by name and not as the fox"]


def test_a_place_that_frames_use_as_a_word_is_not_looked_for() -> None:
    assert common("mill") and not common("tithe barn")
    assert check_telling(telling((1, "Ada lent Ben the blue jug, as calm as the mill."))) == []


@pytest.mark.parametrize(("event", "word"), [
    (row(kind="give", actor="Ben", target="Ada", thing=JUG, place="Novak house"), "does not have"),
    (row(kind="lend", actor="Ada", target="Cora", thing=JUG, place="Novak house"), "Cora is at 'mill'"),
    (row(kind="find", actor="Cora", thing=JUG, place="mill"), "not hidden or lost"),
    (row(kind="take", actor="Cora", thing=JUG, place="mill"), "does not lie there"),
    (row(kind="steal", actor="Cora", target="Ben", thing=JUG, place="mill"), "is not there"),
    (row(kind="steal", actor="Ada", target="Ada", thing=JUG, place="Novak house"), "already"),
    (row(kind="return", actor="Ada", target="Ben", thing=JUG, place="Novak house"), "is not Ben's"),
    (row(kind="mend", actor="Ada", thing=JUG, place="Novak house"), "not broken"),
    (row(kind="make", actor="Ada", thing=JUG, place="Novak house"), "before it was made"),
    (row(kind="share", actor="Ada", target="Ben", thing=JUG, place="Novak house"), "not to be eaten"),
    (row(kind="trade", actor="Ada", target="Ben", thing=JUG, other="odd kite", place="Novak house"), "Ben does not"),
    (row(kind="search", actor="Cora", thing="old blue jug", place="Silva house"), "plain to see"),
    (row(kind="work", actor="Dov", place="mill"), "not in the village"),
    (row(kind="arrive", actor="Ada", place="mill"), "already lives"),
    (row(kind="go", actor="Ada", place="mill", to="tithe barn"), "not at 'mill'"),
    (row(kind="go", actor="Ada", place="Novak house", to="Novak house"), "where they are"),
    (row(kind="wait", actor="Ada", target="Ben", place="Novak house"), "there already"),
    (row(kind="mourn", actor="Ada", target="Ben", place="Novak house"), "Ben lives"),
    (row(kind="nurse", actor="Ada", target="Ben", place="Novak house"), "not ill"),
    (row(kind="recover", actor="Ada", place="Novak house"), "not ill"),
    (row(kind="work", actor="Ada", place="Novak house", seen=("Ada", "Cora")), "sees it from"),
])
def test_deeds_that_could_not_be_done_are_found(event: dict[str, object], word: str) -> None:
    past, world = history(), World(setting())
    for one in past.events:
        assert objections(world, past.setting, one) == []
        world.happen(one)
    wrong = Event(id=20, minute=999, **event)
    assert any(word in objection for objection in objections(world, past.setting, wrong))


def test_nobody_acts_dead_and_nothing_breaks_twice() -> None:
    broken, ill = row(kind="break", actor="Ada", thing=JUG, place="Novak house"), row(kind="ill", actor="Ada")
    work = row(kind="work", actor="Ada", place="Novak house")
    dead = history(broken, broken, ill, ill, row(kind="die", actor="Ada"), work)
    told = [f"Ada and the jug, {n}." for n in range(20, 26)]
    found = check_telling(telling(*zip(range(20, 26), told, strict=True), of=dead))
    assert [fault.split(": ")[1] for fault in found] == [
        "the blue jug is already broken", "Ada is ill already", "Ada is dead"]


def test_a_question_must_rest_on_what_is_told() -> None:
    partly = telling(LENT, (5, "Ben put the jug down."), (9, "Ben came back to the mill."))
    asked = question(("place_of_thing", JUG, 9), "mill", "Ada", options=("At the mill.", "With Ada."), evidence=(5,))
    assert check_asked(partly, asked) == []
    assert check_asked(partly, replace(asked, evidence=(8,))) == ["the evidence 8 is not told"]
    vague = replace(asked, options=("Here.", "With Ada."))
    assert check_asked(partly, vague) == ["the option 'Here.' does not name its key 'mill'"]
    thief = replace(asked, query=("place_of_thing", JUG, 7), keys=("Cora", "Ada"), options=("With Cora.", "With Ada."))
    assert any("by what is told" in fault for fault in check_asked(partly, thief))


def test_in_a_fable_a_mask_in_the_question_is_the_villager() -> None:
    masks = {"Ada": "the hare", "Ben": "the fox", "Cora": "the owl"}
    fable = telling((0, "The fox left the owl for the hare."), (3, "The fox left."), (4, "The owl left."), masks=masks)
    asked = question(("did", "go", "Ben", "", "", 4), "yes", "no", ask="Did Fox go?", evidence=(3,))
    assert check_asked(fable, asked) == []
    lent = telling((1, "The hare lent the fox a blue jug."), (12, "The owl lied to the fox of the jug."), masks=masks)
    whom = replace(asked, query=("target", 12), keys=("Ben", "Ada"), options=("The fox.", "The hare."), evidence=(12,))
    assert check_asked(lent, replace(whom, ask="To whom did Owl lie?")) == []
    twice = history(row(kind="lie", actor="Ada", target="Cora", thing=JUG, claim="mill", place="mill"))
    both = telling((12, "The owl lied of the jug."), (20, "The hare lied of the jug."), of=twice, masks=masks)
    other = replace(whom, keys=("Ben", "Cora"), options=("The fox.", "The owl."))
    assert check_asked(both, replace(other, ask="To whom did Owl lie?")) == []
    someone = replace(other, ask="To whom did someone lie?")
    assert check_asked(both, someone) == ["the wrong option 'The owl.' is true too"]


def test_villages_tellings_and_questions_agree_with_the_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "DAYS", 8)  # a month takes seconds
    checked = list(faults(1, 60))
    assert len(checked) == 60
    assert [fault for one in checked for fault in one] == []
