"""A text in, the same text with typed stand-ins for personal data out; and where it was found, for the audit.

Eight kinds: mail, link (addresses of the web with somebody's key or name in them), account (IBAN), card, id (national
numbers), ip, address (street), phone. They are found by their written form and their check digits. **Names of people
are not found**, nor what can be guessed from the telling ("the only baker in Ash"): patterns cannot know them.
"""

from foundling.corpus.steps.personal.finding import KINDS, Found, found
from foundling.corpus.steps.personal.step import Personal

__all__ = ["KINDS", "Found", "Personal", "found"]
