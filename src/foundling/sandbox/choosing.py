"""Which fence is used here: the first whose start-up probes all hold. That all held is kept until the next boot."""

import functools
import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from foundling.records import BadInput, canonical_json, content_hash
from foundling.sandbox.backends import NONE, Backend, installed
from foundling.sandbox.interpreter import bare
from foundling.sandbox.trying import AT_START, Tried, try_all

BOOT = Path("/proc/sys/kernel/random/boot_id")
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
ACCEPT = "--i-accept-no-sandbox"


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "foundling" / "sandbox"


@functools.cache
def _here(backend: Backend) -> str:
    """All that could make the probes come out otherwise: boot, kernel, user, Python, and our own source."""
    source = {path.name: content_hash(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.py"))}
    return content_hash({
        "boot": BOOT.read_text(encoding="ascii") if BOOT.exists() else "", "kernel": platform.release(),
        "user": os.geteuid() if hasattr(os, "geteuid") else -1, "python": str(bare().executable),
        "backend": [backend.name, backend.version], "source": source,
    })


@functools.cache
def probed(backend: Backend) -> tuple[Tried, ...]:
    """What the start-up probes found, from the user's cache where all have held since the last boot.

    A failure is never kept: whoever follows the `cure` is to see that it worked.
    """
    try:
        kept = _cache_folder() / f"{_here(backend)}.json"
        found = tuple(Tried(**row) for row in json.loads(kept.read_bytes()))
        if [tried.word for tried in found] == list(AT_START) and all(tried.held for tried in found):
            return found
    except (OSError, RuntimeError, ValueError, TypeError):  # none yet, or none that can be read
        pass
    found = try_all(backend)
    if not all(tried.held for tried in found):
        return found
    with suppress(OSError, RuntimeError):  # no home, or a full disk: they are run again next time
        kept = _cache_folder() / f"{_here(backend)}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(canonical_json([asdict(tried) for tried in found]))
        part.replace(kept)
    return found


def holds(backend: Backend) -> bool:
    """Whether every start-up probe was contained."""
    return all(tried.held for tried in probed(backend))


def cure() -> str:
    """What would make a stronger fence work here, in one sentence; nothing where all is well."""
    names = {backend.name for backend in installed()}
    if APPARMOR.exists() and APPARMOR.read_text(encoding="ascii").strip() == "1":
        return (
            "AppArmor refuses user namespaces: an administrator enables them for bubblewrap with "
            "`ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
            "apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict`."
        )
    if platform.system() == "Linux" and "linux-bwrap" not in names:
        return "Install bubblewrap: `apt install bubblewrap`, `dnf install bubblewrap` or `pacman -S bubblewrap`."
    return "" if names else "On this system only the embedded interpreter runs code: pip install 'foundling[sandbox]'."


@functools.cache
def choose(accept_none: bool = False) -> Backend:
    """The strongest fence that holds here. Raises BadInput where none does, unless a person accepts that."""
    for backend in installed():
        if holds(backend):
            return backend
    if accept_none:
        return NONE
    broken = "; ".join(
        f"{backend.name} failed {', '.join(tried.word for tried in probed(backend) if not tried.held)}"
        for backend in installed()
    )
    raise BadInput(
        f"No sandbox works here ({broken or 'none is installed'}), and code that nobody has read is not run without "
        f"one. {cure()} Whoever has read the code can say {ACCEPT}."
    )
