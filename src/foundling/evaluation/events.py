"""What a process of ours tells whoever started it: an event flows in, a JSON line on stdout flows out."""

import json
import sys
from typing import Any


def say(**event: Any) -> None:
    """One event as a line, at once."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()
