"""Writing a whole team as one corpus."""

from collections.abc import Generator
from pathlib import Path

from annotator.jobs.syncing import sync
from annotator.jobs.teams.belonging import build_team
from annotator.jobs.teams.connecting import open_membership
from annotator.model.labels import LabelSet
from annotator.remotes.memberships import Membership
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import count_articles
from annotator.store.queries.team import join_team as record_team
from annotator.store.queries.team import leave_team as forget_team


def copy_team(membership: Membership, path: Path) -> Generator[tuple[int, int], None, int]:
    """Write all that the member may read of a team to a new corpus that belongs to none; return its articles.

    Closed early, it leaves nothing behind. Raises CorpusError.
    """
    with (
        open_membership(membership) as remote,
        new_file(path) as temporary,
        Corpus.create(temporary, LabelSet(())) as corpus,
    ):
        record_team(corpus, build_team(membership))
        yield from sync(corpus, remote)  # it has nothing to send
        forget_team(corpus)
        return count_articles(corpus)
