"""CoNLL-U (universaldependencies.org/format.html): the words of a text, one a line, with a tag each.

    # newdoc id = 6c8c…
    # newpar
    # sent_id = 12-1
    # sent_offset = 130
    # text = أعلنت الوزارة.
    1   أعلنت   _   _   _   _   _   _   _   name=O
    2   الوزارة _   _   _   _   _   _   _   name=B-INSTITUTION|SpaceAfter=No
    3   .       _   _   _   _   _   _   _   name=O

Written is plain CoNLL-U of the exported zones: the tags of the flat spans in `name` of MISC, as in NorNE and DaNE and
as spaCy reads them; a document for each article, with its uid, and its number in the sentences' ids; a paragraph for
each line. `sent_offset` is where the sentence begins in the article's text, in code points. Words are without invisible
marks, and space is one blank or none. An article without words has only its `newdoc`.

Of other programs' CoNLL-U, the text and the entities in NER or `name` are read, in any BIO scheme. The text of a
sentence is `# text` if that has the words in order. Each sentence is a line, unless paragraphs are marked.
`conllu_articles` also reads the lossless dialect that version 0.1.0 wrote.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from pathlib import Path, PurePath
from typing import Final, TextIO

from annotator.formats.conll.conllu_articles import DocumentReader
from annotator.formats.conll.conllu_sentences import BOM, read_sentences
from annotator.formats.conll.tag_columns import LineTags, MalformedFile
from annotator.formats.format import ArticleTags, Format, Trace, build_lines
from annotator.formats.standoff.annotations import Tally
from annotator.i18n import N_
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Remark
from annotator.tagging import schemes
from annotator.tagging.combined import CombinedProjection, project_combined, space_between
from annotator.tagging.flat import ProjectionOptions

_SUFFIXES: Final = (".conllu",)
_WORD_LINE: Final = re.compile(rb"[0-9]{1,9}(?:[-.][0-9]{1,9})?(?:\t[^\t]+){5}\t(?:_|[0-9]{1,9})(?:\t[^\t]+){3}")

_NEWDOC: Final = re.compile(r"# newdoc id = ([^\n]+)\n")
_NEWPAR: Final = "# newpar\n"
_SENTENCE_HEAD: Final = re.compile(r"# sent_id = [0-9]+-[0-9]+\n# sent_offset = ([0-9]+)\n")
_HEAD_LINES: Final = 3  # with the text
_EMPTY_COLUMNS: Final = "\t_" * 7
_NO_SPACE: Final = "|SpaceAfter=No"
_WRITTEN_ROW: Final = re.compile(r"([0-9]+)\t([^\t\n]+)(?:\t_){7}\tname=([^\t\n|]+)(\|SpaceAfter=No)?\n")


class _ConlluTags(LineTags[CombinedProjection]):
    """A tag a word in MISC, with the space between words."""

    def project(self, annotated: AnnotatedArticle, labels: LabelSet, options: ProjectionOptions) -> CombinedProjection:
        """See Tags."""
        return project_combined(annotated.article, annotated.zones, annotated.spans, labels, options, "")

    def write(self, stream: TextIO, article: CombinedProjection, scheme: str, depth: int = 1) -> None:
        """See LineTags."""
        stream.write(f"# newdoc id = {article.article.uid}\n")
        spaces = _spaces_after(article)
        is_new_line = True
        for number, sentence in enumerate(article.sentences, 1):
            words = [article.token_text(token) for token in sentence.tokens]
            word_spaces = list(islice(spaces, len(words)))
            tags = schemes.encode(len(words), sentence.flat_chunks, scheme)
            stream.write(_NEWPAR if is_new_line else "")
            stream.write(f"# sent_id = {article.article.id}-{number}\n")
            stream.write(f"# sent_offset = {article.find_start(sentence.tokens[0])}\n")
            stream.write(_text_line(words, map(bool, word_spaces)))
            for id_, (word, tag, space) in enumerate(zip(words, tags, word_spaces, strict=True), 1):
                stream.write(f"{id_}\t{word}{_EMPTY_COLUMNS}\tname={tag}{'' if space else _NO_SPACE}\n")
            stream.write("\n")
            is_new_line = "\n" in word_spaces[-1]

    def read_articles(self, stream: TextIO, depth: int = 1) -> Iterator[ArticleTags]:
        """See LineTags."""
        uid: str | None = None
        article: list[list[tuple[str, str]]] = []
        offsets: list[int] = []
        lines: list[str] = []
        for number, line in enumerate(chain(stream, [""]), 1):
            newdoc = _NEWDOC.fullmatch(line)
            if (newdoc or line == "") and not lines:
                if uid is not None:
                    yield ArticleTags((build_lines(article),), trace=Trace(uid, offsets))
                uid, article, offsets = newdoc[1] if newdoc else None, [], []
            elif uid is None or not line.endswith("\n"):
                raise MalformedFile(number)
            elif line != "\n":
                lines.append(line)
            else:
                sentence, offset = _parse_sentence(lines, number - len(lines))
                article.append(sentence)
                offsets.append(offset)
                lines = []


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether the first line that is no comment is a word with ten columns.

    A file of only comments is recognised by its suffix.
    """
    lines = [line.rstrip(b"\r") for line in beginning.removeprefix(BOM).split(b"\n") if line.strip()]
    first = next((line for line in lines if not line.startswith(b"#")), None)
    if first is None:
        return PurePath(name).suffix in _SUFFIXES and bool(lines)
    return _WORD_LINE.fullmatch(first) is not None and not lines[0].startswith(b"#FORMAT")


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, and a remark for each skip or repair.

    Spans without an annotator become `annotator`'s. Raises OSError.
    """
    skipped = Tally()
    document: DocumentReader | None = None
    with path.open("rb") as file:
        for sentence in read_sentences(file):
            if not (sentence.words or sentence.refusals or sentence.starts("newdoc")):
                continue
            if document is None or sentence.starts("newdoc"):
                yield from document.finish() if document else ()
                document = DocumentReader(str(path), annotator, sentence, skipped)
            document.add(sentence)
    yield from document.finish() if document else ()
    yield from skipped.refusals(path)


def _spaces_after(article: CombinedProjection) -> Iterator[str]:
    """Yield the space after each word of the file; a line ends after the last."""
    tokens = chain.from_iterable(sentence.tokens for sentence in article.sentences)
    for token, following in pairwise(tokens):
        yield space_between(article.article.text, token.end, following.start)
    yield "\n"


def _text_line(words: Iterable[str], has_space: Iterable[bool]) -> str:
    """Return a sentence's text as a comment."""
    text = "".join(word + " " * is_before_space for word, is_before_space in zip(words, has_space, strict=True))
    return f"# text = {text.rstrip(' ')}\n"


def _parse_sentence(lines: Sequence[str], number: int) -> tuple[list[tuple[str, str]], int]:
    """Return the tokens and tags in a sentence's lines, from the one with this number, and its offset.

    Raises MalformedFile.
    """
    first = int(lines[:1] == [_NEWPAR])
    text_line = first + _HEAD_LINES - 1
    head = _SENTENCE_HEAD.fullmatch("".join(lines[first:text_line]))
    if not head or len(lines) <= text_line + 1:
        raise MalformedFile(number)
    has_space: list[bool] = []
    sentence: list[tuple[str, str]] = []
    for id_, line in enumerate(lines[text_line + 1 :], 1):
        row = _WRITTEN_ROW.fullmatch(line)
        if not row or int(row[1]) != id_:
            raise MalformedFile(number + text_line + id_)
        sentence.append((row[2], row[3]))
        has_space.append(not row[4])
    if lines[text_line] != _text_line((word for word, _tag in sentence), has_space):
        raise MalformedFile(number + text_line)
    return sentence, int(head[1])


TAGS: Final = _ConlluTags()
FORMAT: Final = Format(
    name="conllu",
    title="CoNLL-U",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    is_projection=True,
    output=TAGS,
    export_title=N_("CoNLL-U: a tag per word in the last column"),
)
