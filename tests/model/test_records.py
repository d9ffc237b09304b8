"""Tests of the ids of records and of who owns them."""

import re

from annotator.model.identities import derive_uid, new_identity
from annotator.model.records import new_uid


def test_uids_are_short_and_differ() -> None:
    uids = [new_uid() for _number in range(10_000)]
    assert len(set(uids)) == len(uids)
    assert all(re.fullmatch("[0-9a-v]{16}", uid) for uid in uids)


def test_identities_have_the_form_that_servers_check() -> None:
    for uid in (new_identity(), derive_uid("person", "a", "b")):
        assert re.fullmatch("[0-9a-f]{32}", uid)
