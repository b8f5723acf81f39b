"""A home and its ledger, a speaker with a script, and a home whose tiny being has really learned one short scene."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hearthside import Scripted, learned_generation, raise_in

from foundling.home import Home, Ledger


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    with home.ledger() as ledger:
        yield ledger


@pytest.fixture(scope="session")
def generation() -> dict[str, bytes]:
    return learned_generation()


@pytest.fixture
def raised(home: Home, generation: dict[str, bytes]) -> Home:
    return raise_in(home, generation)
