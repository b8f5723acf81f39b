"""A seed, folders of characters and a being's home in, a village with all of them in it out, before its first minute.

Characters and beings take the places of villagers; nobody else changes. Nothing is written, in no home either.
"""

from collections.abc import Sequence
from pathlib import Path

from foundling.home import Home, check_name, name_key
from foundling.records import BadInput
from foundling.world.characters import Character, prime, read_characters
from foundling.world.company import Company, Speaker
from foundling.world.roles import Recast, role_for, villager
from foundling.world.village import Village, read_threads
from foundling.world.voices import CastSpeaker, Reciter


def make_company(
    *, seed: int, people: int, threads: Path | None = None, characters: Path | None = None, home: Path | None = None,
    cast: str | None = None,
) -> Company:
    """The company that `foundling world watch` and `play` show.

    The being of `home` speaks for the character or villager called `cast`, or else for one who gets its own name;
    characters without a being recite. Raises BadInput for a cast without a home, a name that is nobody's, and as
    Village, read_threads, read_characters and wake do.
    """
    if cast is not None and home is None:
        raise BadInput(f"Nobody is there to play {cast!a}: give the home of a being too, with --home or as HOME.")
    village = Village(seed, people=people, threads=read_threads(threads) if threads else ())
    cast_of = read_characters(characters) if characters else ()
    being = _wake(home) if home else None
    village = _settled(village, cast_of, being.name if being and cast is None else None)
    voices: dict[str, Speaker] = {character.name: Reciter(character) for character in cast_of}
    if being:
        role = _role(village, cast or being.name)
        voices[role] = being if role == being.name else CastSpeaker(being, role)
        for character in cast_of:
            if character.name == role:
                for turn in prime(character):
                    voices[role].hear(turn)
    return Company(village, voices, cast_of)


def _wake(path: Path) -> Speaker:
    opened = Home.open(path)
    from foundling.inference import wake  # torch costs seconds, which a village without a being should not wait for

    return wake(opened)


def _settled(village: Village, characters: Sequence[Character], being: str | None) -> Village:
    """The village with places for the characters, and for the being under its own name where it is not cast."""
    wanted = {character.name: character.bio for character in characters}
    if being and name_key(being) not in map(name_key, wanted):
        wanted[being] = ""
    roles = {who: name for name in wanted if (who := villager(village.setting, name))}
    for name, bio in wanted.items():
        if name not in roles.values():
            roles[role_for(village.setting, roles, bio)] = name
    return Recast(village, roles) if roles else village


def _role(village: Village, name: str) -> str:
    """The villager of a name. Raises BadInput for nobody."""
    if role := villager(village.setting, check_name(name)):
        return role
    some = ", ".join(person.name for person in village.setting.people[:6])
    raise BadInput(f"Nobody in {village.setting.name} is called {name!a}: cast a character, or one of {some}...")
