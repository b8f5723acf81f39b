"""A being: when it speaks, what it keeps in mind, and that its words come out whole and the same for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
import torch

from foundling.home import Home
from foundling.inference import Being, Engine, Sampling, wake
from foundling.inference.being import addressed
from foundling.model import Decoder, model_files
from foundling.records import BadInput, Turn


class Said:
    """An engine whose every id is written down beforehand: to see what a being makes of ids that come rarely."""

    context = 128

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids, self.prompts = list(ids), []

    def stream(self, prompt: Sequence[int], how: Sampling, **given: object) -> Iterator[int]:
        self.prompts.append(list(prompt))
        yield from self.ids

    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        return [-float(len(c)) for c in continuations]


def being_of(tokenizer, decoder, **given) -> Being:
    return Being("Wren", tokenizer, Engine(decoder), **{"most": 20} | given)


@pytest.mark.parametrize(("text", "found"), [
    ("Wren, are you there?", True), ("And you, wren?", True), ("WREN!", True), ("Is that Wren's cup?", True),
    ("(Wren)", True), ("The wrens sing.", False), ("Wrenfield", False), ("Ask McWren", False), ("_Wren_", False),
    ("", False), ("Wren2", False), ("What do you think?", False),
])
def test_addressed_by_name_as_a_word(text, found):
    assert addressed("Wren", text) is found


def test_names_with_marks_are_words_and_no_patterns():
    assert addressed("Mrs. O'Dea", "Good day, mrs. o'dea.") and not addressed("Mrs. O'Dea", "Good day, Mrsx O'Dea.")
    assert addressed("Zoë", "ZOË?") and addressed("小明", "你好, 小明!") and not addressed("Zo", "Zoë")


def test_it_speaks_when_addressed_or_alone_and_never_twice_in_a_row(tokenizer, decoder):
    being, room = being_of(tokenizer, decoder), ("Ada", "Bo", "Wren")
    assert not being.decide(room).speaks and being.speak(room) is None
    being.hear(Turn(name="Ada", text="Wren, who are you?"))
    said = being.decide(room)
    assert said.speaks and "addressed" in said.reason
    being.hear(Turn(name="Wren", text="I am Wren."))
    assert not being.decide(room).speaks and not being.decide(("Ada",)).speaks
    being.hear(Turn(name=None))
    assert not being.decide(("Ada",)).speaks and being.speak(("Ada",)) is None  # silence between does not change it
    being.hear(Turn(name="Ada", text="Good."))
    assert being.decide(("Ada",)).speaks and being.decide(()).speaks and being.decide(("Wren", "Ada", "Ada")).speaks
    being.hear(Turn(name=None))
    assert being.decide(("Ada",)).speaks


def test_among_several_the_models_own_prediction_decides(tokenizer, decoder):
    being, room = being_of(tokenizer, decoder), ("Ada", "Bo", "Wren")
    being.hear(Turn(name="Ada", text="Who saw it?"))
    shares, said = being.next_speaker(room), being.decide(room)
    rival = max(share for name, share in shares.items() if name != "Wren")
    assert (said.share, said.rival, said.speaks) == (shares["Wren"], rival, shares["Wren"] > rival)
    assert (being.speak(room) is None) or said.speaks


def test_both_ways_of_the_models_prediction_occur(tokenizer):
    class Wants(Said):
        def log_probabilities(self, prefix, continuations):
            return [self.own, *([-1.0] * (len(continuations) - 1))]
    engine = Wants(tokenizer.encode("yes"))
    for own, speaks in ((-0.5, True), (-1.0, False), (-3.0, False)):  # a tie is no wish to speak
        engine.own = own
        being = Being("Wren", tokenizer, engine)
        being.hear(Turn(name="Ada", text="Who saw it?"))
        assert being.decide(("Ada", "Bo")).speaks is speaks


def test_next_speaker_is_a_distribution_over_names_and_silence(tokenizer, decoder):
    being = being_of(tokenizer, decoder)
    being.hear(Turn(name="Ada", text="Hello there."))
    present = ("Ada", "Adam", "Bo", "Ada", "Wren", "Mrs. O'Dea-Ray the Second")
    shares = being.next_speaker(present)
    assert set(shares) == {"Wren", "Ada", "Adam", "Bo", "Mrs. O'Dea-Ray the Second", None}
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9) and all(share > 0 for share in shares.values())
    t, prompt = tokenizer, being.prompt()
    names = [name for name in shares if name is not None]
    logs = being.engine.log_probabilities(prompt, [*([*t.encode(n), t.says] for n in names), [t.silence]])
    wanted = torch.tensor(logs, dtype=torch.float64).softmax(0).tolist()
    assert [shares[name] for name in [*names, None]] == pytest.approx(wanted, rel=1e-6)


def test_the_prompt_is_the_turns_as_they_were_trained_on(tokenizer, decoder):
    being = being_of(tokenizer, decoder)
    turns = [Turn(name="Ada", text="Where is <|end|>?"), Turn(name=None), Turn(name="Bo", text="Here.")]
    assert being.prompt() == [tokenizer.begin, tokenizer.turn]
    for turn in turns:
        being.hear(turn)
    assert being.prompt() == [*tokenizer.encode_turns(turns), tokenizer.turn] and being.turns == turns


@pytest.mark.parametrize("words", range(1, 24))
def test_the_prompt_keeps_the_latest_whole_turns_and_leaves_room_to_speak(tokenizer, decoder, words):
    being = being_of(tokenizer, decoder)
    turns = [Turn(name=name, text=f"{n} " + "the old goat " * (words % 7 + n % 3)) for n in range(words)
             for name in ("Ada", "Bo")]
    for turn in turns:
        being.hear(turn)
    prompt = being.prompt()
    kept = prompt.count(tokenizer.turn) - 1
    assert kept > 0 and prompt == [*tokenizer.encode_turns(turns[-kept:]), tokenizer.turn]
    spoken = [*prompt, *tokenizer.encode("Wren"), tokenizer.says]
    assert len(spoken) + being.most <= decoder.shape.context  # or the engine would cut <|begin|> and half a turn off
    if kept < len(turns):  # a quarter is given up at once, and a turn that stands across its edge
        longest = max(len(tokenizer.encode_turn(turn)) for turn in turns)
        room = decoder.shape.context - being.most
        assert len(spoken) + longest > 0.7 * room
    engine = Said(tokenizer.encode("Yes."))
    again = Being("Wren", tokenizer, engine, most=being.most)
    again.turns = list(turns)
    assert "".join(again.say()) == "Yes." and engine.prompts == [spoken]


@pytest.mark.parametrize("context", [1, 8, 24, 30])
def test_a_context_too_small_for_any_turn_leaves_an_empty_prompt(tokenizer, context):
    engine = Said(tokenizer.encode("Yes."))
    engine.context = context
    being = Being("Wren", tokenizer, engine, most=20)
    assert being.prompt() == [tokenizer.begin, tokenizer.turn]
    being.hear(Turn(name="Ada", text="Wren, the old goat is gone, and so is the gate that it stood behind."))
    assert being.prompt() == [tokenizer.begin, tokenizer.turn]
    assert "".join(being.say()) == "Yes."


def test_most_turns_only_add_to_the_prompt(tokenizer, decoder):
    being, before, again = being_of(tokenizer, decoder), [], 0
    for number in range(200):
        being.hear(Turn(name="Ada" if number % 2 else "Bo", text=f"{number} the old goat"))
        prompt = being.prompt()
        again += prompt[:len(before) - 1] != before[:-1]
        before = prompt
    turn = len(tokenizer.encode_turn(being.turns[-1]))
    assert 2 <= again <= 200 * turn / (0.25 * (decoder.shape.context - being.most - 20)) + 1
    assert again < 100


def test_of_a_turn_longer_than_the_context_the_end_is_kept(tokenizer, decoder):
    being, t = being_of(tokenizer, decoder), tokenizer
    text = "It rained and rained. " * 60 + "Wren, what is your name?"
    being.hear(Turn(name="Bo", text="Before."))
    being.hear(Turn(name="Ada", text=text))
    prompt, head = being.prompt(), [t.begin, t.turn, *t.encode("Ada"), t.says]
    assert prompt[:len(head)] == head and prompt[-1] == t.turn and prompt.count(t.turn) == 2
    rest = prompt[len(head):-1]
    assert rest == t.encode(text)[-len(rest):] and t.decode(rest).endswith("what is your name?")
    assert len(prompt) + len(t.encode("Wren")) + 1 + being.most == decoder.shape.context
    being.hear(Turn(name="Q" * 40 + "é" * 400, text="x"))
    assert being.prompt() == [t.begin, t.turn]
    assert isinstance(being.decide(("Ada", "Bo")).share, float)


def test_it_speaks_on_the_smallest_context(tokenizer, decoder):
    being = being_of(tokenizer, decoder, most=500)
    being.hear(Turn(name="Ada", text="Wren?"))
    assert being.prompt() == [tokenizer.begin, tokenizer.turn]
    said = being.speak(("Ada",))
    assert said is None or len(tokenizer.encode(said.text)) <= decoder.shape.context


def test_what_is_streamed_is_what_is_said(tokenizer, decoder):
    how, spoken = Sampling(temperature=1.3), 0
    for seed in range(12):
        one, two = (being_of(tokenizer, decoder, seed=seed, how=how) for _ in range(2))
        for being in (one, two):
            being.hear(Turn(name="Ada", text="Wren, tell me."))
        pieces, turn = list(one.say()), two.speak(("Ada",))
        assert all(pieces) and one.turns == one.turns[:1]  # no empty pieces; saying alone is not hearing
        text = " ".join("".join(pieces).split())
        assert turn == (Turn(name="Wren", text=text) if text else None)
        assert two.turns[1:] == ([turn] if turn else [])
        spoken += turn is not None
    assert spoken >= 10


def test_seeds_differ_and_repeat(tokenizer, decoder):
    def words(seed: int) -> str:
        being = being_of(tokenizer, decoder, seed=seed, how=Sampling(temperature=1.3))
        being.hear(Turn(name="Ada", text="Wren, tell me."))
        return "".join(being.say())
    assert words(3) == words(3) and len({words(seed) for seed in range(6)}) == 6


def test_it_ends_its_turn_at_every_special_id(tokenizer, decoder):
    being = being_of(tokenizer, decoder)
    seen: list[frozenset[int]] = []

    class Watched(Said):
        def stream(self, prompt, how, *, stops, most, generator):
            seen.append(stops)
            return super().stream(prompt, how)
    being.engine = Watched([])
    assert list(being.say()) == [] and seen == [frozenset(range(5))]


def test_half_characters_are_never_given(tokenizer):
    table = {bytes([b]): next(i for i in range(5, 261) if tokenizer._backend.id_to_token(i) == c)
             for b, c in ((0xC3, "Ã"), (0xA9, "©"), (0xF0, "ð"), (0x9F, "Ł"), (0xA6, "¦"), (0x94, "Ķ"))}
    ids = lambda data: [table[data[i:i + 1]] for i in range(len(data))]  # noqa: E731
    word, egg = tokenizer.encode("a"), "🦔".encode()
    cases = {
        "aé": (word + ids("é".encode()), ["a", "é"]), "cut": (word + ids(egg[:3]), ["a"]),
        "whole": (ids(egg) + word, ["🦔", "a"]), "broken": (word + ids(egg[:2]) + word, ["a", "a"]),
        "nothing": (ids(egg[:1]), []), "twice": (ids(b"\xc3\xc3\xa9"), ["é"]),
    }
    for ids_said, pieces in cases.values():
        being = Being("Wren", tokenizer, Said(ids_said))
        assert list(being.say()) == pieces and "\ufffd" not in "".join(pieces)
    nothing = Being("Wren", tokenizer, Said(cases["nothing"][0]))
    nothing.hear(Turn(name="Ada", text="Wren?"))
    assert nothing.speak(("Ada",)) is None and len(nothing.turns) == 1


def test_spaces_before_the_first_word_are_not_given(tokenizer):
    being = Being("Wren", tokenizer, Said([*tokenizer.encode(" \n"), *tokenizer.encode(" yes  no \n ")]))
    assert "".join(being.say()) == "yes  no \n "
    being.hear(Turn(name="Ada", text="Wren?"))
    assert being.speak(("Ada",)) == Turn(name="Wren", text="yes no")


def test_a_being_wakes_from_its_newest_generation_or_says_why_not(tokenizer, decoder, tmp_path):
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    with pytest.raises(BadInput, match="has no generation yet: go on with `foundling raise"):
        wake(home)
    made = tmp_path / "made"
    made.mkdir()
    for name, data in (tokenizer.files() | model_files(decoder.shape, decoder.state_dict())).items():
        (made / name).write_bytes(data)
    home.commit_generation(1, made)
    being = wake(home, seed=4)
    assert being.name == "Wren" and being.engine.context == decoder.shape.context
    being.hear(Turn(name="Ada", text="Hello."))
    other = being_of(tokenizer, decoder, seed=4, most=80)
    other.hear(Turn(name="Ada", text="Hello."))
    assert "".join(being.say()) == "".join(other.say())
    with pytest.raises(BadInput):
        wake(home, generation=7)


def test_a_tokenizer_larger_than_its_model_is_refused(tokenizer, decoder, tmp_path):
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    made = tmp_path / "made"
    made.mkdir()
    small = Decoder(replace(decoder.shape, vocabulary=300), generator=torch.Generator().manual_seed(0))
    for name, data in (tokenizer.files() | model_files(small.shape, small.state_dict())).items():
        (made / name).write_bytes(data)
    home.commit_generation(1, made)
    with pytest.raises(BadInput, match=r"500 entries .* 300"):
        wake(home)
