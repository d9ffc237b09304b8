"""What a path of an import stands for: a file, standard input, or a compressed file with one or more of them.

Readers take files in the encodings that their formats have. So standard input, what is compressed, and texts in other
encodings are written to a temporary folder first, block by block: memory does not grow with them.
"""

import bz2
import codecs
import errno
import gzip
import lzma
import os
import re
import shutil
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, BinaryIO, Final, NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from annotator.file_ops import explain_os_error
from annotator.formats import registry
from annotator.formats.documents import plain_text
from annotator.formats.format import Format
from annotator.formats.reading import is_mostly_utf8
from annotator.formats.report import is_report
from annotator.i18n import _, ngettext
from annotator.model.limits import MAX_REMARKS
from annotator.model.reasons import Code, Reason
from annotator.model.records import Notice, Refusal, Remark
from annotator.open_databases import refuse_open_here
from annotator.paths import is_link, resolve_path

STANDARD_INPUT: Final = Path("-")
"""The path that stands for standard input."""
STRICT: Final = "strict"
REPLACE: Final = "replace"
ERROR_HANDLERS: Final = (STRICT, REPLACE)
"""What happens to bytes that are not valid: the text is refused, or each of them is replaced and noticed."""
MAX_UNPACKED_BYTES: Final = 100_000_000
"""Bytes that any compressed file may have unpacked."""
MAX_UNPACKED_RATIO: Final = 200
"""Times its size that a larger one may have unpacked: real texts have 4 to 20, bombs 1,000 and more."""
MAX_ARCHIVE_FILES: Final = 10_000
"""Files of an archive, which are unpacked together."""

_BLOCK: Final = 1 << 20  # bytes
_SNIFFED_BYTES: Final = 1 << 16
_MAX_LZMA_MEMORY: Final = 200_000_000  # bytes; `xz -9` needs 65 MB
_ZIP: Final = b"PK\x03\x04"
_ZIP_SUFFIX: Final = ".zip"
_SUFFIXES: Final = (".gz", ".bz2", ".xz")
_ENCRYPTED: Final = 1  # a flag of a file in an archive
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # first, for it begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JSON_STARTS: Final = {b"{\0": "utf-16-le", b"[\0": "utf-16-le", b"\0{": "utf-16-be", b"\0[": "utf-16-be"}
_INVALID: Final = "\udcff"  # a lone surrogate, which valid text does not decode to
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Content(NamedTuple):
    """A file to read, and its name in remarks."""

    path: Path
    name: str


class _Oversized(Exception):
    """What is unpacked is larger than any text would be."""


class _Damaged(Exception):
    """What is compressed cannot be unpacked further."""


def find_encoding(name: str) -> str:
    """Return the standard name of an encoding of texts. Raises ValueError, with a sentence, for an unknown one."""
    try:
        encoding = codecs.lookup(name).name
        b"a".decode(encoding, "replace")
        # Without such a decoder, it cannot be read in blocks, or its invalid lines not be named.
        codecs.getincrementaldecoder(encoding)(MARK_INVALID).decode(b"", True)
    except (LookupError, ValueError) as error:  # unknown, or no encoding of texts
        raise ValueError(_("“{value}” is not the name of an encoding").format(value=name)) from error
    return encoding


def is_stream(path: Path) -> bool:
    """Return whether a path stands for standard input or another open file of the process."""
    return path == STANDARD_INPUT or path.as_posix() == "/dev/stdin" or path.as_posix().startswith("/dev/fd/")


def is_compressed_name(path: Path) -> bool:
    """Return whether a file is compressed, by its name."""
    return path.suffix.lower() in (*_SUFFIXES, _ZIP_SUFFIX)


@contextmanager
def open_contents(
    path: Path, format_: Format | None, encoding: str | None, errors: str, remarks: list[Remark]
) -> Iterator[list[Content]]:
    """Yield the files to read; those that were written for it are deleted afterwards.

    `format_` is None to detect each. Texts are decoded from `encoding`, None for what their format has, with `errors`
    of ERROR_HANDLERS. `remarks` gets what cannot be unpacked or decoded. Raises OSError, also for an open corpus.
    """
    refuse_open_here(path)
    with ExitStack() as stack:

        def create_folder() -> Path:
            return Path(stack.enter_context(TemporaryDirectory(prefix="annotator-", ignore_cleanup_errors=True)))

        source = _copy_stream(path, create_folder() / STANDARD_INPUT) if is_stream(path) else path
        contents = _refuse_packed(_unpack(Content(source, str(path)), create_folder, remarks), remarks)
        decoded = [_decode(content, create_folder, format_, encoding, errors, remarks) for content in contents]
        yield [content for content in decoded if content]


def _copy_stream(path: Path, target: Path) -> Path:
    """Copy standard input, or the open file of this path, to a file. Raises OSError."""
    if path != STANDARD_INPUT:
        with path.open("rb") as stream:
            return _write_blocks(_read_blocks(stream), target)
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return _write_blocks(_read_blocks(sys.stdin.buffer), target)


def _read_blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_BLOCK), b"")


def _write_blocks(blocks: Iterable[bytes], target: Path) -> Path:
    with target.open("wb") as file:
        file.writelines(blocks)
    return target


def _unpack(content: Content, create_folder: Callable[[], Path], remarks: list[Remark]) -> list[Content]:
    """Return what a file has unpacked: itself if it is not compressed. Raises OSError."""
    with content.path.open("rb") as file:
        beginning = file.read(_MAGIC_BYTES)
        file.seek(0)
        limit = max(MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO * os.fstat(file.fileno()).st_size)
        decompress = next((opener for magic, opener in _OPENERS if magic.match(beginning)), None)
        if decompress:
            return _unpack_file(content, decompress(file), create_folder(), limit, remarks)
        is_archive = content.path.suffix.lower() == _ZIP_SUFFIX or content.path.name == STANDARD_INPUT.name
        if beginning.startswith(_ZIP) and is_archive and not _is_document(content.path):
            return _unpack_archive(content, file, create_folder(), limit, remarks)
    return [content]


def _unpack_file(
    content: Content, blocks: Iterator[bytes], folder: Path, limit: int, remarks: list[Remark]
) -> list[Content]:
    """Unpack a file; of one that is damaged, what comes before the damage."""
    name = content.path.stem if content.path.suffix.lower() in _SUFFIXES else content.path.name
    try:
        _write_blocks(_limit_blocks(blocks, limit), folder / name)
    except _Oversized:
        remarks.append(_refuse_oversized(content.name))
        return []
    except _Damaged:
        message = _("The compressed data is damaged or incomplete; only what comes before the damage is read.")
        remarks.append(Refusal.at(content.name, 0, Reason(Code.DAMAGED_FILE, message)))
        if not (folder / name).stat().st_size:
            return []
    return [Content(folder / name, content.name)]


def _unpack_archive(content: Content, file: BinaryIO, folder: Path, limit: int, remarks: list[Remark]) -> list[Content]:
    """Unpack the files of an archive, each of its folders in one of its own, and return those to read by themselves."""
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, NotImplementedError):
        remarks.append(Refusal.at(content.name, 0, Reason(Code.DAMAGED_FILE, _("The archive is damaged."))))
        return []
    members = [member for member in archive.infolist() if not _is_folder(member) and not _is_hidden(member.filename)]
    if len(members) > MAX_ARCHIVE_FILES:
        message = ngettext(
            "The archive has more than {count} file.", "The archive has more than {count} files.", MAX_ARCHIVE_FILES
        )
        reason = Reason(Code.TOO_MANY_FILES, message.format(count=MAX_ARCHIVE_FILES))
        remarks.append(Refusal.at(content.name, 0, reason))
        return []
    folders: dict[str, Path] = {}
    unpacked: list[Content] = []
    for member in sorted(members, key=lambda member: member.filename):
        parent, _separator, stem = member.filename.rpartition("/")
        target_folder = folders.setdefault(parent, folder / str(len(folders)))
        target = target_folder / stem
        name = f"{content.name}/{member.filename}"
        is_link = stat.S_ISLNK(member.external_attr >> 16)  # its content is only where it leads
        if is_link or target.parent != target_folder:  # on Windows, `D:a` is in no folder
            message = _("This is neither a file nor a folder.")
            remarks.append(Refusal.at(name, 0, Reason(Code.NOT_A_FILE, message)))
            continue
        try:
            target.parent.mkdir(exist_ok=True)
            _write_blocks(_limit_blocks(_read_member(archive, member), limit), target)
        except _Oversized:
            remarks.append(_refuse_oversized(content.name))
            return []
        except _Damaged:
            message = _("The file in the archive is damaged or protected by a password.")
            remarks.append(Refusal.at(name, 0, Reason(Code.DAMAGED_FILE, message)))
        except OSError as error:  # such as a name that is too long
            message = _("Cannot be read: {error}").format(error=explain_os_error(error))
            remarks.append(Refusal.at(name, 0, Reason(Code.FILE_UNREADABLE, message)))
        else:
            limit -= target.stat().st_size
            unpacked.append(Content(target, name))
    companions = {companion for each in unpacked for companion in registry.find_companions(each.path)}
    return [each for each in unpacked if each.path not in companions and not is_report(each.path)]


def _refuse_packed(contents: Iterable[Content], remarks: list[Remark]) -> list[Content]:
    """Return the files without those that are packed in a way that is not read, such as tar; a remark names each."""
    read: list[Content] = []
    for content in contents:
        with content.path.open("rb") as file:
            is_packed = _PACKED.match(file.read(_PACKED_BYTES))
        if is_packed:
            message = _("Archives and compression of this kind are not read: unpack the file first.")
            remarks.append(Refusal.at(content.name, 0, Reason(Code.FORMAT_NOT_RECOGNISED, message)))
        else:
            read.append(content)
    return read


def _is_document(path: Path) -> bool:
    """Return whether an archive is a file of a format, such as Word's, and nothing to unpack."""
    format_ = registry.detect_format(path)  # standard input, which has no suffix, is else taken for a text
    return format_ is not None and format_.is_binary


def _is_folder(member: ZipInfo) -> bool:
    return member.filename.endswith("/")  # is_dir() of Python 3.11 fails where the name is empty


def _is_hidden(name: str) -> bool:
    """Return whether a file of an archive is hidden, or macOS's own."""
    parts = (part for part in name.split("/") if part not in (".", ".."))
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _limit_blocks(blocks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the blocks. Raises _Oversized beyond so many bytes."""
    for block in blocks:
        limit -= len(block)
        if limit < 0:
            raise _Oversized
        yield block


def _refuse_oversized(name: str) -> Refusal:
    message = ngettext(
        "The file decompresses to more than {count} time its size.",
        "The file decompresses to more than {count} times its size.",
        MAX_UNPACKED_RATIO,
    )
    return Refusal.at(name, 0, Reason(Code.SUSPICIOUS_COMPRESSION, message.format(count=MAX_UNPACKED_RATIO)))


def _read_member(archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """Yield a file of an archive in blocks. Raises _Damaged and OSError."""
    try:
        if member.flag_bits & _ENCRYPTED:
            raise _Damaged
        with archive.open(member) as stream:
            yield from _read_blocks(stream)
    except (BadZipFile, EOFError, ValueError, NotImplementedError, lzma.LZMAError, MemoryError, zlib.error) as error:
        raise _Damaged from error  # MemoryError: what is packed by LZMA says how much to have
    except OSError as error:
        if error.errno is not None:
            raise
        raise _Damaged from error  # what is packed by bzip2


def _read_gzip(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is compressed in a file in blocks. Raises _Damaged and OSError."""
    with gzip.GzipFile(fileobj=file) as stream:
        try:
            while block := stream.read1(_BLOCK):
                yield block
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _Damaged from error


def _decompress(file: BinaryIO, create: Callable[[], "bz2.BZ2Decompressor | lzma.LZMADecompressor"]) -> Iterator[bytes]:
    """Yield what is compressed in a file in blocks, one stream after another. Raises _Damaged and OSError."""
    decompressor, data = create(), b""
    while True:
        if decompressor.eof:  # zeros may fill up a stream of xz
            data = decompressor.unused_data.lstrip(b"\0") or file.read(_BLOCK).lstrip(b"\0")
            if not data:
                return
            decompressor = create()
        else:
            data = file.read(_BLOCK) if decompressor.needs_input else b""
            if not data and decompressor.needs_input:
                raise _Damaged
        try:
            block = decompressor.decompress(data, _BLOCK)
        except (lzma.LZMAError, OSError, ValueError) as error:
            raise _Damaged from error
        if block:
            yield block


def _read_bzip2(file: BinaryIO) -> Iterator[bytes]:
    return _decompress(file, bz2.BZ2Decompressor)


def _read_xz(file: BinaryIO) -> Iterator[bytes]:
    # Memory is limited, for a file declares how much it needs.
    return _decompress(file, lambda: lzma.LZMADecompressor(memlimit=_MAX_LZMA_MEMORY))


_OPENERS: Final[Sequence[tuple[re.Pattern[bytes], Callable[[BinaryIO], Iterator[bytes]]]]] = (
    (re.compile(rb"\x1f\x8b\x08"), _read_gzip),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), _read_bzip2),
    (re.compile(rb"\xfd7zXZ\0"), _read_xz),
)
_MAGIC_BYTES: Final = 10
# tar, zstd, LZ4, 7-Zip and RAR: lines of JSON between their headers would be read as a file that is damaged.
_PACKED: Final = re.compile(
    rb".{257}ustar[ \0]|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07", re.DOTALL
)
_PACKED_BYTES: Final = 263


def _decode(
    content: Content,
    create_folder: Callable[[], Path],
    format_: Format | None,
    encoding: str | None,
    errors: str,
    remarks: list[Remark],
) -> Content | None:
    """Return the file, in UTF-8 unless its format decodes it; None if it cannot be decoded. Raises OSError."""
    with content.path.open("rb") as file:
        beginning = file.read(_SNIFFED_BYTES)
    source = _find_source(beginning, encoding, errors)
    actual = (format_ or registry.detect_format(content.path)) if source else None
    if source is None or (actual and (actual.is_binary or actual.declares_encoding)):
        return content
    marks = tuple(mark for mark, name in _BOMS if name == source)
    if marks and beginning and not beginning.startswith(marks):  # decoders refuse it each in a way of their own
        message = _("The text has no byte order mark: name the byte order too, such as {encoding}-LE.")
        reason = Reason(Code.INVALID_ENCODING, message.format(encoding=source.upper()))
        remarks.append(Refusal.at(content.name, 1, reason))
        return None
    companions = actual.find_companions(content.path) if actual else []
    home = resolve_path(content.path).parent
    if any(is_link(path) and resolve_path(path).parent != home for path in companions):
        return content  # its format refuses that
    target = create_folder() / content.path.name
    if refusal := _transcode_file(content, target, source, errors, remarks):
        remarks.append(refusal)
        return None
    for path in companions:
        companion = Content(path, str(Path(content.name).with_name(path.name)))
        companion_target = target.with_name(path.name)
        with path.open("rb") as file:
            source = _find_source(file.read(_SNIFFED_BYTES), encoding, errors)
        if source is None or path.suffix.lower() not in plain_text.FORMAT.suffixes:  # XML declares its encoding
            shutil.copyfile(path, companion_target)
        elif refusal := _transcode_file(companion, companion_target, source, errors, remarks, keeps_bom=True):
            remarks.append(refusal)
            return None
    return Content(target, content.name)


def _transcode_file(
    content: Content, target: Path, encoding: str, errors: str, remarks: list[Remark], *, keeps_bom: bool = False
) -> Refusal | None:
    """Write a text in UTF-8, and remark on what is replaced; return why it cannot be decoded. Raises OSError."""
    invalid: dict[int, int] = {}
    try:
        _write_blocks(_transcode(content.path, encoding, errors, invalid, keeps_bom=keeps_bom), target)
    except UnicodeDecodeError:
        message = _("This line is not valid {encoding}, so the file is not read.")
        reason = Reason(Code.INVALID_ENCODING, message.format(encoding=encoding.upper()))
        return Refusal.at(content.name, max(invalid), reason)
    remarks += _describe_invalid(content.name, encoding, invalid)
    return None


def _find_source(beginning: bytes, encoding: str | None, errors: str) -> str | None:
    """Return the encoding to decode a text of this beginning from, None to leave it to its format."""
    source = encoding or _detect_encoding(beginning)
    return "utf-8" if source is None and errors == REPLACE and is_mostly_utf8(beginning) else source


def _detect_encoding(beginning: bytes) -> str | None:
    """Return the encoding that a byte order mark, or the first character of JSON, shows.

    Such a text has NUL bytes, in its blanks at least: without them, the mark is a damaged line.
    """
    if b"\0" not in beginning:
        return None
    for mark, encoding in _BOMS:
        if beginning.startswith(mark):
            return encoding
    return _JSON_STARTS.get(beginning[:2])


def _transcode(path: Path, encoding: str, errors: str, invalid: dict[int, int], *, keeps_bom: bool) -> Iterator[bytes]:
    """Yield a text in UTF-8; count what is not valid by its line in `invalid`, and by 0 if it is in too many.

    A text of which another file has offsets keeps its byte order mark (`keeps_bom`), which counts there. Raises
    UnicodeDecodeError at the first of these if `errors` is STRICT, and OSError.
    """
    decoder = codecs.getincrementaldecoder(encoding)(MARK_INVALID)
    line, is_at_start = 1, not keeps_bom
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            text = decoder.decode(block, not block)
            if is_at_start and text:
                text, is_at_start = text.removeprefix("\ufeff"), False
            end = 0
            for match in _SURROGATE.finditer(text):
                line += text.count("\n", end, match.start())
                end = match.start()
                key = line if line in invalid or len(invalid) < MAX_REMARKS else 0
                invalid[key] = invalid.get(key, 0) + 1
                if errors == STRICT:
                    raise UnicodeDecodeError(encoding, b"", 0, 0, "")
            line += text.count("\n", end)
            yield _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).encode()
            if not block:
                return


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _INVALID, error.end


MARK_INVALID: Final = "annotator.mark_invalid"
"""The error handler by which a decoder reads what is not valid as a lone surrogate."""
codecs.register_error(MARK_INVALID, _mark_invalid)


def _describe_invalid(name: str, encoding: str, invalid: dict[int, int]) -> Iterator[Notice]:
    for line, count in invalid.items():
        message = ngettext(
            "{count} character is not valid {encoding} and became “{replacement}”.",
            "{count} characters are not valid {encoding} and became “{replacement}”.",
            count,
        )
        text = message.format(count=count, encoding=encoding.upper(), replacement="\N{REPLACEMENT CHARACTER}")
        yield Notice.at(name, line, Reason(Code.CHARACTERS_REPLACED, text))
