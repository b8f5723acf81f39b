"""The village as a PettingZoo ParallelEnv: choices of villagers in, what each of them sees and feels out.

Needs the extra `world` (pettingzoo, gymnasium). An action is an index into `Village.options`; what an index means
changes from tick to tick, so the observation says of each option its kind and target, and the mask which there are.

Reward of a tick: the change in how much all others like the villager (-9 to 9 each, a ninth of a point per step), plus
one for each promise kept, minus one for each broken. An episode is truncated after so many days; death terminates.
"""

import types
from typing import Any, ClassVar

import numpy as np

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.village import Action, Event, Village, words
from foundling.world.village.actions import DEEDS
from foundling.world.village.fate import TICK
from foundling.world.village.needs import Needs
from foundling.world.village.records import DAY, EMOTIONS, WEATHERS

OPTIONS = 256  # choices offered in a tick; what is beyond is left out
KINDS = ("", "stay", *DEEDS)  # of an option; "" for none
PLACES = ("", *dict.fromkeys([row[0] for row in words.rows("places")]), "house")  # kinds of places; "" for nowhere
THINGS = tuple(words.thing_kinds())

Observation = dict[str, Any]


def make_env(seed: int = 0, people: int = 12, days: int = 3) -> Any:
    """A ParallelEnv of a village of so many people, in which an episode has so many days of 144 ticks.

    Agents are villager_0, villager_1...; `env.names` has their names. `reset(seed=n)` gives the village of seed n, and
    `reset()` one village after another. Raises BadInput where pettingzoo or gymnasium is missing, and as Village does.
    """
    try:
        import gymnasium
        import pettingzoo
    except ImportError as error:
        raise BadInput("The village as an environment needs PettingZoo: pip install 'foundling[world]'.") from error
    made = types.new_class("VillageEnv", (_Life, pettingzoo.ParallelEnv))
    return made(gymnasium.spaces, seed, people, days)


class _Life:
    """What a ParallelEnv has to do; `make_env` makes it one, where there is PettingZoo."""

    metadata: ClassVar[dict[str, Any]] = {"name": "foundling_village_v0", "render_modes": []}

    def __init__(self, spaces: Any, seed: int, people: int, days: int) -> None:
        if days < 1:
            raise BadInput(f"An episode of {days} days is none: give one day or more.")
        self.possible_agents = [f"villager_{number}" for number in range(people)]
        self.agents: list[str] = []
        self.render_mode = None
        self._seed, self._people, self._ticks, self._episode = seed, people, days * DAY // TICK, 0
        self._actions = {agent: spaces.Discrete(OPTIONS) for agent in self.possible_agents}
        self._observations = {agent: _space(spaces, people) for agent in self.possible_agents}
        self._begin(seed)

    def observation_space(self, agent: str) -> Any:
        """The same for every villager."""
        return self._observations[agent]

    def action_space(self, agent: str) -> Any:
        """An index into the options of the tick."""
        return self._actions[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """A village before its first minute."""
        if seed is not None:
            self._seed, self._episode = seed, 0
        self._begin(self._seed if not self._episode else Dice(self._seed, "episode", self._episode).randrange(2**31))
        self._episode += 1
        self.agents = list(self.possible_agents)
        return self._seen(), self._infos({})

    def step(self, actions: dict[str, int]) -> tuple[dict[str, Any], ...]:
        """One tick. Whoever has no action follows their own mind; an index without an option is illegal, and "stay"."""
        acting = self.agents
        chosen, illegal = dict[str, Action](), dict[str, bool]()
        for agent in acting:
            if agent in actions:
                offered, index = self._options[agent], int(actions[agent])
                illegal[agent] = not 0 <= index < len(offered)
                chosen[self.names[agent]] = offered[0 if illegal[agent] else index]
        events = self.village.step(chosen)
        self._note(events)
        rewards = {agent: self._reward(agent, events) for agent in acting}
        self._tick += 1
        dead = {agent: not self.village.state.alive(self.names[agent]) for agent in acting}
        over = dict.fromkeys(acting, self._tick >= self._ticks)
        seen, infos = self._seen(), self._infos(illegal)
        self.agents = [agent for agent in acting if not dead[agent] and not over[agent]]
        return seen, rewards, dead, over, infos

    def render(self) -> None:
        """Nothing; `foundling world watch` draws a village."""

    def close(self) -> None:
        """Nothing has to be let go of."""

    def _begin(self, seed: int) -> None:
        self.village, self._tick = Village(seed, people=self._people), 0
        people = self.village.setting.people
        self.names = {agent: person.name for agent, person in zip(self.possible_agents, people, strict=True)}
        self._places = {place.name: PLACES.index(place.kind) for place in self.village.setting.places}
        self._needs = {name: Needs() for name in self.names.values()}
        self._liked = {name: self._liking(name) for name in self.names.values()}
        self._options: dict[str, tuple[Action, ...]] = {}

    def _note(self, events: tuple[Event, ...]) -> None:
        for event in events:
            for name in (event.actor, event.target):
                if name:
                    self._needs[name].note(event)

    def _liking(self, name: str) -> int:
        return sum(self.village.state.tie(other, name).liking for other in self.names.values() if other != name)

    def _reward(self, agent: str, events: tuple[Event, ...]) -> float:
        name = self.names[agent]
        before, self._liked[name] = self._liked[name], self._liking(name)
        kept = sum((e.kind == "keep") - (e.kind == "forget") for e in events if e.actor == name)
        return float(kept + (self._liked[name] - before) / 9)

    def _infos(self, illegal: dict[str, bool]) -> dict[str, dict[str, Any]]:
        return {
            agent: {
                "name": self.names[agent], "options": self._options[agent], "illegal": illegal.get(agent, False),
                "action_mask": self._mask(agent),
            }
            for agent in self.agents
        }

    def _mask(self, agent: str) -> Any:
        mask = np.zeros(OPTIONS, dtype=np.int8)
        mask[:len(self._options[agent])] = 1
        return mask

    def _seen(self) -> dict[str, Observation]:
        self._options = {agent: self.village.options(self.names[agent])[:OPTIONS] for agent in self.agents}
        return {agent: self._view(agent) for agent in self.agents}

    def _view(self, agent: str) -> Observation:
        village, name, order = self.village, self.names[agent], list(self.names.values())
        state, place, needs = village.state, village.state.where(name), self._needs[name]
        needs.now = village.minute
        felt = dict.fromkeys(EMOTIONS, 0.0)
        for feeling in state.feelings(name):
            felt[feeling.emotion] = max(felt[feeling.emotion], feeling.strength / 3)
        here = state.here[place] if place else {}
        lying = [t for t in state.lying[place] if state.open(t)] if place else []
        kinds, targets = np.zeros(OPTIONS, dtype=np.int64), np.zeros(OPTIONS, dtype=np.int64)
        for index, action in enumerate(self._options[agent]):
            kinds[index] = KINDS.index(action.kind)
            targets[index] = order.index(action.target) + 1 if action.target else 0
        return {
            "place": np.int64(self._places.get(place, 0)), "at_home": np.int64(place == state.people[name].home),
            "hour": np.int64(village.minute % DAY // 60), "weather": np.int64(WEATHERS.index(state.weather)),
            "needs": np.array([needs.hunger, needs.company, needs.purpose], dtype=np.float32),
            "feelings": np.array(list(felt.values()), dtype=np.float32),
            "people_here": np.array([other in here and other != name for other in order], dtype=np.int8),
            "liking": np.array([state.tie(name, o).liking / 9 if o != name else 0 for o in order], dtype=np.float32),
            "things_here": self._kinds(lying), "things_held": self._kinds(list(state.carried[name])),
            "option_kinds": kinds, "option_targets": targets, "action_mask": self._mask(agent),
        }

    def _kinds(self, things: list[str]) -> Any:
        kinds = {self.village.state.things[thing].kind for thing in things}
        return np.array([kind in kinds for kind in THINGS], dtype=np.int8)


def _space(spaces: Any, people: int) -> Any:
    """The space of what a villager sees; lists of people are in the order of the agents."""
    return spaces.Dict({
        "place": spaces.Discrete(len(PLACES)), "at_home": spaces.Discrete(2), "hour": spaces.Discrete(24),
        "weather": spaces.Discrete(len(WEATHERS)),
        "needs": spaces.Box(0, 1, (3,), np.float32), "feelings": spaces.Box(0, 1, (len(EMOTIONS),), np.float32),
        "people_here": spaces.MultiBinary(people), "liking": spaces.Box(-1, 1, (people,), np.float32),
        "things_here": spaces.MultiBinary(len(THINGS)), "things_held": spaces.MultiBinary(len(THINGS)),
        "option_kinds": spaces.MultiDiscrete([len(KINDS)] * OPTIONS),
        "option_targets": spaces.MultiDiscrete([people + 1] * OPTIONS),
        "action_mask": spaces.MultiBinary(OPTIONS),
    })
