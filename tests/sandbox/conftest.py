"""Each fence of this machine, as a parameter; where the kernel does not allow one, its tests say so and are skipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fences import NAMES, allowed

from foundling.sandbox import Backend


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the start-up probes found is kept in a cache of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(params=NAMES)
def backend(request: pytest.FixtureRequest) -> Backend:
    """Every fence, one after the other."""
    return allowed(request.param)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """An empty folder for results."""
    (tmp_path / "into").mkdir()
    return tmp_path / "into"
