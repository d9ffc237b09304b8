from annotator.library.corpus import Corpus as Corpus
from annotator.library.opening import create as create
from annotator.library.opening import load_dataset as load_dataset
from annotator.library.opening import open as open  # noqa: A004 - as annotator.open
from annotator.library.values import Article as Article
from annotator.library.values import Disagreement as Disagreement
from annotator.library.values import Fix as Fix
from annotator.library.values import Issue as Issue
from annotator.library.values import Match as Match
from annotator.library.values import Span as Span
from annotator.library.values import Suggestion as Suggestion
from annotator.library.values import Zone as Zone
from annotator.model.operations import InvalidEdit as InvalidEdit
from annotator.store.errors import CorpusError as CorpusError

__all__: list[str]
__version__: str
