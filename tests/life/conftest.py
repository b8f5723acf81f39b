"""A home with stories of its own, collected and prepared once; what changes a home works on a copy of it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tinyhome import NAMING, made_ready, new_home
from tinyjudge import judging_home

from foundling.corpus import BUILTIN
from foundling.home import Home
from foundling.recipe import NamingRecipe


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the built-in stories and scenes, and files that no story can be made of."""
    folder = tmp_path_factory.mktemp("stories")
    for kind, count in (("stories", 24), ("scenes", 12)):
        for path in sorted((BUILTIN / kind).glob("*.txt"))[:count]:
            shutil.copyfile(path, folder / path.name)
    (folder / "again.txt").write_bytes(sorted((BUILTIN / "stories").glob("*.txt"))[0].read_bytes())
    (folder / "empty.txt").write_text("")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, stories: Path) -> Path:
    home = new_home(tmp_path_factory.mktemp("homes") / "wren", stories)
    with home.locked(), home.ledger() as ledger:
        made_ready(home, ledger, stories)
    return home.path


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that can judge, made once: each of its tests works on a copy."""
    return judging_home(tmp_path_factory.mktemp("judging") / "wren")


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Home:
    """A copy of the prepared home."""
    shutil.copytree(prepared, tmp_path / "wren")
    return Home.open(tmp_path / "wren")


@pytest.fixture
def prepare_with(tmp_path: Path, stories: Path) -> Callable[..., dict[str, Any]]:
    """Collect and prepare anew with some recipe and seed; the facts that were recorded."""
    def made(naming: NamingRecipe = NAMING, seed: int = 5) -> dict[str, Any]:
        path = tmp_path / f"home-{len(list(tmp_path.iterdir()))}"
        home = new_home(path, stories)
        with home.locked(), home.ledger() as ledger:
            return {"path": path} | made_ready(home, ledger, stories, naming, seed).facts
    return made
