"""The SQL of the tables about the team of a corpus, and of the triggers that fill them (see schema.m010).

It is part of a released migration: never change it.
"""

from typing import Final

STEP: Final = "step"
LABEL: Final = "label"
ARTICLE: Final = "article"
BATCH: Final = "batch"
ASSIGNMENT: Final = "assignment"
"""The kinds of what may be pending. The uid of an assignment is that of its article, a space, and the annotator."""

_INSERTED: Final = (
    ("stored_edit", STEP, "new.step"),
    ("label_edit", LABEL, "new.uid"),
    ("article", ARTICLE, "new.uid"),
    ("batch", BATCH, "new.uid"),
)
"""The tables whose rows never change what they say, the kind of what they have, and its uid."""
_REGISTERS: Final = ("assignment", "unassignment")
"""The tables of which the latest row stands."""
_REGISTER_UID: Final = "new.article || ' ' || new.annotator"


def create_tables() -> tuple[str, ...]:
    """Return the statements that create the tables."""
    return (
        """
        CREATE TABLE team (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            uid TEXT NOT NULL,
            name TEXT NOT NULL,
            address TEXT NOT NULL,
            member TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('annotator', 'curator', 'lead')),
            cursor TEXT NOT NULL,
            synced TEXT
        ) STRICT
        """,
        """
        CREATE TABLE pending (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('step', 'label', 'article', 'batch', 'assignment')),
            uid TEXT NOT NULL,
            UNIQUE (kind, uid)
        ) STRICT
        """,
    )


def create_triggers() -> tuple[str, ...]:
    """Return the statements that create the triggers."""
    return (
        *(_trigger(f"{kind}_is_pending", f"INSERT ON {table}", kind, uid) for table, kind, uid in _INSERTED),
        *(
            _trigger(f"{table}_{event.lower()}_is_pending", f"{event} ON {table}", ASSIGNMENT, _REGISTER_UID)
            for table in _REGISTERS
            for event in ("INSERT", "UPDATE")
        ),
    )


def _trigger(name: str, event: str, kind: str, uid: str) -> str:
    # Not INSERT OR IGNORE: the statement that fires a trigger decides about conflicts in it.
    return f"""
        CREATE TRIGGER {name} AFTER {event}
        WHEN EXISTS (SELECT 1 FROM team)
            AND NOT EXISTS (SELECT 1 FROM pending WHERE kind = '{kind}' AND uid = {uid})
        BEGIN
            INSERT INTO pending (kind, uid) VALUES ('{kind}', {uid});
        END
        """
