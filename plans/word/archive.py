"""A ``.docx`` opened with distrust: bounded, without macro, without entity, and nothing followed.

Only the XML of the document and the texts inserted in it (altChunk) leave this module, under one
limit; images, joined files and what is outside the file are never opened.
"""

import io
import posixpath
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree.ElementTree import fromstring
from xml.parsers import expat
from zipfile import ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from alliances.errors import Refusal

MEGABYTE = 1024 * 1024
MAX_MEMBERS = 2000
MAX_EXPANDED = 150 * MEGABYTE
MAX_XML = 30 * MEGABYTE
MAX_RATIO = 100
RATIO_FROM = 5 * MEGABYTE
MAX_ELEMENTS = 150_000
MAX_DEPTH = 60
DOCUMENT = "word/document.xml"
_RELATIONS = re.compile(r"word/_rels/[^/]+\.xml\.rels$")
_MACRO = (b"macroEnabled", b"vbaProject")
# What stops a file that only looks like an archive, or lies about itself.
_BROKEN = (BadZipFile, LargeZipFile, EOFError, NotImplementedError, OSError, ValueError, zlib.error)


@dataclass
class Parts:
    """The XML of a Word document by name; ``inserted``, the files whose text it shows as its own
    (altChunk), in its order; ``shut``, the names of the joined files that stay shut."""

    xml: dict[str, bytes]
    inserted: dict[str, bytes] = field(default_factory=dict)
    shut: list[str] = field(default_factory=list)

    def as_archive(self) -> io.BytesIO:
        """The same document with its XML only, for the library that converts it."""
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_STORED) as archive:
            for name, content in self.xml.items():
                archive.writestr(ZipInfo(name), content)
        buffer.seek(0)
        return buffer


def _damaged() -> Refusal:
    return Refusal(
        _(
            "Ce fichier Word est abîmé. Ouvrez-le dans Word, enregistrez-le de nouveau en .docx et"
            " recommencez."
        ),
        field="file",
    )


def _bomb() -> Refusal:
    return Refusal(
        _(
            "Ce fichier se déploie en un contenu démesuré : il n’est pas ouvert. Copiez votre texte"
            " dans un nouveau document Word et recommencez."
        ),
        field="file",
    )


def _check_directory(members: list[ZipInfo]) -> None:
    """Reads only the central directory: nothing is expanded yet."""
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise _bomb()
    if len(set(names)) != len(names):
        raise _damaged()
    if any(member.flag_bits & 1 for member in members):
        raise Refusal(protected(), field="file")
    if DOCUMENT not in names:
        raise Refusal(
            _("Ce fichier n’est pas un document Word, malgré son nom. Choisissez un .docx."),
            field="file",
        )
    expanded = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if expanded > MAX_EXPANDED:
        raise _bomb()
    if expanded > RATIO_FROM and expanded > MAX_RATIO * max(packed, 1):
        raise _bomb()


def protected() -> str:
    return _("Ce fichier est protégé par un mot de passe. Retirez la protection dans Word.")


def with_macros() -> str:
    return _(
        "Ce fichier contient des macros. Enregistrez-le en « Document Word (.docx) », sans macros."
    )


def _read_bounded(archive: ZipFile, member: ZipInfo, left: int) -> bytes:
    """A part of the archive; stops as soon as it gives more than ``left`` bytes, whatever the
    directory says of it."""
    with archive.open(member) as part:
        content = part.read(left + 1)
    if len(content) > left:
        raise _bomb()
    return content


class _Counter:
    """Walks a part without keeping it: no entity, no unending depth, no unending length."""

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise _bomb()

    def end(self, name: str) -> None:
        self.depth -= 1

    @staticmethod
    def refuse(*declared: object) -> None:
        raise Refusal(
            _(
                "Ce fichier contient des définitions XML que Word n’écrit pas : il n’est pas"
                " ouvert. Copiez votre texte dans un nouveau document Word."
            ),
            field="file",
        )

    def walk(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, ValueError):
            raise _damaged() from None


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and (
        name in {"[Content_Types].xml", "_rels/.rels"}
        or (name.startswith("word/") and not name.startswith(("word/embeddings/", "word/media/")))
    )


def _is_joined(name: str) -> bool:
    return name.startswith("word/embeddings/") and not name.endswith("/")


def _inserted(relations: bytes) -> Iterator[str]:
    """The members that the document shows as its own text; those outside the file are not ours."""
    for one in fromstring(relations):  # noqa: S314 (walked before: no entity)
        if one.get("Type", "").endswith("/aFChunk") and one.get("TargetMode") != "External":
            target = unquote(one.get("Target", ""))
            yield posixpath.normpath(posixpath.join("/word", target)).lstrip("/")


@contextmanager
def _opened(content: bytes) -> Iterator[ZipFile]:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist())
            if any("vbaproject" in name.lower() for name in archive.namelist()):
                raise Refusal(with_macros(), field="file")
            yield archive
    except RuntimeError:
        raise Refusal(protected(), field="file") from None
    except _BROKEN:
        raise _damaged() from None


def check_archive(content: bytes) -> None:
    """Refuses what its directory shows not to be a sound ``.docx``; expands nothing."""
    with _opened(content):
        pass


def open_parts(content: bytes) -> Parts:
    """The XML of a ``.docx``, and the files it inserts as text.

    Refuses what is not one, a protected or damaged file, macros, a document type or an entity, and
    whatever expands beyond measure: said by its directory, or found while reading.
    """
    parts, left, counter = Parts({}), MAX_XML, _Counter()
    with _opened(content) as archive:
        for member in archive.infolist():
            if _is_read(member.filename):
                part = _read_bounded(archive, member, left)
                left -= len(part)
                counter.walk(part)
                parts.xml[member.filename] = part
            elif _is_joined(member.filename):
                parts.shut.append(member.filename)
        if any(sign in parts.xml.get("[Content_Types].xml", b"") for sign in _MACRO):
            raise Refusal(with_macros(), field="file")
        relations = [part for name, part in parts.xml.items() if _RELATIONS.match(name)]
        names = set(archive.namelist())
        for name in dict.fromkeys(name for one in relations for name in _inserted(one)):
            if name in names and name not in parts.inserted:
                parts.inserted[name] = _read_bounded(archive, archive.getinfo(name), left)
                left -= len(parts.inserted[name])
    return parts
