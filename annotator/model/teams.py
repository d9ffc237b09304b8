"""What the store and the remotes of teams agree on: the roles of members, and where a reader begins."""

from typing import Final

ANNOTATOR: Final = "annotator"
CURATOR: Final = "curator"
LEAD: Final = "lead"
ROLES: Final = (ANNOTATOR, CURATOR, LEAD)
"""What members may do, the least first: edit their own layers; edit gold, and read all; everything."""

BEGINNING: Final = ""
"""The cursor of a reader who has read nothing."""
