"""Optuna's study as the sweep uses it: draws out, looks and final figures in, all kept in SQLite at once.

It runs nothing. A study that was stopped is opened again; trials that were running then are drawn again, first.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from foundling.life.sweeping.findings import Tried
from foundling.life.sweeping.space import Choice, Dimension, Range
from foundling.records import BadInput

STARTUP = 8  # draws at random before the sampler believes what it has seen
WATCHED = 40  # percent of a run before it may be ended early
_STATES = {"COMPLETE": "done", "PRUNED": "early", "FAIL": "failed"}


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as fault:
        raise BadInput("A sweep needs the package optuna: pip install 'foundling[sweep]'.") from fault
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


class Study:
    """A study in a SQLite file. `ask` gives (number, draw); every asked number is told once: done, early or failed."""

    def __init__(self, path: Path, space: Sequence[Dimension], seed: int) -> None:
        self._optuna, self._space = _optuna(), tuple(space)
        o = self._optuna
        self._storage = o.storages.RDBStorage(f"sqlite:///{path.absolute()}")
        self._study = o.create_study(
            study_name="sweep", storage=self._storage, direction="minimize", load_if_exists=True,
            # Medians of trials that got as far (Golovin et al. 2017); the sampler is TPE (Bergstra et al. 2011).
            pruner=o.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=WATCHED),
        )
        # A study that goes on must not draw again what it drew at its start.
        count = len(self._study.get_trials(deepcopy=False))
        self._study.sampler = o.samplers.TPESampler(seed=seed + count, n_startup_trials=STARTUP)
        self._running: dict[int, Any] = {}
        for trial in self._study.get_trials(states=(o.trial.TrialState.RUNNING,)):
            self._study.tell(trial.number, state=o.trial.TrialState.FAIL)
            self._study.enqueue_trial(trial.params)

    def __enter__(self) -> "Study":
        return self

    def __exit__(self, *_: object) -> None:
        self._storage.remove_session()
        self._storage.engine.dispose()

    def first(self, draw: Mapping[str, Any]) -> None:
        """Draw this one first, in a study that is new."""
        if not self._study.get_trials(deepcopy=False):
            self._study.enqueue_trial(dict(draw))

    def ask(self) -> tuple[int, dict[str, Any]]:
        """The next draw and its number."""
        trial = self._study.ask()
        draw: dict[str, Any] = {}
        for dimension in self._space:
            if isinstance(dimension, Range):
                draw[dimension.name] = trial.suggest_float(
                    dimension.name, dimension.low, dimension.high, log=dimension.log)
            elif isinstance(dimension, Choice):
                draw[dimension.name] = trial.suggest_categorical(dimension.name, list(dimension.values))
        self._running[trial.number] = trial
        return trial.number, draw

    def look(self, number: int, percent: int, bits: float) -> bool:
        """Note a look of a running trial; True where it lies behind the median of the others and may be ended."""
        trial = self._running[number]
        trial.report(bits, percent)
        return bool(trial.should_prune())

    def tell(self, number: int, state: str, bits: float | None = None, **notes: Any) -> None:
        """The end of a trial: "done" with its bits per byte, "early" or "failed"."""
        trial = self._running.pop(number)
        for name, value in notes.items():
            trial.set_user_attr(name, value)
        words = {told: name for name, told in _STATES.items()}
        self._study.tell(trial, bits, state=getattr(self._optuna.trial.TrialState, words[state]))

    def tried(self) -> list[Tried]:
        """All trials that have an end, but those that were stopped with a sweep and drawn again."""
        rows = []
        for trial in self._study.get_trials(deepcopy=False):
            state = _STATES.get(trial.state.name)
            if state is not None and "ended" in trial.user_attrs:
                rows.append(Tried(
                    number=trial.number, draw=dict(trial.params), state=state,
                    bits=trial.value if state == "done" else None, course=dict(trial.intermediate_values),
                    steps=int(trial.user_attrs.get("steps", 0)), seconds=float(trial.user_attrs.get("seconds", 0.0)),
                ))
        return rows
