"""Trials side by side: each has a thread that follows its trainer process, and all events come out of one queue.

Only the caller's thread decides anything; a thread here reads events and passes them on.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, TypeVar

from foundling.life.trainer import Interrupted
from foundling.records import BadInput

Event = dict[str, Any]
R = TypeVar("R")


class Stopped:
    """The end of a trial that was asked to stop; what it had trained is saved."""


class Crew:
    """Running trials by number. Use it in a `with`: at the end all are stopped, and their trainers have saved."""

    def __init__(self) -> None:
        self._events: queue.Queue[tuple[int, Any]] = queue.Queue()
        self._stops: dict[int, threading.Event] = {}
        self._threads: dict[int, threading.Thread] = {}

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for stop in self._stops.values():
            stop.set()
        for thread in self._threads.values():
            thread.join()

    @property
    def running(self) -> int:
        """Trials whose end was not handed out yet."""
        return len(self._threads)

    def start(self, number: int, trial: Generator[Event, None, Any]) -> None:
        """Follow a trial under a number that no running trial has."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(number, trial, stop), daemon=True)
        self._stops[number], self._threads[number] = stop, thread
        thread.start()

    def stop(self, number: int) -> None:
        """Ask a trial to save and end; its end comes as `Stopped`."""
        self._stops[number].set()

    def _follow(self, number: int, trial: Generator[Event, None, Any], stop: threading.Event) -> None:
        try:
            while True:
                event = next(trial)
                if stop.is_set():
                    trial.close()
                    self._events.put((number, Stopped()))
                    return
                self._events.put((number, event))
        except StopIteration as end:
            self._events.put((number, end.value))
        except Interrupted:
            self._events.put((number, Stopped()))
        except BaseException as fault:  # handed to the caller's thread, which raises it
            self._events.put((number, fault))

    def wait(self) -> tuple[int, Any]:
        """The next event of any trial, or its end: what it returned, Stopped, or the BadInput that it raised.

        Any other exception of a trial is raised here.
        """
        number, event = self._events.get()
        if not isinstance(event, dict):
            self._threads.pop(number).join()
            self._stops.pop(number)
        if isinstance(event, BaseException) and not isinstance(event, BadInput):
            raise event
        return number, event


def side_by_side(
    trials: Sequence[Callable[[], Generator[Event, None, R]]], many: int
) -> Iterator[tuple[int, Event | R]]:
    """All trials, `many` at a time: (number, event) as they come, and of each, last, (number, what it returned).

    Raises BadInput as soon as one does; the others have saved by then.
    """
    begun = 0
    with Crew() as crew:
        while crew.running or begun < len(trials):
            while crew.running < many and begun < len(trials):
                crew.start(begun, trials[begun]())
                begun += 1
            number, event = crew.wait()
            if isinstance(event, BadInput):
                raise event
            yield number, event
