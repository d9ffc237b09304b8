"""Files of any size whose shape is the worst for some way of reading: what costs more than its size must not be there."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from fuzzing.seeds import SEPARATOR, docbin, document, pdf

Shape = Callable[[int], bytes]
"""A file of about so many bytes."""

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _repeated(piece: bytes | str, before: bytes | str = b"", after: bytes | str = b"") -> Shape:
    piece, before, after = ((one.encode() if isinstance(one, str) else one) for one in (piece, before, after))
    return lambda size: before + piece * (size // len(piece)) + after


def _larger(shape: Shape) -> Shape:
    """For what is read so fast that its worst shows late."""
    return lambda size: shape(10 * size)


def _nested(opened: str, closed: str, before: str = "", within: str = "x", after: str = "") -> Shape:
    def shape(size: int) -> bytes:
        times = size // (len(opened.encode()) + len(closed.encode()))
        return (before + opened * times + within + closed * times + after).encode()

    return shape


def _numbered(line: str, before: str = "", after: str = "") -> Shape:
    """Lines with a number that counts up."""

    def shape(size: int) -> bytes:
        return (
            before + "".join(line.replace("@", str(at)) for at in range(size // len(line.encode()))) + after
        ).encode()

    return shape


_MARK: Final = "\u0651"
_WORD: Final = "وزارة "
_WORDS: Final[dict[str, Shape]] = {
    "one long word": _repeated("و"),
    "one long line": _repeated(_WORD),
    "combining marks": _repeated(_MARK, "و"),
    "marks that nothing is under": _repeated(_MARK, " ", "و"),
    "invisible marks": _repeated("\u200b", "و", "و"),
    "marks of direction between letters": _repeated("و\u200f\u200e"),
    "joiners": _repeated("\u200d", "😀", "😀"),
    "spaces": _repeated(" ", "و", "و"),
    "newlines": _repeated("\n", "و", "و"),
    "carriage returns": _repeated("\r\n", "و", "و"),
    "digits": _repeated("1"),
    "digits and spaces": _repeated("1 ", "", "x"),
    "dots": _repeated(".", "و"),
    "quotation marks": _repeated("“", "و"),
    "brackets": _repeated("(", "و"),
    "brackets of both kinds": _repeated(")(", "و"),
    "addresses": _repeated("https://..", "و"),
    "mail": _repeated("a.", "و", "@"),
    "links to others": _repeated("اقرأ أيضا\n"),
    "links in a list": _repeated("• اقرأ أيضا\n", "نص.\n", "نص طويل.\n"),
    "short lines": _repeated("نص\n"),
    "dates": _repeated("9 يوليوز 2024\n"),
    "sentences": _repeated("نص. "),
    "letters as they are drawn": _repeated("ﺓﺭﺍﺯﻭ "),
    "lines as they are drawn": _repeated("ﺓﺭﺍﺯﻭ (GB 5) 2024\n"),
    "brackets in a line that is drawn": _repeated("ﺓ(", "ﺍﻟﻮﺯﺍﺭﺓ "),
    "numbers in a line that is drawn": _repeated("ﺓ1 a ", "ﺍﻟﻮﺯﺍﺭﺓ "),
    "signs for words": _repeated("ﷲ ﷺ "),
    "letters beyond U+FFFF": _repeated("😀"),
    "flags": _repeated("🇲"),
    "hamzas": _repeated("و\u0654", "ؤ"),
}


def _package(shape: Shape, *, part: str = "word/document.xml") -> Shape:
    def made(size: int) -> bytes:
        data = shape(size).decode()
        return document(**{"core" if part.startswith("docProps") else "body": data})

    return made


def _members(size: int) -> bytes:
    stream = io.BytesIO(document())
    with zipfile.ZipFile(stream, "a") as file:
        for at in range(size // 100):
            file.writestr(f"{at}", b"")
    return stream.getvalue()


def _zeros(size: int) -> bytes:
    """What is a thousand times as large when it is unpacked."""
    packing = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    return b"".join(packing.compress(zeros) for _megabyte in range(size // 1000)) + packing.flush()


def _drawn(piece: bytes, before: bytes = b"", after: bytes = b"") -> Shape:
    return lambda size: pdf(b"BT /F 12 Tf 1 0 0 1 20 700 Tm " + before + piece * (size // len(piece)) + after)


_XMI: Final = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///c.ecore">'
)
_SOFA: Final = '<cas:Sofa xmi:id="1" sofaID="_InitialView" sofaString="وزارة الصحة"/>'
_CAS: Final = '{"%TYPES": {}, "%FEATURE_STRUCTURES": ['
_CAS_SOFA: Final = '{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "وزارة"}'
_PARAGRAPH: Final = "<p>قالت وزارة الصحة، اليوم، إن الخطة ستنجز في سنة 2030 وبعدها.</p>" * 4
_BODY: Final = f"<html><head><title>معرض</title></head><body><article>{_PARAGRAPH}"
_MHTML: Final = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n"
_ONE: Final = '{"text": "وزارة الصحة", '

SHAPES: Final[dict[str, dict[str, Shape]]] = {
    "text": _WORDS,
    "storing": _WORDS,
    "html": {
        "tags that nothing closes": _repeated("<div>", _BODY),
        "tags within tags": _nested("<b>", "</b>", _BODY),
        "lists within lists": _nested("<ul><li>", "</li></ul>", _BODY),
        "tables within tables": _nested("<table><tr><td>", "</td></tr></table>", _BODY),
        "attributes": _numbered(' a@="x"', _BODY + "<p", ">x</p>"),
        "one long attribute": _repeated("a", _BODY + '<p class="', '">x</p>'),
        "a comment that nothing closes": _repeated("a", _BODY + "<!--"),
        "comments": _repeated("<!---->", _BODY),
        "comments before the page": _repeated("<!---->"),
        "entities": _repeated("&amp;", _BODY + "<p>", "</p>"),
        "a long title": _repeated(
            "و ", "<html><head><title>", f"</title></head><body><article>{_PARAGRAPH}" + "<p>و و</p>" * 900
        ),
        "paragraphs": _repeated("<p>وزارة الصحة</p>", _BODY),
        "links": _repeated("<a href='/x'>و</a>", _BODY),
        "breaks": _repeated("و<br>", _BODY),
        "one long paragraph": _repeated(_WORD, _BODY + "<p>", "</p>"),
        "a paragraph of newlines": _repeated("\n", _BODY + "<p>و", "و</p>"),
        "a paragraph of spaces": _repeated(" ", _BODY + "<p>و", "و</p>"),
        "digits": _repeated("2024-", _BODY + "<p>", "</p>"),
        "dates": _repeated("2024-07-09 ", _BODY + "<p>", "</p>"),
        "metadata": _repeated(
            '<meta property="article:published_time" content="x2024">', _BODY.replace("</head>", ""), ""
        ),
        "a long script": _repeated("[", _BODY + '<script type="application/ld+json">', "</script>"),
        "many scripts": _repeated('<script type="application/ld+json">{"@type":"NewsArticle"}</script>', _BODY),
        "a long header of a saved page": _repeated(
            "(", _MHTML + "Content-Location: ", "\n\n--x\nContent-Type: text/html\n\n" + _BODY
        ),
        "a long type of a saved page": _repeated(
            " a=b;", _MHTML + "\n--x\nContent-Type: text/html;", "\n\n" + _BODY + "\n--x--\n"
        ),
        "encoded words": _repeated(
            " =?utf-8?q?a?=", _MHTML + "Snapshot-Content-Location: ", "\n\n--x\nContent-Type: text/html\n\n" + _BODY
        ),
        "parts of a saved page": _repeated("--x\nContent-Type: image/png\n\na\n", _MHTML + "\n"),
        "parts within parts": _numbered("--x\nContent-Type: message/rfc822\n\n" + _MHTML + "\n", _MHTML + "\n"),
        "parts with marks of their own": lambda size: b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\nMIME-Version: 1.0\n\n--b%d\n" % (at, at)
            for at in range(size // 70)
        ),
        "headers": _repeated("A: b\n", "", "MIME-Version: 1.0\nContent-Type: text/html\n\n" + _BODY),
        "bytes that are no encoding": _repeated(b"\xe9\xff ", b"<html><body><article><p>"),
        "control characters": _repeated("&#1;\x0b", _BODY + "<p>", "</p>"),
    },
    "csv": {
        "commas": _repeated(",", "text,b\n"),
        "columns": _numbered("c@,", "", "text\nx\n"),
        "a quotation mark that nothing closes": _repeated("a\n", 'text,b\n"'),
        "quotation marks": _repeated('"', "text,b\n"),
        "rows that are not like others": _repeated("a,b,c\n", "text,b\n"),
        "quoted newlines in many cells": _repeated('"a\n",', "text,b\n"),
        "one line": _repeated("a", "text,b\n"),
        "rows": _repeated("نص,9 يوليوز 2024\n", "text,date\n"),
        "semicolons and tabs": _repeated(";\t|", "text,b\n"),
        "blank lines": _repeated("\n", "text,b\n"),
        "long dates": _repeated("1", "text,date\nنص,"),
    },
    "docx": {
        "tables within tables": _package(
            _nested(
                "<w:tr><w:tc>",
                "</w:tc></w:tr>",
                f"<w:document {_W}><w:body>",
                "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
                "</w:body></w:document>",
            )
        ),
        "a table a little deep, and long": _package(
            lambda size: (
                f"<w:document {_W}><w:body>"
                + "<w:tr><w:tc>" * 60
                + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * (size // 40)
                + "</w:tc></w:tr>" * 60
                + "</w:body></w:document>"
            ).encode()
        ),
        "paragraphs that nothing closes": _package(_repeated("<w:p>", f"<w:document {_W}><w:body>")),
        "paragraphs": _package(
            _repeated("<w:p><w:r><w:t>x</w:t></w:r></w:p>", f"<w:document {_W}><w:body>", "</w:body></w:document>")
        ),
        "lines of a property": _package(_repeated("a\n", "<a><title>", "</title></a>"), part="docProps/core.xml"),
        "attributes": _package(_numbered(' a@="x"', f"<w:document {_W}><w:body", "></w:body></w:document>")),
        "members": _members,
    },
    "pdf": {
        "text": _drawn(b"(Hello) Tj 0 -14 Td "),
        "text in one line": _drawn(b"(Hello) Tj "),
        "one long text": _drawn(b"a", b"(", b") Tj"),
        "arrays within arrays": _drawn(b"["),
        "dictionaries within dictionaries": _drawn(b"<<"),
        "states that nothing takes back": _drawn(b"q "),
        "brackets": _drawn(b"("),
        "numbers": _drawn(b"1 "),
        "letters that are turned": _drawn(b"1 0.1 0 1 0 0 Tm (a) Tj "),
        "objects": lambda size: pdf(b"", *[b"null"] * (size // 40)),
        "pages": lambda _size: pdf(pages=b"3 0 R " * 400),
        "a page within itself": lambda _size: pdf(pages=b"2 0 R"),
        "zeros": lambda size: pdf(bytes(size * 100)),
        "a dictionary that nothing closes": _repeated(b"<<", b"%PDF-1.4\ntrailer"),
        "an array that nothing closes": _repeated(b"[", b"%PDF-1.4\ntrailer<</Root"),
        "text that ends nowhere": _repeated(b"(", b"%PDF-1.4\ntrailer<</Root"),
        "names": _repeated(b"/a", b"%PDF-1.4\ntrailer<<"),
        "nothing else": _repeated(b"\n", b"%PDF-1.4"),
        "trailers": _repeated(b"trailer<</Prev 9>>\n", b"%PDF-1.4\n", b"startxref\n9\n%%EOF"),
        "tables of objects": _repeated(b"xref\n0 1\n0000000000 65535 f\n", b"%PDF-1.4\n", b"startxref\n9\n%%EOF"),
        "a table that says that it is long": _repeated(b"0 99999999\n", b"%PDF-1.4\nxref\n", b"startxref\n9\n%%EOF"),
    },
    "jsonl": {
        "brackets": _repeated("[", '{"text": "a", "spans": '),
        "closed brackets": _nested("[", "]", '{"text": "a", "spans": ', "", "}"),
        "objects": _nested('{"a":', "}", "", "1"),
        "lists": _repeated("[],", '{"text": "a", "x": [', "1]}"),
        "spans": _repeated('{"start": 0, "end": 1, "label": "A"},', _ONE + '"spans": [', "{}]}"),
        "spans that are nowhere": _repeated(
            '{"start": 9, "end": 1, "label": "A"},', '{"text": "a", "spans": [', "{}]}"
        ),
        "spans over all": lambda size: (
            '{"text": "'
            + "ﺓﺭﺍﺯﻭ" * (size // 20)
            + '", "spans": ['
            + ",".join(f'{{"start": {at}, "end": {size // 4}, "label": "A"}}' for at in range(size // 100))
            + "]}"
        ).encode(),
        "zones": _numbered('{"kind": "body", "start": @, "end": @},', '{"text": "a", "zones": [', "{}]}"),
        "labels": _numbered('{"start": 0, "end": 1, "label": "A@"},', _ONE + '"spans": [', "{}]}"),
        "escapes": _repeated("\\u0648", '{"text": "', '"}'),
        "a text that nothing closes": _repeated("a", '{"text": "'),
        "lines that are nothing": _repeated("{\n"),
        "blank lines": _repeated("\n", '{"text": "a"}'),
        "keys": _numbered('"k@": 1,', "{", '"text": "a"}'),
        "states": _numbered('"a@": "done",', '{"text": "a", "states": {', '"b": "x"}}'),
        "a long date": _repeated("1 ", '{"text": "a", "published": "', '"}'),
    },
    "doccano": {
        "lists": _repeated("[],", '[{"text": "a", "label": [', "[]]}]"),
        "labels": _repeated('[0, 1, "A"],', '[{"text": "ab", "label": [', '[0, 1, "B"]]}]'),
        "lists within lists": _nested("[", "]", '[{"text": "a", "label": ', "", "}]"),
        "a list that nothing closes": _repeated("[", '[{"text": "a"},'),
        "quotation marks": _repeated('\\"', '[{"text": "'),
        "values": _repeated('{"text":"a"},', "[", "1]"),
        "numbers": _repeated("1,", "[", "1]"),
        "commas": _repeated(",", "[", "1]"),
        "values over several lines": _repeated('{\n"text":"a"}\n', "{\n}\n"),
        "columns": _numbered('"k@": "v",', "{", '"z": 1}'),
        "spaces": _repeated(" ", "[", "1]"),
    },
    "prodigy": {
        "spans": _repeated(
            '{"start": 0, "end": 1, "label": "A"},', '{"text": "ab", "answer": "accept", "spans": [', "{}]}"
        ),
        "spans that are nowhere": _repeated(
            '{"start": 5, "end": 1, "label": "A", "text": "' + "x" * 90 + '"},', '{"text": "ab", "spans": [', "{}]}"
        ),
    },
    "labelstudio": {
        "results": _repeated(
            '{"id": "r", "type": "labels", "value": {"start": 0, "end": 1, "labels": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
        "annotations": _repeated(
            '{"completed_by": 1, "result": []},', '[{"data": {"text": "ab"}, "annotations": [', "{}]}]"
        ),
        "columns": _numbered(
            '"k@": "vvvvv",',
            '[{"data": {',
            '"text": "ab"}, "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 1, "labels": []}}]}]}]',
        ),
        "labels": _repeated(
            '"A",',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 1, "labels": [',
            '"B"]}}]}]}]',
        ),
        "texts that are not there": _repeated(
            '{"id": "r", "type": "labels", "value": {"start": 1, "end": 2, "text": "'
            + "x " * 40
            + '", "labels": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
        "choices": _numbered(
            '{"id": "r@", "type": "choices", "value": {"choices": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
    },
    "conll": {
        "a long sentence": _repeated("وزارة B-ORG\n"),
        "sentences": _repeated("وزارة B-ORG\n\n"),
        "quotation marks": _larger(_repeated('" O\n', "و B-X\n")),
        "quotation marks of both kinds": _repeated("\" O\n' O\n” O\n", "و B-X\n"),
        "dots": _repeated(". O\n", "و B-X\n"),
        "tags": _repeated(" B-A", "و B-X\nو"),
        "labels": _numbered("و B-A@\n"),
        "labels that go on": lambda size: "".join(
            "و" + "".join(f" {'B' if at < 2 else 'I'}-A{label}" for label in range(200)) + "\n"
            for at in range(size // 1400)
        ).encode(),
        "tags that are out of order": _repeated("و I-A\nو I-B\n"),
        "tags that are none": _numbered("و B-A\nو Q@\nو O\nو O\nو O\nو O\n"),
        "a line that begins an article": _repeated("(", "و B-A\n\n-DOCSTART- "),
        "articles": _repeated("-DOCSTART- -X- O\n\nو O\n\n", "و B-A\n"),
        "long tokens": _numbered("@" + "و" * 500 + " B-ORG\n"),
        "long tags": _numbered("و B-@" + "A" * 500 + "\n", "و B-A\n" * 99),
        "items": _repeated("و|B-A ", "", "\n"),
        "comments": _repeated("# a\n", "و B-A\n"),
        "columns": _repeated(" a", "و B-A\n" * 50),
        "marks in tokens": _repeated(".\u0651", "", " B-A\n"),
        "words that end in marks": _repeated("\u200f", "1", " B-A\n% O\n"),
        "spaces": _repeated(" ", "و B-A\nو", "O\n"),
    },
    "conllu": {
        "words": _repeated("1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "words and a text of marks": lambda size: (
            "# text = "
            + "و " * (size // 60)
            + "\u200b" * (size // 6)
            + "\n"
            + "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" * (size // 60)
        ).encode(),
        "words before a text of marks": lambda size: (
            "# text = "
            + "\u200b" * (size // 6)
            + "و " * (size // 60)
            + "\n"
            + "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" * (size // 60)
        ).encode(),
        "words that are joined": _repeated(
            "1-99\tو\t_\t_\t_\t_\t_\t_\t_\tNER=B-X\n"
            + "".join(f"{at}\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" for at in range(1, 100))
        ),
        "lines that are none": _repeated("x\n", "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "misc": _numbered("k@=v|", "1\tو\t_\t_\t_\t_\t_\t_\t_\t", "a=b\n"),
        "tags": _repeated("1\tو\t_\t_\t_\t_\t_\t_\t_\tNER=I-X\n\n"),
        "comments": _numbered("# k@ = v\n", "", "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "spans": _repeated(
            "0:1:A:l:u:_:_;",
            "# spans = start:end:label:annotator:uid:value:note\n1\tو\t_\t_\t_\t_\t_\t_\t_\tSpan=",
            "0:1:A:l:u:_:_\n",
        ),
        "escapes": _repeated("\\s", "1\tو\t_\t_\t_\t_\t_\t_\t_\tSpacesAfter=", "\n"),
        "documents": _repeated("# newdoc\n1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n\n"),
    },
    "brat": {
        "spans": lambda size: (
            "".join(f"T{at}\tA 0 1\n" for at in range(size // 12)).encode() + SEPARATOR + "وزارة".encode()
        ),
        "spans of two pieces far apart": _larger(
            lambda size: (
                "".join(f"T{at}\tA 0 1;{size // 2} {size // 2 + 1}\n" for at in range(size // 40)).encode()
                + SEPARATOR
                + b"a"
                + b" " * (size // 2 - 1)
                + b"bc"
            )
        ),
        "pieces": lambda size: b"T1\tA 0 1" + b";0 1" * (size // 4) + SEPARATOR + b"abc",
        "pieces in order": lambda size: (
            ("T1\tA 0 1" + "".join(f";{2 * at} {2 * at + 1}" for at in range(1, size // 20))).encode()
            + SEPARATOR
            + b"a\n" * (size // 20)
        ),
        "notes": _repeated("#1\tAnnotatorNotes T1\tx\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "attributes": _repeated("A1\tX T1\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "kinds": _numbered("A1\tX@ T1\n", "T1\tA 0 1\n", SEPARATOR.decode() + "abc"),
        "lines that are nothing": _repeated("x\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "one long line": _repeated("x", "T1\t", SEPARATOR + b"abc"),
        "long copies": lambda size: b"T1\tA 0 1\t" + b"x" * size + SEPARATOR + b"abc",
        "newlines in the text": lambda size: b"T1\tA 0 1\n" + SEPARATOR + b"a\r\n" * (size // 3),
    },
    "webanno": {
        "layers": _repeated("#T_SP=a|b\n", "#FORMAT=WebAnno TSV 3.3\n", "#Text=a\n1-1\t0-1\ta\n"),
        "layers of version 2": _repeated("#a", " # a | b\n", "\n#text=a\n1-1\ta\t_\n"),
        "lines of layers of version 2": _repeated("#a\n", " # a | b\n", "\n#text=a\n1-1\ta\t_\n"),
        "stacked values": _repeated("a|", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "numbers in values": _repeated("[1]", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "escapes": _repeated("\\", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "escapes of Java": _repeated("\\u", "#FORMAT=WebAnno TSV 3.1\n#T_SP=a|b\n\n#Text=", "\n1-1\t0-1\ta\t_\n"),
        "escapes of Java of one letter": _repeated(
            "u", "#FORMAT=WebAnno TSV 3.1\n#T_SP=a|b\n\n#Text=\\", "\n1-1\t0-1\ta\t_\n"
        ),
        "slots": _repeated("a;", "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|ROLE_x:l_x|y\n\n#Text=a\n1-1\t0-1\ta\t", "\t_\n"),
        "sentences far apart": lambda size: (
            "#FORMAT=WebAnno TSV 3.3\n\n"
            + "".join(f"#Text=a\n1-1\t{at * 9000}-{at * 9000 + 1}\ta\t\n\n" for at in range(size // 30))
        ).encode(),
        "tokens": lambda size: (
            "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text="
            + "a " * (size // 30)
            + "\n"
            + "".join(f"1-{at}\t{2 * at}-{2 * at + 1}\ta\tX[1]\n" for at in range(size // 30))
        ).encode(),
        "tokens of version 2": lambda size: (
            " # a.B | c\n#id=1\n#text=" + "a " * (size // 20) + "\n" + "1-1\ta\tB-X\n" * (size // 20)
        ).encode(),
        "sentences": _repeated("#id=1\n#text=a\n1-1\ta\tB-X\n\n", " # a.B | c\n"),
        "lines that wait": _repeated("#Text=a\n", "#FORMAT=WebAnno TSV 3.3\n"),
    },
    "xmi": {
        "structures": _repeated("<c:A/>", _XMI + _SOFA, "</xmi:XMI>"),
        "spans": _repeated('<c:A sofa="1" begin="0" end="2" value="X"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "kinds": _numbered('<c:A@ sofa="1"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "elements within elements": _nested("<c:A>", "</c:A>", _XMI + _SOFA, "x", "</xmi:XMI>"),
        "attributes": _numbered(' a@="x"', _XMI + _SOFA + "<c:A", "/></xmi:XMI>"),
        "views": _numbered('<cas:View sofa="@" members="1 2"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "members": _numbered("@ ", _XMI + _SOFA + '<cas:View sofa="1" members="', '"/></xmi:XMI>'),
        "lists": _repeated("<l>1</l>", _XMI + _SOFA + "<c:A>", "</c:A></xmi:XMI>"),
        "names of spaces": _numbered(' xmlns:a@="http:///a@.ecore"', _XMI + _SOFA + "<c:A", "/></xmi:XMI>"),
        "comments before": _repeated("<!---->", "", _XMI + "</xmi:XMI>"),
        "structures in JSON": _repeated("{},", _CAS + _CAS_SOFA + ",", "{}]}"),
        "lists in JSON": _repeated("[],", _CAS + _CAS_SOFA + '], "x": [', "1]}"),
        "lists within lists in JSON": _nested("[", "]", _CAS + _CAS_SOFA + ',{"%TYPE": ', "", "}]}"),
        "views in JSON": _numbered(
            '"@": {"%SOFA": @, "%MEMBERS": [1]},', _CAS + _CAS_SOFA + '], "%VIEWS": {', '"x": 1}}'
        ),
    },
    "spacy-json": {
        "tokens": _repeated(
            '{"orth": "و", "ner": "U-A"},', '[{"paragraphs": [{"sentences": [{"tokens": [', '{"orth": "x"}]}]}]}]'
        ),
        "sentences": _repeated(
            '{"tokens": [{"orth": "و", "ner": "U-A"}]},', '[{"paragraphs": [{"sentences": [', '{"tokens": []}]}]}]'
        ),
        "paragraphs": _repeated(
            '{"sentences": [{"tokens": [{"orth": "و"}]}]},', '[{"paragraphs": [', '{"sentences": []}]}]'
        ),
        "lists within lists": _nested("[", "]", '[{"paragraphs": '),
        "documents": _repeated('{"paragraphs": []},', "[", "{}]"),
        "spaces": _repeated(" "),
        "empty tokens": _repeated(
            '{"orth": "", "ner": "U-A"},',
            '[{"paragraphs": [{"raw": "x", "sentences": [{"tokens": [',
            '{"orth": "x"}]}]}]}]',
        ),
    },
    "spacy": {
        "zeros": _zeros,
        "texts": lambda size: docbin(strings=[f"a{at}" for at in range(size // 8)]),
        "lists within lists": lambda size: (
            docbin(cats=zlib.compress(b""))
            if size < 0
            else zlib.compress(b"\x88\xa7version\xa1x\xa5attrs" + b"\x91" * size)
        ),
        "documents without words": lambda size: docbin(
            lengths=bytes(size // 3 * 4), tokens=b"", spaces=b"", flags=[], span_groups=[]
        ),
    },
    "recognition": {
        "spaces": _repeated(" "),
        "newlines": _repeated("\n"),
        "brackets": _repeated("["),
        "objects": _repeated('{"paragraphs":'),
        "sentences": _repeated('"sentences" ', '[{"paragraphs":[{'),
        "quotation marks": _repeated('"'),
        "comments": _repeated("<!--"),
        "tags": _repeated("<"),
        "meta": _repeated("<meta charset"),
        "names": _repeated("a:b\n"),
        "hashes": _repeated("#"),
        "tabs": _repeated("1\t"),
        "XMI": _repeated(" http://www.omg.org/XM", "<XMI "),
        "percent": _repeated("%PDF"),
        "labels": _repeated('" : [ [ 1 , 1 ,'),
        "numbers": _repeated("1-1\t"),
        "zeros": _zeros,
    },
    "labels": {
        "brackets": _repeated("[", "a="),
        "parts of a key": _repeated(".a", "a", "=1"),
        "keys of many parts": _repeated("a" + ".a" * 90 + "=1\n"),
        "labels": _numbered('[[label]]\nname = "A@"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\ntitle = {}\n'),
        "tables": _numbered("[a@]\n"),
        "digits": _repeated("1", "a="),
        "quotation marks": _repeated('"""', "a="),
    },
    "settings": {"brackets": _repeated("[", '{"x":'), "keys": _numbered('"k@": 1,', "{", '"z": 1}')},
    "report": {"brackets": _repeated("[", '{"x":')},
}
"""By the name of the reader (see fuzzing.targets.NAMES)."""
