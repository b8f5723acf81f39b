"""The order of the stations, and nothing else: a home flows in, the events of every station up to `last` flow out."""

from collections.abc import Callable, Generator, Iterator

from foundling.home import Home
from foundling.life import birth, reporting
from foundling.life.collecting import Wanted, collect
from foundling.life.planning import Wishes, plan_birth
from foundling.life.preparing import prepare
from foundling.life.sifting import Asked, sift
from foundling.life.stations import Done
from foundling.recipe import SIZES, NamingRecipe
from foundling.records import BadInput, Origin, Progress

ORDER = ("collect", "clean", "prepare", "plan", "pretrain", "name", "examine", "report")


def _settings(home: Home) -> tuple[Wishes, Wanted]:
    """What the home was begun with. Raises BadInput when a person's edit left something that cannot be meant."""
    settings = home.being["settings"]
    try:
        wishes = Wishes(
            size=settings["size"], minutes=float(settings["minutes"]), steps=int(settings["steps"]) or None,
            seed=int(settings["seed"]),
        )
        if wishes.size not in ("auto", *SIZES) or not 0 < wishes.minutes < 1e7 or (wishes.steps or 1) < 1:
            raise ValueError("size, minutes or steps")
        return wishes, Wanted(
            sources=tuple(settings.get("stories", ())), column=settings.get("column", ""), seed=wishes.seed,
            terms=Origin(**{key: settings.get(key, "") for key in ("licence", "consent", "author")}),
        )
    except (KeyError, TypeError, ValueError) as fault:
        path = home.path / "being.toml"
        raise BadInput(f"The settings in {path} cannot be meant ({fault}): mend them there.") from fault


def walk(home: Home, last: str, asked: Asked | None = None, processes: int = 1) -> Generator[Progress | Done]:
    """Run the stations in order up to `last`; those that are done say so and are passed. `asked`: how to clean, where a
    person said so just now; processes: of this machine, for the pre-training."""
    wishes, wanted = _settings(home)
    with home.ledger() as ledger:
        stations: dict[str, Callable[[], Iterator[Progress | Done]]] = {
            "collect": lambda: collect(home, ledger, wanted),
            "clean": lambda: sift(home, ledger, asked, wishes.seed),
            "prepare": lambda: prepare(home, ledger, NamingRecipe(), wishes.seed),
            "plan": lambda: plan_birth(home, ledger, wishes),
            "pretrain": lambda: birth.pretrain(home, ledger, processes),
            "name": lambda: birth.name(home, ledger),
            "examine": lambda: birth.examine(home, ledger),
            "report": lambda: reporting.report(home, ledger),
        }
        for station in ORDER[:ORDER.index(last) + 1]:
            yield from stations[station]()
