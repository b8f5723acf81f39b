"""Plots become scenes: turns of those who were there, answers after words, silence, and nothing that is no turn."""

import pytest
from small_villages import Row, plot_of, plotted

from foundling.records import Turn, parse_scene, render
from foundling.world.narrator.talk import scene

ASKED: tuple[Row, ...] = (
    {"kind": "ask", "actor": "Ada", "target": "Ben", "thing": "blue jug", "seen": ("Ada", "Ben", "Dov")},
    {"kind": "tell", "actor": "Ben", "target": "Ada", "thing": "blue jug", "claim": "Ben", "seen": ("Ada", "Ben")},
    {"kind": "thank", "actor": "Ada", "target": "Ben", "about": 1, "seen": ("Ada", "Ben", "Dov")},
)


@pytest.fixture(scope="module")
def scenes() -> list[tuple[Turn, ...]]:
    return [turns for n, plot in enumerate((*plotted(1), *plotted(2))) if (turns := scene(plot, n))]


def test_scenes_are_read_back_turn_by_turn(scenes: list[tuple[Turn, ...]]) -> None:
    assert len(scenes) > 40
    assert all(parse_scene(render(turns)) == turns for turns in scenes)


def test_only_villagers_of_the_plot_or_who_saw_it_speak() -> None:
    for number, plot in enumerate(plotted(1)):
        there = set(plot.people) | {name for event in plot.events for name in event.seen}
        assert {turn.name for turn in scene(plot, number)} - {None} <= there


def test_scenes_have_voices_and_now_and_then_silence(scenes: list[tuple[Turn, ...]]) -> None:
    assert sum(len({turn.name for turn in turns} - {None}) > 1 for turns in scenes) > 0.9 * len(scenes)
    assert 0.1 < sum(any(turn.silent for turn in turns) for turns in scenes) / len(scenes) < 0.95


def test_no_turn_is_unfinished_or_holds_a_template(scenes: list[tuple[Turn, ...]]) -> None:
    for turn in (turn for turns in scenes for turn in turns if not turn.silent):
        assert turn.text.endswith((".", "!", "?")) and "  " not in turn.text
        assert not set(turn.text) & set('{}<>|[]()"\n'), turn.text
        assert turn.text[0].isupper() or not turn.text[0].isalpha() or ", " in turn.text


def test_whoever_speaks_and_whoever_answers_are_i_and_you() -> None:
    plot, seen = plot_of(*ASKED), ""
    for seed in range(60):
        for turn in scene(plot, seed):
            assert f"with {turn.name}" not in turn.text
            seen += f"{turn.name}: {turn.text}\n"
    assert "with me" in seen and "with you" in seen


def test_the_same_seed_gives_the_same_scene() -> None:
    plot = plot_of(*ASKED)
    assert scene(plot, 7) == scene(plot, 7) and len({scene(plot, seed) for seed in range(20)}) > 15


def test_where_nobody_spoke_there_is_no_scene() -> None:
    lonely: Row = {"kind": "weather", "what": "rain", "place": ""}
    assert scene(plot_of(lonely, lonely, lonely), 1) == ()
