"""What travels between copies of a corpus: steps, and what they need to be replayed elsewhere.

A merge is a union of steps by uid (see `model.replay`): a changeset has no order, and merging it again changes nothing.
Names of people and labels are those of the file that it comes from; uids identify them.
"""

from typing import Final

from msgspec import Struct

from annotator.model.decoders import prepare_decoders
from annotator.model.label_history import LabelEdit
from annotator.model.records import Article, Step, Zone

PERSON: Final = "person"
GOLD: Final = "gold"
"""The kind of the annotator whose layer adjudication makes."""
ANNOTATOR_KINDS: Final = (PERSON, GOLD)


class Person(Struct, frozen=True):
    """An annotator: `name` is for show, and local to a file; `uids` identify the person, who may have several.

    `kind` is one of ANNOTATOR_KINDS.
    """

    name: str
    uids: tuple[str, ...]
    kind: str = PERSON


class BaseArticle(Struct, frozen=True):
    """An article as it was before its first step: with the zones and time of publication that came with it.

    `added` is the time when it came into the corpus, ISO 8601 in UTC. The article has neither number nor custom title.
    """

    article: Article
    added: str
    zones: tuple[Zone, ...] = ()


class Batch(Struct, frozen=True):
    """Articles given out together; of a blind one, nobody sees what others did there."""

    uid: str
    name: str
    is_blind: bool
    time: str


class Assignment(Struct, frozen=True, gc=False):
    """An article given to an annotator, in a batch (`batch` is its uid) or not, or taken back.

    Of an article and an annotator, that with the highest `clock` stands (see Step); of equal ones, the last.
    """

    article: str
    annotator: str
    batch: str | None = None
    clock: int = 0
    is_taken_back: bool = False


class Changeset(Struct, frozen=True):
    """Steps of a corpus, all or some, with what they need.

    - `program` and `device`: the program's version and the uid of the computer that made it
    - `people`: everybody whom steps and assignments name, and who has several uids
    - `label_edits`: the whole record of changes of labels, from which the names in `steps` are understood; or a part
      of it, and then `steps` call every other label by its uid
    - `articles`: those of the steps, unless the receiver is known to have them, and those without any
    - `newer_steps`: the uids of steps that need a newer version of the program, and are therefore not in `steps`; from
      a server, also those of other items
    """

    program: str
    device: str | None = None
    people: tuple[Person, ...] = ()
    label_edits: tuple[LabelEdit, ...] = ()
    articles: tuple[BaseArticle, ...] = ()
    steps: tuple[Step, ...] = ()
    batches: tuple[Batch, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    newer_steps: tuple[str, ...] = ()


prepare_decoders(Changeset)
