from annotator.library.corpus import Corpus as Corpus
from annotator.library.corpus import create as create
from annotator.library.corpus import load_dataset as load_dataset
from annotator.library.corpus import open as open  # noqa: A004 - as annotator.open
from annotator.library.values import Article as Article
from annotator.library.values import Match as Match
from annotator.library.values import Span as Span
from annotator.library.values import Suggestion as Suggestion
from annotator.library.values import Zone as Zone
from annotator.model.operations import InvalidEdit as InvalidEdit
from annotator.store.errors import CorpusError as CorpusError

__all__: list[str]
__version__: str
