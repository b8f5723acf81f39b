"""Inside the sandbox: is this Python? `check.py FILE` reads and compiles a candidate, and runs nothing of it.

The file's bytes flow in; one JSON object on stdout says how far they came. What it says can be trusted as far as
Python's own parser can: no word of the candidate has been executed.
"""

import ast
import json
import sys
import warnings
from pathlib import Path


def tell(source: bytes) -> dict[str, str]:
    """Nothing in `parses` and `compiles` where all is well, else what is wrong."""
    found = {}
    for step, flags in (("parses", ast.PyCF_ONLY_AST), ("compiles", 0)):
        try:
            compile(source, "candidate", "exec", flags, dont_inherit=True)
            found[step] = ""
        except SyntaxError as fault:
            found[step] = f"line {fault.lineno}: {fault.msg}"
        except (ValueError, MemoryError, RecursionError, OverflowError) as fault:
            found[step] = type(fault).__name__
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.write(json.dumps(tell(Path(sys.argv[1]).read_bytes())))
