"""The SQL of the table of steps, and of edits that name their step by its number (see docs/adr/0030).

It is part of a released migration: never change it.
"""

from typing import Final

_COLUMNS: Final = "name, annotator, time, undoes, clock, device, actor"
"""The columns of a step beside its number and uid."""
_NULL_KEYS: Final = ("value", "note", "source", "cause", "reason")
"""The keys of records that are left out where they have no value."""


def _without_nulls(column: str) -> str:
    # A quote within a text is escaped, so this is never part of one.
    for key in _NULL_KEYS:
        column = f"""replace({column}, ',"{key}":null', '')"""
    return column


def _replace_uid(column: str, before: str, after: str) -> str:
    return f"""replace({column}, '"article":"' || {before} || '"', '"article":"' || {after} || '"')"""


def store_steps() -> tuple[str, ...]:
    """Return the statements that move steps into a table of their own, behind the view of edits as it was."""
    return (
        "DROP VIEW edit",
        """
        CREATE TABLE stored_step (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            annotator TEXT NOT NULL REFERENCES annotator(name),
            time TEXT NOT NULL,
            undoes TEXT,
            clock INTEGER NOT NULL DEFAULT 0,
            device TEXT,
            actor TEXT
        ) STRICT
        """,
        f"""
        INSERT INTO stored_step
        SELECT NULL, step, {_COLUMNS} FROM stored_edit
        WHERE id IN (SELECT min(id) FROM stored_edit GROUP BY step) ORDER BY id
        """,
        "DROP TRIGGER step_is_pending",
        "ALTER TABLE stored_edit RENAME TO former_edit",
        """
        CREATE TABLE stored_edit (
            id INTEGER PRIMARY KEY,
            step INTEGER NOT NULL REFERENCES stored_step(id),
            article INTEGER NOT NULL REFERENCES article(id),
            before TEXT,
            after TEXT,
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT
        """,
        f"""
        INSERT INTO stored_edit
        SELECT former_edit.id, stored_step.id, article, {_without_nulls("before")}, {_without_nulls("after")}
        FROM former_edit CROSS JOIN stored_step ON stored_step.uid = former_edit.step ORDER BY former_edit.id
        """,
        "DROP TABLE former_edit",
        "CREATE INDEX step_by_clock ON stored_step(clock)",
        "CREATE INDEX edit_by_article ON stored_edit(article, step)",
        "CREATE INDEX edit_by_step ON stored_edit(step)",
        *_create_view(),
        # A step that gets another part is pending again.
        """
        CREATE TRIGGER step_is_pending AFTER INSERT ON stored_edit
        WHEN EXISTS (SELECT 1 FROM team) AND NOT EXISTS (
            SELECT 1 FROM pending WHERE kind = 'step' AND uid = (SELECT uid FROM stored_step WHERE id = new.step)
        )
        BEGIN
            INSERT INTO pending (kind, uid) SELECT 'step', uid FROM stored_step WHERE id = new.step;
        END
        """,
    )


def _create_view() -> tuple[str, ...]:
    """Return the statements that create the view of edits, each with its step, and the triggers that write them."""
    whole_before, whole_after = (
        _replace_uid(column, "substr(article_number.uid, 1, 8)", "article_number.uid") for column in ("before", "after")
    )
    before, after = (
        _replace_uid(column, "new.article", "substr(new.article, 1, 8)") for column in ("new.before", "new.after")
    )
    add_step = f"""
        INSERT INTO stored_step (uid, {_COLUMNS})
        SELECT
            new.step, new.name, new.annotator, new.time, new.undoes, coalesce(new.clock, 0), new.device, new.actor
        WHERE NOT EXISTS (SELECT 1 FROM stored_step WHERE uid = new.step)
    """
    number = "(SELECT id FROM stored_step WHERE uid = new.step)"
    article = "(SELECT id FROM article_number WHERE uid = new.article)"
    return (
        f"""
        CREATE VIEW edit AS
        SELECT
            stored_edit.id, stored_step.uid AS step, name, article_number.uid AS article, annotator, time, undoes,
            {whole_before} AS before, {whole_after} AS after, clock, device, actor
        FROM stored_edit
        JOIN stored_step ON stored_step.id = stored_edit.step
        JOIN article_number ON article_number.id = stored_edit.article
        """,
        f"""
        CREATE TRIGGER edit_insert INSTEAD OF INSERT ON edit
        BEGIN
            {add_step};
            INSERT INTO stored_edit VALUES (new.id, {number}, {article}, {before}, {after});
        END
        """,
        f"""
        CREATE TRIGGER edit_update INSTEAD OF UPDATE ON edit
        BEGIN
            {add_step};
            UPDATE stored_step SET ({_COLUMNS}) = (
                new.name, new.annotator, new.time, new.undoes, new.clock, new.device, new.actor
            )
            WHERE uid = new.step AND ({_COLUMNS}) IS NOT (
                new.name, new.annotator, new.time, new.undoes, new.clock, new.device, new.actor
            );
            UPDATE stored_edit SET id = new.id, step = {number}, article = {article}, before = {before}, after = {after}
            WHERE id = old.id;
            DELETE FROM stored_step WHERE uid = old.step AND old.step <> new.step
                AND NOT EXISTS (SELECT 1 FROM stored_edit WHERE step = stored_step.id);
        END
        """,
        """
        CREATE TRIGGER edit_delete INSTEAD OF DELETE ON edit
        BEGIN
            DELETE FROM stored_edit WHERE id = old.id;
            DELETE FROM stored_step WHERE uid = old.step
                AND NOT EXISTS (SELECT 1 FROM stored_edit WHERE step = stored_step.id);
        END
        """,
    )
