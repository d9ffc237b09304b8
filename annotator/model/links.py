"""Links to places: addresses of the program's own scheme, which open the window there.

A link may be a stranger's, on a page or in a mail. It names a corpus on this computer and a place, and nothing else: no
option, no command, and no path of a network, to which Windows would send the user's password
(docs/adr/0033-links-to-places.md).
"""

import os
import re
from pathlib import Path, PurePath, PureWindowsPath
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from annotator.i18n import _
from annotator.model.places import Place, parse_place
from annotator.paths import extend_path, is_file, is_invalid_name, is_team_file

SCHEME: Final = "arabic-news-annotator"
"""Of addresses; packaging registers it with desktops."""
LINK_FORM: Final = f"{SCHEME}:///PATH?at=UID@START-END"
_LINK: Final = re.compile(rf"(?i:{SCHEME}):(?://(?P<host>[^/?#]*))?(?P<path>/[^?#]*)\?at=(?P<place>[^?#]*)")
_POSIX_PATH: Final = re.compile(r"/(?!/).+")
_WINDOWS_PATH: Final = re.compile(r"/(?=[A-Za-z]:/)[^\\]{3}[^\\:]+")
_SYSTEM_PATH: Final = type(Path())
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_VERBATIM: Final = "//?/"
"""Before long paths of Windows: see paths.extend_path."""


class InvalidLink(ValueError):
    """A link does not lead to a place in a corpus on this computer; the message is a sentence for the user."""


class Link(NamedTuple):
    """What a link names: the absolute path of a corpus, and a place."""

    corpus: PurePath
    place: Place


def has_scheme(text: str) -> bool:
    """Return whether a text begins as a link of the program does."""
    return text[: len(SCHEME) + 1].lower() == f"{SCHEME}:"


def build_link(corpus: Path, place: Place) -> str | None:
    """Return the link to a place in a corpus; None if no link leads there, as to a path of a network."""
    return format_link(Link(Path(os.path.abspath(corpus)), place))  # noqa: PTH100 - keeps drives and links


def format_link(link: Link) -> str | None:
    """Return a link as text, in ASCII; None for a path that no link may have."""
    is_windows = isinstance(link.corpus, PureWindowsPath)
    path = link.corpus.as_posix().removeprefix(_VERBATIM)
    path = f"/{path}" if is_windows else path
    if not _is_local(path, is_windows=is_windows):
        return None
    address = quote(os.fsencode(path), safe="/:")
    return f"{SCHEME}://{address}?at={quote(link.place.article)}@{link.place.start}-{link.place.end}"


def parse_link(text: str, path_type: type[PurePath] = _SYSTEM_PATH) -> Link:
    """Return what a link names on a system with these paths. Raises InvalidLink; no file is touched."""
    match = _LINK.fullmatch(text)
    try:
        path, place_text = (_unquote(match["path"]), _unquote(match["place"])) if match else ("", "")
    except UnicodeError:  # these bytes are no text on Windows
        path = place_text = ""
    place = None if _CONTROL.search(place_text) else parse_place(place_text)
    if match and place and (match["host"] or path.startswith("//")):
        raise InvalidLink(_("A link only opens a corpus on this computer, not one on a network."))
    is_windows = issubclass(path_type, PureWindowsPath)
    if not place or not _is_local(path, is_windows=is_windows):
        message = _("This is not a link to a place in a corpus. Such links have the form “{form}”.")
        raise InvalidLink(message.format(form=LINK_FORM))
    return Link(path_type(path.removeprefix("/") if is_windows else path), place)


def resolve_link(text: str) -> tuple[Path, Place]:
    """Return the file and the place to which a link leads. Raises InvalidLink if the file cannot be a corpus."""
    link = parse_link(text)
    path = extend_path(Path(link.corpus))
    if is_team_file(path) or is_invalid_name(path) or not is_file(path):
        raise InvalidLink(_("The link leads to “{path}”, where there is no corpus.").format(path=path))
    return path, link.place


def _is_local(path: str, *, is_windows: bool) -> bool:
    """Return whether a path, as links have it, is an absolute one of this computer without control characters."""
    form = _WINDOWS_PATH if is_windows else _POSIX_PATH
    return bool(form.fullmatch(path)) and not _CONTROL.search(path)


def _unquote(text: str) -> str:
    return os.fsdecode(unquote_to_bytes(os.fsencode(text)))
