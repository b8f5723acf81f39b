"""A module of ours run as a process of its own: a job in, its events out as they come. It decides nothing.

For programs that have no state to save (the judge, a rival's trainer): stopped, they are begun again the next time.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from foundling.home import write_atomically
from foundling.records import BadInput, canonical_json


def follow(module: str, job: Mapping[str, Any], path: Path, environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Run `python -m module path` with the job written to `path`; gives its JSON events.

    Raises BadInput when it ends with an error, with its last sentence.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, canonical_json(dict(job)))
    with (path.parent / f"{path.stem}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(path)], env=dict(environment), stdout=subprocess.PIPE, stderr=log,
            text=True, encoding="utf-8", start_new_session=True,
        )
        assert process.stdout is not None
        last: dict[str, Any] = {}
        try:
            for line in process.stdout:
                if line.startswith('{"event"'):  # libraries print there too
                    last = json.loads(line)
                    yield last
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
    if code != 0:
        words = last.get("text") if last.get("event") == "error" else None
        raise BadInput(str(words or f"{module} ended with code {code}: see {path.with_suffix('.log')}."))
