"""The command `foundling`: arguments in, an exit code out. 0 done, 2 bad input (one sentence), 130 stopped, saved."""

import json
import signal
import sys
from collections.abc import Sequence

from foundling.cli.options import parser
from foundling.records import BadInput


def run(arguments: Sequence[str]) -> int:
    """Parse and do; every fault that a person can mend ends in one sentence and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: as with Ctrl-C, save first
    try:
        options = parser().parse_args(arguments)
        from foundling.cli import commands

        return commands.COMMANDS[options.command](options)
    except BadInput as fault:
        if "--json" in arguments:
            print(json.dumps({"error": str(fault)}))
        print(f"foundling: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        words = "stopped; nothing is half written, and the same command goes on from what was saved"
        print(f"foundling: {words}.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
        return 0


def entry() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    entry()
