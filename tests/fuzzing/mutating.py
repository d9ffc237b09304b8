"""Nearly valid files: seeds with a few changes that break readers."""

from collections.abc import Sequence

from hypothesis import strategies as st

ODD_PIECES = (
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b"\r\n",
        b"\x0b",
        b"\x1f",
        b"\x85",
    ),
    *("\u2028".encode(), "\u200f".encode(), "\u200b".encode(), "\u0640".encode(), "\u0651".encode(), "ﷺ".encode()),
    *(
        "ﻻ".encode(),
        "\U0010ffff".encode(),
        "👩\u200d👧".encode(),
        "\ufffe".encode(),
        "\u202e".encode(),
        "\u0600".encode(),
    ),
    *(
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"\\u0000",
        b"\\",
        b'"',
        b"'",
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"&#xD800;",
        b"]]>",
        b"%",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b";",
        b"|",
        b"\t",
        b"\n\n",
        b" ",
        b"#",
        b"_",
        b"*",
        b"-",
        b"B-X",
        b"I-X",
        b"O",
    ),
    *(
        b"0",
        b"-1",
        b"1e999",
        b"99999999999999999999",
        b"4294967296",
        b"9" * 5000,
        b"null",
        b"true",
        b"NaN",
        b"{}",
        b"[]",
    ),
    *(
        b"-DOCSTART- (",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<![CDATA[",
        b"<!--",
        b"<?xml version='1.0' encoding='utf-7'?>",
    ),
    *(
        b"http://127.0.0.1:9/",
        b"../../x",
        b"$#$",
        "٣".encode(),
        "²".encode(),
        b"\xe2\x80\x8f" * 30,
        b"endobj",
        b"stream",
    ),
)
_NESTED = (
    (b"[", b"]"),
    (b'{"a":', b"}"),
    (b"(", b")"),
    (b"<div>", b"</div>"),
    (b"<w:tr><w:tc>", b"</w:tc></w:tr>"),
    (b"<<", b">>"),
)


@st.composite
def mutations(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Draw one of the seeds with some of its bytes cut, moved, repeated, flipped, or with others inserted."""
    data = draw(st.sampled_from(seeds))
    for _change in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        kind = draw(
            st.sampled_from(("odd", "cut", "end", "twice", "swap", "flip", "splice", "nest", "byte", "newline"))
        )
        piece = data[start:end]
        if kind == "odd":
            data = data[:start] + draw(st.sampled_from(ODD_PIECES)) + data[end if draw(st.booleans()) else start :]
        elif kind == "cut":
            data = data[:start] + data[end:]
        elif kind == "end":
            data = data[:start]
        elif kind == "twice":
            data = data[:start] + piece * draw(st.sampled_from((2, 3, 50))) + data[end:]
        elif kind == "swap":
            data = data[:start] + data[end : end + 20] + piece + data[end + 20 :]
        elif kind == "flip" and piece:
            data = data[:start] + bytes([piece[0] ^ (1 << draw(st.integers(0, 7)))]) + data[start + 1 :]
        elif kind == "splice":
            other_seed = draw(st.sampled_from(seeds))
            cut = draw(st.integers(0, len(other_seed)))
            data = data[:start] + other_seed[cut : cut + 60] + data[end:]
        elif kind == "nest":
            before, after = draw(st.sampled_from(_NESTED))
            times = draw(st.sampled_from((3, 200, 3000)))
            data = data[:start] + before * times + piece + after * times + data[end:]
        elif kind == "byte":
            data = data[:start] + draw(st.binary(max_size=8)) + data[end:]
        elif kind == "newline":
            data = data.replace(b"\n", draw(st.sampled_from((b"\r\n", b"\r", b"\n\n", b"\xe2\x80\xa8"))))
    return data
