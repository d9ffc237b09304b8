"""Identities that copies of one corpus share: of persons, labels and computers.

Names are for show: two people may have the same, and a label may be renamed.
"""

from typing import Final
from uuid import UUID, uuid4, uuid5

_NAMESPACE: Final = UUID("6a1f7f0e-5a3c-5c0b-9d55-0f3a4d1b7c20")


def new_identity() -> str:
    """Return the identity of a new team, or of a member who has none yet: 32 hexadecimal digits, as remotes expect."""
    return uuid4().hex


def derive_uid(*parts: str) -> str:
    """Return the uid that these parts always give."""
    return uuid5(_NAMESPACE, "\0".join(parts)).hex


GOLD_UID: Final = derive_uid("gold")
"""The identity of the gold layer's owner in every corpus."""

GOLD_NAME: Final = "gold"
"""The name of the gold layer's owner, in a corpus where no person has it."""


def person_uid(device: str, name: str) -> str:
    """Return the identity of the person who works under this name on the computer with the uid `device`."""
    return derive_uid("person", device, name)


def label_uid(name: str) -> str:
    """Return the identity of a label that is created with this name: the same in each corpus."""
    return derive_uid("label", name)
