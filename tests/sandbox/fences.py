"""The fences that tests ask for, and the reason why one is not there."""

import pytest

from foundling.sandbox import Backend, holds, installed, probed

NAMES = ("linux-bwrap", "linux-landlock")


def allowed(name: str) -> Backend:
    """The backend of this name, if it works at all."""
    found = {backend.name: backend for backend in installed()}
    if name not in found:
        pytest.skip(f"{name} is not installed, or this kernel does not know it")
    if not holds(found[name]):
        tried = ", ".join(f"{each.word} ({each.said[:80]})" for each in probed(found[name]) if not each.held)
        pytest.skip(f"{name} is refused on this machine: {tried}")
    return found[name]
