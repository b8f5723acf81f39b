"""The state of a village as a fold over its events: a setting and events in, a state that can be asked out.

`apply` is the only thing that changes a state. `village.ground` has the questions; legality is the business of `rules`.
"""

from foundling.world.village.beliefs import learn
from foundling.world.village.changes import change
from foundling.world.village.ground import Ground
from foundling.world.village.records import Event, History, Setting
from foundling.world.village.ties import tie

MOODS = 10  # how many feelings a person is kept in mind of


class State(Ground):
    """How things stand after some events."""

    @classmethod
    def begin(cls, setting: Setting) -> "State":
        """The state before the first event."""
        return cls(setting)

    def apply(self, event: Event) -> None:
        """Makes the state the one after the event; events come in order."""
        self.minute = event.minute
        self.count = event.id + 1
        change(self, event)
        learn(self, event)
        tie(self, event)
        for feeling in event.feelings:
            moods = self.moods[feeling.who]
            moods.append((feeling, event.minute, event.id))
            del moods[:-MOODS]


def replay(history: History, until: int | None = None) -> State:
    """The state after the first `until` events of a history, or after all of them."""
    state = State.begin(history.setting)
    for event in history.events[:until]:
        state.apply(event)
    return state
