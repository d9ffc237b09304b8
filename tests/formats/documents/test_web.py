"""Web pages: the main text, what the page says of itself, and nothing from anywhere else."""

import codecs
import email.message
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.formats.documents import web
from annotator.formats.documents.web import read, recognises
from annotator.model.records import BODY, HEADLINE, Article, Draft, Refusal

TITLE = "افتتاح معرض الكتاب بوجدة"
FIRST = "افتتحت وزارة الثقافة، يوم الثلاثاء، معرض الكتاب بمدينة وجدة، بحضور كتاب وناشرين من كل البلدان المغاربية."
SECOND = "وقال الوزير إن المعرض “سيستمر” أسبوعين، وإن الخطة 2023-2030 تنص على فتح مكتبات جديدة في كل المدن."
THIRD = "ويشارك في المعرض، حسب بلاغ للوزارة، أكثر من مئتي ناشر، إضافة إلى لقاءات يومية مع الكتاب والقراء."
HEAD = (
    f'<title>{TITLE} - جريدة</title><meta property="og:title" content="{TITLE}">'
    '<meta property="og:site_name" content="جريدة"><link rel="canonical" href="https://example.ma/a/1">'
)
DATED = '<meta property="article:published_time" content="2024-07-09T09:00:00+01:00">'
MENU = "<nav><ul><li><a href='/'>الرئيسية</a></li><li><a href='/s'>رياضة</a></li></ul></nav>"
FOOT = "<footer><p>جميع الحقوق محفوظة</p></footer>"


def page(*paragraphs: str, head: str = HEAD, above: str = f"<h1>{TITLE}</h1>", declared: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs or (FIRST, SECOND, THIRD))
    return (
        f"<!DOCTYPE html>\n<html lang='ar'><head>{declared}{head}</head><body>{MENU}"
        f"<article>{above}{text}</article>{FOOT}</body></html>"
    )


def found(path: Path, data: str | bytes) -> Draft | Refusal:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (item,) = read(path, "a")
    return item


def draft(path: Path, data: str | bytes) -> Draft:
    item = found(path, data)
    assert isinstance(item, Draft), item
    return item


def article(path: Path, data: str | bytes) -> Article:
    return draft(path, data).article


def reason(path: Path, data: str | bytes) -> str:
    item = found(path, data)
    assert isinstance(item, Refusal)
    assert (item.path, item.line) == (str(path), 0)
    return item.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every try to reach the network, which fails."""
    tries: list[object] = []

    def refuse(*arguments: object, **_options: object) -> None:
        tries.append(arguments)
        raise OSError("no network in this test")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, refuse)
    return tries


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A server that nobody should call, not even a library that has sockets of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_text_and_what_the_page_says_of_itself(path):
    item = draft(path, page(head=HEAD + DATED))
    text = "\n".join((TITLE, FIRST, SECOND, THIRD))
    assert item.article == Article(item.article.uid, text, TITLE, "2024-07-09", "جريدة", "https://example.ma/a/1")
    assert [zone.kind for zone in item.zones] == [HEADLINE, BODY, BODY, BODY]


def test_the_headline_is_there_once(path):
    again = page(TITLE, FIRST, SECOND, THIRD, above="")
    assert article(path, again).text.count(TITLE) == 1
    assert article(path, again).text.startswith(TITLE)
    # The title alone may differ in its marks and spaces.
    other = article(path, page("«اِفتتاح  معرض الكتاب» بوجدة", FIRST, SECOND, THIRD, above=""))
    assert other.text.split("\n")[0].startswith("«اِفتتاح")


def test_a_page_without_title_or_source(path):
    bare = article(path, page(head="", above=""))
    assert bare.text == "\n".join((FIRST, SECOND, THIRD))
    assert (bare.title, bare.published, bare.source, bare.url) == (None, None, None, None)


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (f"<h1>{TITLE}</h1><div>الثلاثاء 9 يوليوز 2024 - 10:30</div>", "2024-07-09T10:30"),
        (f"<h1>{TITLE}</h1><div>جريدة</div><div>وجدة</div><div>9 يوليوز 2024</div>", "2024-07-09"),
        (f"<h1>{TITLE}</h1><script>var d = '9 يوليوز 2024'</script>", None),
    ],
)
def test_the_time_of_publication_below_the_headline(path, above, expected):
    assert article(path, page(above=above)).published == expected


def test_no_time_is_made_up(path):
    # Years of a copyright notice and parts of addresses are no dates of publication.
    head = '<meta property="og:image" content="http://x.ma/2013/8/p.jpg">' + HEAD
    assert article(path, page(head=head).replace("محفوظة", "محفوظة © 2013")).published is None


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8", "windows-1256"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1256", "windows-1256"),
        ("cp1256", "WINDOWS-1256"),
        ("cp1256", ""),
        ("cp1256", "utf-8"),
        ("cp1256", "x-nonsense"),
        ("iso8859-6", "iso-8859-6"),
    ],
)
@pytest.mark.parametrize(
    "form", ['<meta charset="{}">', "<meta http-equiv=Content-Type content='text/html; charset={}'>"]
)
def test_encodings(path, encoding, declared, form):
    data = page(declared=form.format(declared) if declared else "")
    if encoding == "iso8859-6":
        data = data.replace("“", "").replace("”", "")
    text = article(path, data.encode(encoding)).text
    assert text == "\n".join((TITLE, FIRST, SECOND, THIRD)).translate(
        {8220: None, 8221: None} if encoding == "iso8859-6" else {}
    )


def test_an_encoding_that_is_neither_named_nor_arabic(path):
    french = (
        "Le président a été reçu à Rabat, où il a déjeuné avec l’équipe du théâtre et les élèves de l’école voisine. "
    )
    data = (
        f"<html><head><title>Théâtre à Rabat</title></head><body><p>{french * 3}</p><p>{french * 2}</p></body></html>"
    )
    assert french.strip() in article(path, data.encode("cp1252")).text


def test_nothing_is_loaded(path, asked, server):
    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    outside = (
        '<base href="http://127.0.0.1:9/"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><script src="http://127.0.0.1:9/x.js"></script>'
    )
    above = '<iframe src="http://127.0.0.1:9/"></iframe><img src="http://127.0.0.1:9/x.png"><embed src="http://127.0.0.1:9/x">'
    text = article(
        path, page(head=HEAD + outside, above=f"<h1>{TITLE}</h1>{above}").replace("http://127.0.0.1:9/", url)
    ).text
    assert all(part in text for part in (TITLE, FIRST, SECOND, THIRD))
    assert asked == []
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(server.getsockname())


def test_scripts_are_not_run_and_are_no_text(path):
    script = (
        "<script>document.write('<p>مكتوب</p>'); var a = 'كلام طويل من البرنامج';</script><style>p {color: red}</style>"
    )
    text = article(path, page(FIRST, script + SECOND, THIRD)).text
    assert text == "\n".join((TITLE, FIRST, SECOND, THIRD))


@pytest.mark.parametrize("doctype", ["<!DOCTYPE html [{}]>", '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [{}]>'])
def test_entities_are_not_expanded(path, tmp_path, asked, server, doctype):
    doctype = doctype.replace("9", str(server.getsockname()[1]))
    secret = tmp_path / "secret.txt"
    secret.write_text("كلمة السر", encoding="utf-8")
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    declared = doctype.format(f'<!ENTITY e0 "بوم">{entities}<!ENTITY f SYSTEM "{secret.as_uri()}">')
    data = '<?xml version="1.0" encoding="UTF-8"?>' + page(FIRST + " &e11; &f;", SECOND, THIRD).replace(
        "<!DOCTYPE html>", declared
    ).replace("<html ", '<html xmlns="http://www.w3.org/1999/xhtml" ')
    started = time.monotonic()
    text = article(path, data).text
    assert time.monotonic() - started < 10
    assert "كلمة السر" not in text
    assert "بوم" not in text
    assert FIRST in text
    assert asked == []


def test_a_page_that_a_browser_saved_whole(path):
    message = email.message.EmailMessage()
    message["Snapshot-Content-Location"] = "https://example.ma/a/2"
    message["Subject"] = TITLE
    message.set_content(page(head=f"<title>{TITLE}</title>"), subtype="html", charset="utf-8", cte="quoted-printable")
    message.make_related()
    message.add_related(b"\x89PNG" + bytes(100), "image", "png")
    data = message.as_bytes().replace(b"multipart/related;", b'multipart/related; type="text/html";')
    assert recognises("page.mhtml", data)
    assert recognises("page", data)
    saved = article(path, data)
    assert saved.text == "\n".join((TITLE, FIRST, SECOND, THIRD))
    assert saved.url == "https://example.ma/a/2"
    for cut in range(0, len(data), 97):
        assert found(path, data[:cut])
    assert reason(path, b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--\n") == (
        "The file holds no web page."
    )


@pytest.mark.parametrize(
    "data",
    ["", " ", "<html></html>", "<html><body></body></html>", "<div>" * 10_000 + FIRST, "<" * 100_000, "<p" * 50_000],
)
def test_pages_without_text(path, data):
    assert reason(path, data) in ("No main text was found in the page.", "The text is empty.")


def test_bytes_that_are_no_page(path):
    assert reason(path, b"<html>" + bytes(range(256)) * 30)
    nul = reason(path, page(FIRST + "\0", SECOND, THIRD).encode() + b"\xff")
    assert nul


def test_large_pages(path, monkeypatch):
    assert found(path, page(*["<a href='/x'>ا</a>" * 1000] * 9)).article
    started = time.monotonic()
    assert reason(path, page("<a href='/x'>ا</a>" * web.MOST)) == "The page has more than 20000 elements."
    assert time.monotonic() - started < 10
    monkeypatch.setattr(web, "LARGEST", 10_000)
    assert reason(path, page() + " " * 10_000) == "The file is larger than 0 MB."


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.html", page(), True),
        ("a", page(), True),
        ("a.php", "\n <!-- x -->\n<HTML><body>", True),
        ("a.html", codecs.BOM_UTF8 + page().encode(), True),
        ("a", page().encode("utf-16"), True),
        ("a.xhtml", '<?xml version="1.0"?>\n<!DOCTYPE html><html/>', True),
        ("a.htm", "نص <p>فقرة", True),
        ("a.html", FIRST, False),
        ("a.txt", f"نص <p>{FIRST}", False),
        ("a.xhtml", '<?xml version="1.0"?><xmi:XMI xmlns:p="x"><p/></xmi:XMI>', False),
        ("a.json", '[{"text": "<html>"}]', False),
        ("a.eml", "From: x\nMIME-Version: 1.0\nContent-Type: text/plain\n\nx", False),
        ("a.html", "", False),
    ],
)
def test_recognising(name, data, expected):
    assert recognises(name, data if isinstance(data, bytes) else data.encode()) is expected


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<meta ", b"<?xml ", b"a:b\n", b"a:b\n ", b" ", b"<!-- -->", b"content-type:"]
)
def test_recognising_is_quick(piece):
    started = time.monotonic()
    recognises("a.html", (piece * 65_536)[:65_536])
    web._CHARSET.search((piece * 65_536)[:16_384])
    assert time.monotonic() - started < 1


def test_a_real_page(shared, asked):
    folder = shared / "data" / "html"
    path = folder / "cnn-arabic.html"
    assert recognises(path.name, path.read_bytes()[: 1 << 16])
    (item,) = read(path, "a")
    assert isinstance(item, Draft)
    wanted = [line for line in (folder / "cnn-arabic.txt").read_text(encoding="utf-8").split("\n") if line]
    lines = item.article.text.split("\n")
    # The headline, then the main text letter for letter, then two lines on the site's comments that are too much.
    assert lines[0] == item.article.title == "معارضون يسيطرون على مخازن للصواريخ بريف دمشق"
    assert lines[1:-2] == wanted
    assert len(wanted) == 7
    assert [zone.kind for zone in item.zones] == [HEADLINE] + [BODY] * 9
    assert item.article.published == "2013-08-28T14:00"
    assert item.article.source == "CNNArabic"
    assert item.article.url == "http://arabic.cnn.com/2013/middle_east/8/3/syria.clashes/index.html"
    assert asked == []


def test_no_other_file_of_peers_is_taken_for_a_page(shared):
    files = (file for file in (shared / "data").rglob("*") if file.is_file() and file.suffix != ".html")
    for path in sorted(files):
        assert not recognises(path.name.lower(), path.read_bytes()[: 1 << 16]), path
