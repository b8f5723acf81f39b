"""The commands of the judge: their options and the functions that run them, in one list. It does nothing itself."""

import argparse
from collections.abc import Callable

from foundling.cli import battery, canaries, compiling, downstream, judging, sandbox, vault, versus

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "battery": battery.battery, "canaries": canaries.canaries, "compile": compiling.compile_texts,
    "evaluate-on": downstream.evaluate_on, "judge-the-judge": judging.judge_the_judge, "sandbox": sandbox.sandbox,
    "vault": vault.vault, "versus": versus.versus,
}


def add_judgement(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Each of them, made by `add(word, what, example, home)`."""
    versus.add_versus(add)
    vault.add_vault(add)
    judging.add_judging(add)
    battery.add_battery(add)
    downstream.add_downstream(add)
    canaries.add_canaries(add)
    compiling.add_compile(add)
    sandbox.add_sandbox(add)
