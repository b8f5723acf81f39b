"""The village as a PettingZoo environment: its API, its determinism, its masks and its reward."""

import sys
from typing import Any

import pytest

from foundling.records import BadInput
from foundling.world.env import OPTIONS, make_env
from foundling.world.village import Action, Event

pettingzoo_test = pytest.importorskip("pettingzoo.test")


def walked(seed: int, ticks: int) -> list[Any]:
    """What agents that draw among the allowed choices go through, as plain values."""
    env, found = make_env(seed=seed, people=12, days=1), list[Any]()
    seen, _ = env.reset(seed=seed)
    for agent in env.agents:
        env.action_space(agent).seed(3)
    for _ in range(ticks):
        chosen = {a: env.action_space(a).sample(mask=seen[a]["action_mask"]) for a in env.agents}
        seen, rewards, *_ = env.step(chosen)
        found.append((rewards, {a: {k: v.tolist() for k, v in one.items()} for a, one in seen.items()}))
    return found


def test_it_passes_pettingzoos_own_test() -> None:
    pettingzoo_test.parallel_api_test(make_env(seed=3, people=12, days=1), num_cycles=30)


def test_a_seed_fixes_all_that_happens() -> None:
    pettingzoo_test.parallel_seed_test(lambda: make_env(seed=3, people=12, days=1), num_cycles=20)
    assert walked(4, 12) == walked(4, 12) != walked(5, 12)


def test_episodes_differ_and_repeat_with_their_seed() -> None:
    env = make_env(seed=8, people=12, days=1)
    names = []
    for seed in (8, None, None, 8, None):
        env.reset(seed=seed)
        names.append(tuple(env.names.values()))
    assert names[0] == names[3] and names[1] == names[4] and len(set(names)) == 3


def test_what_is_seen_is_in_its_space_and_the_mask_is_the_options() -> None:
    env = make_env(seed=2, people=14, days=1)
    seen, infos = env.reset()
    for _ in range(10):
        for agent in env.agents:
            assert env.observation_space(agent).contains(seen[agent])
            options = infos[agent]["options"]
            assert options == env.village.options(env.names[agent])[:OPTIONS] and options[0] == Action(kind="stay")
            assert seen[agent]["action_mask"].sum() == len(options) == infos[agent]["action_mask"].sum()
        seen, _, _, _, infos = env.step({})  # everybody follows their own mind
    assert env.village.minute == 100


def test_a_choice_is_done_and_what_is_no_choice_is_stay() -> None:
    env = make_env(seed=2, people=12, days=1)
    _, infos = env.reset()
    agent = next(a for a in env.agents if len(infos[a]["options"]) > 1)
    walk = next(i for i, o in enumerate(infos[agent]["options"]) if o.kind == "go")
    to = infos[agent]["options"][walk].to
    _, _, _, _, infos = env.step(dict.fromkeys(env.agents, 0) | {agent: walk})
    assert env.village.state.where(env.names[agent]) == to and not infos[agent]["illegal"]
    _, _, _, _, infos = env.step(dict.fromkeys(env.agents, 0) | {agent: OPTIONS - 1})
    assert infos[agent]["illegal"] and env.village.state.where(env.names[agent]) == to


def test_reward_is_liking_gained_and_promises() -> None:
    env = make_env(seed=6, people=12, days=1)
    env.reset()
    while env.village.minute < 14 * 60:  # four eventful hours; a whole day would take long
        env.village.step()
    env._liked, env._tick = {n: env._liking(n) for n in env.names.values()}, 120
    events = len(env.village.events)
    agents, total = list(env.agents), dict.fromkeys(env.agents, 0.0)
    before = {a: env._liking(env.names[a]) for a in agents}
    while env.agents:
        _, rewards, dead, over, _ = env.step({})
        total = {a: total[a] + rewards.get(a, 0.0) for a in agents}
    assert all(over.values()) and not any(dead.values()) and env.village.minute == 18 * 60
    for a in agents:
        name = env.names[a]
        kept = sum((e.kind == "keep") - (e.kind == "forget") for e in env.village.events[events:] if e.actor == name)
        assert total[a] == pytest.approx(kept + (env._liking(name) - before[a]) / 9)
    assert any(total.values())
    promises = [Event(id=0, minute=0, kind=kind, actor=env.names["villager_1"]) for kind in ("keep", "forget", "keep")]
    assert env._reward("villager_1", promises) == 1.0 and env._reward("villager_2", promises) == 0.0


def test_without_pettingzoo_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    with pytest.raises(BadInput, match="foundling\\[world\\]"):
        make_env()


def test_an_episode_has_a_day_at_least() -> None:
    with pytest.raises(BadInput, match="0 days"):
        make_env(days=0)
