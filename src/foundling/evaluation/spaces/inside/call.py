"""Inside the sandbox: `call.py FILE CALLS ANSWERS SEED` loads a candidate, makes calls, and writes what came back.

It knows no expected answer, so there is none to find: whoever takes over this process, as a candidate can, still has
to say what each call gives. Whether that is right is found out elsewhere.
"""

import ast
import json
import random
import runpy
import sys
from pathlib import Path
from typing import Any


def answer(candidate: dict[str, Any], call: dict[str, str]) -> dict[str, Any]:
    """What one call gives, or the name of what it raises."""
    try:
        given, named = ast.literal_eval(call["given"])
        value = candidate[call["function"]](*given, **named)
        return {"value": json.loads(json.dumps(value, allow_nan=False))}  # as it is now: a later call may change it
    except Exception as fault:  # whatever a candidate raises
        return {"raised": type(fault).__name__}


def main(file: str, calls: str, answers: str, seed: str) -> None:
    """Load it, call it, write the answers down."""
    asked = json.loads(Path(calls).read_bytes())
    random.seed(int(seed))
    candidate = runpy.run_path(file, run_name="candidate")
    Path(answers).write_text(json.dumps([answer(candidate, call) for call in asked]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
