"""A room of people and beings on one log: what they say flows in, recorded turns and reasons for silence flow out.

Every turn is in the ledger before anybody hears it, and every decision to speak or to be silent is recorded with its
reason. The room asks; whether a being speaks, and what it says, is the being's own. It opens no file and no socket.
"""

from collections.abc import Generator, Sequence
from threading import RLock
from typing import TYPE_CHECKING

from foundling.community.exchange import Said, Speaker
from foundling.community.words import LONGEST, clean, message, plain
from foundling.home import Event, Ledger, check_name, name_key
from foundling.records import BadInput, Turn

if TYPE_CHECKING:  # at run time it would load torch, which a room needs only when a being brings it along
    from foundling.inference import Decision

TURN, DECISION = "turn", "decision"
LATELY = 48  # entries of the ledger after which somebody who only posted, and never joined, is taken to have gone
CANDIDATES = 12  # the names among which a being looks for the next speaker: each one costs it a forward pass


class Room:
    """People and beings on one log. `record` and `post` may be called from other threads while `replies` runs.

    On creation the beings hear the last `recall` turns of the ledger, so that they remember over a restart; nobody
    answers those.
    """

    def __init__(self, ledger: Ledger, beings: Sequence[Speaker], *, name: str = "hearth", recall: int = 100) -> None:
        self.name, self._ledger, self._beings = name, ledger, tuple(beings)
        self._names = {_bare(being.name): being.name for being in beings}
        if len(self._names) != len(self._beings):
            raise BadInput("Two beings in one room have the same name; give each a name of its own.")
        self._known = {name_key(speaker.name): speaker.name for speaker in ledger.speakers()}
        self._log, self._door = RLock(), RLock()  # two, so that nobody at the door waits for a disk
        self._here: dict[str, int | None] = {}  # latest last; None joined, a number posted at that event
        self._heard = 0
        self._held: list[Event] | None = None  # turns that came while a being was speaking; a list only then
        for event in sorted(self.turns(recall), key=_heard_order):
            self._hear(event)

    @property
    def present(self) -> tuple[str, ...]:
        """The names of those who joined or lately posted, those who spoke last at the end, and then the beings."""
        with self._door:
            people = [who for who, at in self._here.items() if at is None or at > self._heard - LATELY]
        return (*people, *self._names.values())

    def known_as(self, name: str) -> str:
        """The name by which the ledger knows that person, or the checked name of a new one.

        Raises BadInput when it cannot be a name, or is a being's name but for case, width, marks or spaces.
        """
        checked = check_name(name)
        if (being := self._names.get(_bare(checked))) is not None:
            raise BadInput(f"The name {checked} is taken by {being}, who lives here; choose another name.")
        return self._known.get(name_key(checked), checked)

    def join(self, name: str) -> str:
        """Somebody comes in and is present until `leave`; returns `known_as`. Raises BadInput as that does."""
        who = self.known_as(name)
        with self._door:
            self._here[who] = None
        return who

    def leave(self, name: str) -> None:
        """Somebody goes. Nothing happens when they were not here."""
        with self._door:
            self._here.pop(name, None)

    def post(self, name: str, text: str) -> Turn:
        """A person's turn: cleaned, recorded, and only then heard. Raises BadInput for a bad name or text."""
        return _turn(self.record(name, text))

    def record(self, name: str, text: str) -> Event:
        """As `post`; returns the ledger's event, with its number and time."""
        who, said = self.known_as(name), message(text)
        with self._log:
            event = self._append(who, "person", said, {})
            self._hear(event)
        with self._door:
            joined = self._here.pop(who, event.id) is None
            self._here[who] = None if joined else event.id
        return event

    def replies(self) -> Generator[Said]:
        """Ask each being once whether it speaks, and give its words as they come; at most one turn each.

        A turn posted meanwhile is heard when the one who speaks has finished, as in any talk; so it can still be
        answered the next time. A turn that was not finished (the caller went away) is not recorded.
        """
        for being in self._beings:
            with self._log:
                if self._held is not None:
                    raise RuntimeError("a being is speaking already; finish or close the other replies() first")
                self._held = []
            try:
                said = yield from self._ask(being)
            finally:
                with self._log:
                    held, self._held = self._held or [], None
                    for event in held:
                        self._hear(event)
            yield said

    def turns(self, limit: int) -> list[Event]:
        """The last `limit` turns of this room in the ledger's order, without those that were redacted."""
        newest = self._ledger.last(TURN)
        window, found = 4 * limit, list[Event]()
        while newest is not None:
            start = max(0, newest.id - window)
            found = [e for e in self._ledger.events(TURN, room=self.name, after=start) if e.text is not None]
            if len(found) >= limit or start == 0:
                break
            window *= 4
        return found[-limit:] if limit > 0 else []

    def _ask(self, being: Speaker) -> Generator[Said, None, Said]:
        decision, before = being.decide(self.present[-CANDIDATES:]), self._heard
        self._note(being, decision.speaks, decision, decision.reason)
        if not decision.speaks:
            return Said(kind="silence", name=being.name, reason=decision.reason, share=decision.share)
        text = ""
        for piece in being.say():
            if shown := plain(piece):
                text += shown
                yield Said(kind="piece", name=being.name, text=shown, reason=decision.reason, share=decision.share)
            if len(text) > LONGEST:
                break
        said = clean(text)[:LONGEST].rstrip()
        if not said:
            reason = "it was to speak and no words came"
            self._note(being, False, decision, reason)
            return Said(kind="silence", name=being.name, reason=reason, share=decision.share)
        with self._log:
            event = self._append(being.name, "being", said, {"after": before})
            self._let_hear(event)
        return Said(kind="turn", name=being.name, text=said, event=event.id, time=event.ts,
                    reason=decision.reason, share=decision.share)

    def _note(self, being: Speaker, speaks: bool, decision: "Decision", reason: str) -> None:
        shares = {"share": round(decision.share, 6), "rival": round(decision.rival, 6)}
        data = {"speaks": speaks, **shares, "reason": reason}
        self._ledger.append(DECISION, speaker=being.name, room=self.name, data=data)

    def _append(self, who: str, kind: str, text: str, data: dict[str, int]) -> Event:
        if name_key(who) not in self._known:  # introducing somebody again would undo the consent that they gave
            self._known[name_key(who)] = self._ledger.introduce(who, kind=kind, consent="remember").name
        return self._ledger.append(TURN, speaker=who, room=self.name, text=text, data=data)

    def _hear(self, event: Event) -> None:
        if self._held is not None:
            self._held.append(event)
        else:
            self._let_hear(event)

    def _let_hear(self, event: Event) -> None:
        self._heard = max(self._heard, event.id)
        for being in self._beings:
            being.hear(_turn(event))


def _turn(event: Event) -> Turn:
    return Turn(name=event.speaker, text=event.text or "")


def _heard_order(event: Event) -> tuple[int, int]:
    """A being's turn stands after the last one that it had heard when it began, as it did while it was lived."""
    after = event.data.get("after")
    return (after, event.id) if isinstance(after, int) else (event.id, 0)


def _bare(name: str) -> str:
    """The letters and digits by which a name would be taken for a being's: `W-ren.` is too like Wren."""
    return "".join(char for char in name_key(name) if char.isalnum())
