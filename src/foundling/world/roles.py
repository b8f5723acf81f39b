"""A village that has not begun and new names in, the same village with these people under their new names out.

So a character, a being or a person takes the place of a villager: house, family, work and things stay as they were.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from foundling.home import check_name, name_key
from foundling.records import BadInput
from foundling.world.village import Setting, Village
from foundling.world.village.records import Person

GROWN, OLD = 18, 60
_SHE = re.compile(r"\b(?:she|her|hers|herself|woman)\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|his|him|himself|man)\b", re.IGNORECASE)


class Recast(Village):
    """A village, before its first minute, in which some people bear other names."""

    def __init__(self, village: Village, roles: Mapping[str, str]) -> None:
        """`roles`: villager -> new name. Raises BadInput when the village has begun, or two would have one name."""
        if village.minute or village.events:
            raise BadInput("The village lives already: give people their names before its first minute.")
        self._begin(renamed(village.setting, roles), village.threads)


def renamed(setting: Setting, roles: Mapping[str, str]) -> Setting:
    """The setting with these people under their new names, also as kin and as owners. Raises BadInput as Recast."""
    new = {old: check_name(name) for old, name in roles.items()}
    names = [new.get(p.name, p.name) for p in setting.people]
    if len({name_key(name) for name in names}) < len(names):
        raise BadInput(f"Two people of {setting.name} would have the same name: give each a name of their own.")
    people = tuple(
        replace(p, name=name, kin=tuple((word, new.get(other, other)) for word, other in p.kin))
        for p, name in zip(setting.people, names, strict=True)
    )
    things = tuple(
        replace(t, owner=new.get(t.owner, t.owner), holder=new.get(t.holder, t.holder)) for t in setting.things
    )
    return replace(setting, people=people, things=things)


def villager(setting: Setting, name: str) -> str:
    """The villager of a name, whatever its case; "" for none."""
    key = name_key(name)
    return next((p.name for p in setting.people if name_key(p.name) == key), "")


def role_for(setting: Setting, taken: Collection[str], bio: str = "") -> str:
    """A villager whose place a newcomer can take: there from the beginning, grown up if possible, not one of `taken`,
    and she or he as the bio says, where it says so. Raises BadInput when all are taken."""
    she, he = len(_SHE.findall(bio)), len(_HE.findall(bio))
    they = "she" if she > he else "he" if he > she else ""

    def misfit(person: Person) -> tuple[bool, bool, bool]:
        return not person.age >= GROWN, bool(they) and person.they != they, person.age >= OLD

    free = [p for p in setting.people if not p.away and p.name not in taken]
    if not free:
        raise BadInput(f"Every place in {setting.name} is taken: ask for more people, or for fewer characters.")
    return min(free, key=misfit).name
