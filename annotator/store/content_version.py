"""The version of a corpus's content, to tell whether others have written."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

CONTENT_VERSION: Final = """
    SELECT
        (SELECT coalesce(max(id), 0) FROM stored_edit),
        (SELECT coalesce(max(id), 0) FROM article),
        (SELECT coalesce(max(rowid), 0) FROM assignment),
        (SELECT coalesce(max(rowid), 0) FROM unassignment),
        (SELECT count(*) FROM identity) - (SELECT count(*) FROM annotator),
        (SELECT json_group_array(json_array(name, position, title, guideline, light, dark, key)) FROM label),
        (SELECT json_group_array(json_array(source, time)) FROM learned)
"""
"""The SQL of the fields of a `ContentVersion`, which takes no longer in a large corpus."""


class ContentVersion(Struct, frozen=True, gc=False):
    """What differs after any change of a corpus except of annotators' last positions.

    `last_edit` is the id of the last edit, `last_article` the highest number, `last_assignment` the number of the last
    article that was given out, `last_unassignment` that of the last one taken back. `joins` counts the uids that
    annotators have beside one each (see `store.annotator_merging`). `labels` and `models` are JSON texts.
    """

    last_edit: int
    last_article: int
    last_assignment: int
    last_unassignment: int
    joins: int
    labels: str
    models: str

    def after_edits(self, count: int) -> "ContentVersion":
        """Return the version after `count` more edits."""
        return replace(self, last_edit=self.last_edit + count)
