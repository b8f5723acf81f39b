"""The home: one folder that is a being. Atomic writes, content addresses, one writer, and a ledger that shows changes.

Bytes, events and names come in; verified bytes and events go out. It knows nothing of models, stories or judges.
"""

from foundling.home.chain import GENESIS
from foundling.home.files import (
    clear_leftovers,
    commit_folder,
    read_verified,
    remove_folder,
    temporary,
    verify_folder,
    write_atomically,
    write_folder,
)
from foundling.home.home import Home
from foundling.home.ledger import Event, Ledger, Speaker
from foundling.home.lock import hold
from foundling.home.names import check_name, name_key

__all__ = [
    "GENESIS", "Event", "Home", "Ledger", "Speaker",
    "check_name", "clear_leftovers", "commit_folder", "hold", "name_key", "read_verified", "remove_folder", "temporary",
    "verify_folder", "write_atomically", "write_folder",
]
