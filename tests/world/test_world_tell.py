"""A plot becomes a telling: every event in its place, the same for a seed, nobody but the teller an "I"."""

import re

import pytest
from small_villages import plot_of, plotted

from foundling.world.narrator.tell import VOICES, Telling, narrators, tell
from foundling.world.village.records import EMOTIONS, KINDS, WEATHERS

TOLD = ("teller", "letter", "diary", "fable", "child", "dream", "report")


@pytest.fixture(scope="module", params=VOICES)
def tellings(request: pytest.FixtureRequest) -> list[Telling]:
    return [tell(plot, request.param, number) for number, plot in enumerate(plotted(1))]


def test_what_is_told_stands_in_order_inside_the_text(tellings: list[Telling]) -> None:
    for telling in tellings:
        ids = [told.event for told in telling.told]
        assert ids == sorted(set(ids)) and set(ids) <= {event.id for event in telling.plot.events}
        end = 0
        for told in telling.told:
            assert end <= told.start < told.end <= len(telling.text)
            assert telling.text[told.start:told.end].strip() == telling.text[told.start:told.end]
            end = told.end


def test_every_event_is_told_and_no_telling_is_empty(tellings: list[Telling]) -> None:
    assert all(telling.text.strip() == telling.text and len(telling.text) > 60 for telling in tellings)
    for telling in tellings:
        assert {told.event for told in telling.told} == {event.id for event in telling.plot.events}


def test_a_span_speaks_of_the_thing_that_its_event_is_about(tellings: list[Telling]) -> None:
    for telling in tellings:
        for told in telling.told:
            event = telling.plot.history.events[told.event]
            if event.kind in ("give", "lend", "steal", "find", "hide", "trade", "return"):
                kind = telling.plot.history.setting.thing(event.thing).kind
                assert kind in telling.text[told.start:told.end], telling.text[told.start:told.end]


def test_the_same_plot_voice_and_seed_give_the_same_words_and_another_seed_others(tellings: list[Telling]) -> None:
    for number, telling in enumerate(tellings[:8]):
        assert tell(telling.plot, telling.voice, number).text == telling.text
        assert tell(telling.plot, telling.voice, number + 1).text != telling.text


def test_a_fable_names_beasts_and_never_a_villager() -> None:
    for number, plot in enumerate(plotted(1)):
        text = tell(plot, "fable", number).text
        assert not [name for name in plot.people if re.search(rf"\b{name}\b", text)]


def test_diaries_are_told_by_one_of_the_plot_and_reports_by_nobody() -> None:
    for plot in plotted(1)[:20]:
        assert tell(plot, "diary", 1).cast.teller in plot.people
        assert tell(plot, "report", 1).cast.teller == ""


def test_whoever_tells_is_never_named_as_another_would_be() -> None:
    """Claims too: "I told her that the jug was with me"."""
    plot = plot_of({"kind": "tell", "actor": "Ada", "target": "Ben", "thing": "blue jug", "claim": "Ada"})
    told = [t for t in (tell(plot, "diary", seed, brief=True) for seed in range(40)) if t.cast.teller == "Ada"]
    assert len(told) > 9
    assert not [t.text for t in told if "Ada" in t.text or "with me" not in t.text.casefold()]


def test_whoever_speaks_is_i_in_what_they_say() -> None:
    plot = plot_of({"kind": "tell", "actor": "Ada", "target": "Ben", "thing": "blue jug", "claim": "Ada"})
    said = " ".join(re.findall(r'"[^"]*"', " ".join(tell(plot, "teller", seed).text for seed in range(40))))
    assert "with me" in said and "with Ada" not in said


def test_no_such_voice_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="opera"):
        tell(plotted(1)[0], "opera", 1)


def test_a_brief_telling_is_shorter_and_tells_the_same() -> None:
    for plot in plotted(1)[:10]:
        brief, full = tell(plot, "teller", 3, brief=True), tell(plot, "teller", 3)
        assert len(brief.text) < len(full.text)
        assert [told.event for told in brief.told] == [told.event for told in full.told]


def test_the_plain_voice_says_what_was_done_and_nothing_else() -> None:
    for plot in plotted(1):
        assert '"' not in re.sub(r'"[A-Z][^"]*"', "", tell(plot, "plain", 1).text)
        assert len(tell(plot, "plain", 1).text) < 200 * len(plot.events)


@pytest.mark.parametrize("voice", TOLD)
def test_every_section_that_a_voice_may_be_asked_for_is_there(voice: str) -> None:
    wanted = [f"{voice}.{kind}" for kind in KINDS if kind != "weather"] + [f"{voice}.weather.{sky}" for sky in WEATHERS]
    wanted += [f"{voice}.{name}" for name in ("opening", "pause", "closing.good", "closing.bad", "closing.open")]
    assert not [section for section in wanted if section not in narrators()]


def test_every_section_that_all_voices_share_is_there() -> None:
    wanted = [f"link.{name}" for name in ("soon", "later", "evening", "nextday", "days", "weeks")]
    wanted += [f"now.{name}" for name in ("night", "morning", "noon", "afternoon", "evening")]
    wanted += [f"sky.{sky}" for sky in WEATHERS] + [f"{form}.{kind}" for kind in KINDS for form in ("did", "why")]
    wanted += [f"{form}.{emotion}" for emotion in EMOTIONS for form in ("show", "feel")]
    wanted += [f"show.{emotion}.to" for emotion in EMOTIONS] + ["tag", "tag.ask", "say.small", "reply.small", "animal"]
    assert not [section for section in wanted if section not in narrators()]


def test_every_list_that_a_frame_draws_from_is_there() -> None:
    sections = narrators().sections
    assert not {name for frames in sections.values() for frame in frames for name in re.findall(r"<([\w.]+)>", frame)
                if name not in narrators()}
