"""What people lack: the events of their day in, four numbers from 0 to 1 out. They move by themselves with time."""

from dataclasses import dataclass

from foundling.world.village.records import Event

EATING = ("share",)
COMPANY = ("meet", "play", "say", "share", "help", "comfort", "befriend", "teach")
PURPOSE = ("work", "make", "mend", "help", "teach", "nurse", "find")


@dataclass(slots=True)
class Needs:
    """When somebody last ate, slept, had company and did something useful, in minutes; `now` moves on."""

    now: int = 0
    ate: int = 0
    slept: int = 0
    together: int = 0
    useful: int = 0

    @property
    def hunger(self) -> float:
        """Full after six hours."""
        return min(1.0, (self.now - self.ate) / 360)

    @property
    def rest(self) -> float:
        """Need of sleep: full after sixteen hours awake."""
        return min(1.0, (self.now - self.slept) / 960)

    @property
    def company(self) -> float:
        """Full after half a day alone."""
        return min(1.0, (self.now - self.together) / 720)

    @property
    def purpose(self) -> float:
        """Full after a day of doing nothing."""
        return min(1.0, (self.now - self.useful) / 1440)

    def note(self, event: Event) -> None:
        """One's own event, or one with oneself as its target."""
        if event.kind in EATING:
            self.ate = event.minute
        if event.kind in COMPANY:
            self.together = event.minute
        if event.kind in PURPOSE:
            self.useful = event.minute
