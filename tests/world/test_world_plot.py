"""Chains of events become plots: long enough, in order, about somebody, cut where time passes."""

import pytest
from small_villages import Row, history, lived, plotted

from foundling.world.narrator.plot import LONGEST, SHORTEST, Skies, plots
from foundling.world.village.records import DAY

LENT: tuple[Row, ...] = (
    {"kind": "lend", "actor": "Ada", "target": "Ben", "thing": "blue jug"},
    {"kind": "break", "actor": "Ben", "thing": "blue jug", "what": "dropped", "cause": 0},
    {"kind": "quarrel", "actor": "Ada", "target": "Ben", "cause": 1},
    {"kind": "forgive", "actor": "Ada", "target": "Ben", "about": 1, "cause": 2},
)


@pytest.mark.parametrize("seed", [1, 2])
def test_plots_are_chains_in_order_of_one_history_with_a_hero_in_them(seed: int) -> None:
    found, whole = plotted(seed), lived(seed)
    assert len(found) > 20
    for plot in found:
        ids = [event.id for event in plot.events]
        assert len(ids) >= SHORTEST and ids == sorted(set(ids))
        assert all(whole.events[event.id] == event for event in plot.events)
        assert plot.people[0] == plot.hero and plot.ending in ("good", "bad", "open")
        concerned = [e for e in plot.events if plot.hero in (e.actor, e.target)]
        assert 2 * len(concerned) >= len([e for e in plot.events if e.kind not in ("weather", "go")]) or plot.things


def test_no_plot_is_made_of_politeness_alone_or_longer_than_a_story() -> None:
    for plot in plotted(1):
        assert len({e.kind for e in plot.events} - {"meet", "thank", "praise", "say"}) >= 2
        assert sum(e.kind not in ("go", "weather") for e in plot.events) <= LONGEST


def test_a_chain_by_hand_is_one_plot_and_what_hangs_on_nothing_is_none() -> None:
    rows: tuple[Row, ...] = (*LENT, {"kind": "play", "actor": "Cora", "target": "Dov", "what": "tag"})
    (plot,) = plots(history(*rows))
    assert ([e.id for e in plot.events], plot.hero, plot.ending) == ([0, 1, 2, 3], "Ada", "good")
    assert (plot.people, plot.things, plot.places) == (("Ada", "Ben"), ("blue jug",), ("mill",))


def test_it_ends_badly_where_the_last_that_counts_is_bad() -> None:
    (plot,) = plots(history(*LENT[:3]))
    assert plot.ending == "bad"


def test_a_walk_is_told_where_the_next_event_happens_elsewhere() -> None:
    walk: Row = {"kind": "go", "actor": "Ada", "place": "Novak house", "to": "mill"}
    first: Row = {"place": "Novak house"} | LENT[0]
    moved: Row = {"kind": "quarrel", "actor": "Ada", "target": "Ben", "cause": 0}
    (plot,) = plots(history(first, {"kind": "break", "actor": "Ben", "thing": "blue jug", "what": "dropped", "cause": 0,
                                    "place": "Novak house"}, walk, moved))
    assert [event.kind for event in plot.events] == ["lend", "break", "go", "quarrel"]


def test_long_chains_are_cut_where_most_time_passes() -> None:
    rows: list[Row] = [{"kind": "lend", "actor": "Ada", "target": "Ben", "thing": "blue jug", "minute": 600}]
    for n in range(1, 36):
        minute = 600 + n + (3 * DAY if n >= 17 else 0)
        rows.append({
            "kind": "quarrel" if n % 2 else "mock", "actor": "Ada", "target": "Ben", "cause": n - 1, "minute": minute})
    first, second = plots(history(*rows))
    assert first.events[-1].id < 17 == second.events[0].id


def test_the_sky_is_that_of_the_last_change() -> None:
    rain, fog = ({"kind": "weather", "what": what, "minute": minute} for what, minute in (("rain", 100), ("fog", 200)))
    skies = Skies(history(rain, fog))
    assert [skies.at(minute) for minute in (0, 100, 199, 200)] == ["", "rain", "rain", "fog"]
