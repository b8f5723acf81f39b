"""How busy others keep this machine: what a training is told, and when; with a clock of its own, and once for real."""

import multiprocessing
import os
import time

import pytest

from foundling.training import machine
from foundling.training.machine import BUSY, Load


class Clock:
    """A wall clock and a processor clock that tests set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.cpu = 100.0, 10.0
        monkeypatch.setattr(machine.time, "perf_counter", lambda: self.wall)
        monkeypatch.setattr(machine.time, "process_time", lambda: self.cpu)

    def pass_by(self, seconds: float, cpu: float) -> None:
        self.wall, self.cpu = self.wall + seconds, self.cpu + cpu


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def load(clock: Clock, threads: int) -> Load:
    return Load(threads=threads, wall=clock.wall, cpu=clock.cpu)


def test_a_quiet_machine_is_not_spoken_of(clock: Clock) -> None:
    found = load(clock, 2)
    for _ in range(5):
        clock.pass_by(30.0, 58.0)
        assert found.note() is None and not found.crowded


def test_a_busy_machine_is_spoken_of_once_and_is_crowded_when_it_was_so_twice_in_a_row(clock: Clock) -> None:
    found = load(clock, 2)
    clock.pass_by(5.0, 1.0)
    assert found.note() is None and not found.crowded  # too short a time
    clock.pass_by(20.0, 11.0)
    words = found.note()
    assert words is not None and "24%" in words and "2 threads" in words and not found.crowded
    for cpu, crowded in ((20.0, True), (45.0, False), (20.0, False), (55.0, False), (20.0, False), (20.0, True)):
        clock.pass_by(30.0, cpu)
        assert found.note() is None and found.crowded == crowded


def test_the_time_of_saves_is_no_sign_of_a_busy_machine(clock: Clock) -> None:
    """A slow disk: each save waits longer than the steps between two of them take."""
    found = load(clock, 2)
    for _ in range(5):
        clock.pass_by(15.0, 29.0)
        assert found.note() is None and not found.crowded
        with found.aside():
            clock.pass_by(40.0, 0.5)
    clock.pass_by(15.0, 29.0)
    assert found.note() is None and found.wall == clock.wall  # whole windows, though every pause between saves is short


def test_one_thread_has_nothing_to_give_up(clock: Clock) -> None:
    found = load(clock, 1)
    clock.pass_by(30.0, 3.0)
    words = found.note()
    assert words is not None and "its thread" in words
    clock.pass_by(30.0, 3.0)
    assert found.note() is None and not found.crowded


def _spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot keep a process on one core")
def test_other_programs_on_the_core_are_felt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two busy processes on the core of this one: it gets less than the share that counts as quiet."""
    monkeypatch.setattr(machine, "_WINDOW", 0.5)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_spin, args=(20.0,)) for _ in range(2)]
    try:
        for other in others:
            other.start()
        time.sleep(4.0)
        found = Load(threads=1)
        _spin(2.0)
        share = found.share()
    finally:
        for other in others:
            other.kill()
            other.join()
        os.sched_setaffinity(0, cores)
    assert share is not None and 0.0 < share < BUSY
