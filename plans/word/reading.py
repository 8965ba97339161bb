"""A Word file read whole: its text cut in pieces, what is beside it, the texts inserted in it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from posixpath import basename

from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.formatting import clean_html, paragraphs

from .archive import Parts, open_parts
from .beside import beside, unread
from .blocks import Reader, tidy
from .matching import Outline
from .pieces import Cutter, Piece, converted, finished, take_notes

# Each is a document of its own, to open and to convert.
MAX_INSERTED = 10
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def pieces_of(parts: Parts, outline: Outline) -> list[Piece]:
    """The pieces of a document, matched with the sections of ``outline``.

    Refuses a document that cannot be read, and one without a word.
    """
    pieces = _own(parts, outline)
    not_read: list[str] = []
    for rank, (name, content) in enumerate(parts.inserted.items()):
        found = _inserted(name, content, outline) if rank < MAX_INSERTED else None
        if found is None:
            not_read.append(name)
        else:
            pieces += found
    shut = unread(not_read, parts.shut)
    if shut is not None:
        pieces.append(shut)
    if not any(piece.html or piece.heading for piece in pieces):
        raise Refusal(_("Ce fichier Word ne contient aucun texte."), field="file")
    return pieces


def _own(parts: Parts, outline: Outline) -> list[Piece]:
    root = converted(parts)
    notes = take_notes(root)
    tidy(root)
    cutter = Cutter(outline)
    for block in Reader(cutter.lays_out).read(root):
        cutter.read(block)
    pieces = [
        finished(piece, notes)
        for piece in [*cutter.pieces, cutter.contents]
        if piece.blocks or (piece.heading and piece is not cutter.contents)
    ]
    return pieces + list(beside(parts, pieces))


# --- Texts inserted (altChunk)


def _inserted(name: str, content: bytes, outline: Outline) -> list[Piece] | None:
    """The pieces of an inserted text; None when it is of a kind that is not read."""
    kind = name.lower().rsplit(".", 1)[-1]
    title = _("Contenu inséré : %(name)s") % {"name": basename(name)}
    if kind in {"docx", "dotx"}:
        return _document(title, content, outline)
    if kind in {"mht", "mhtml"}:
        return _message(title, content)
    if kind in {"html", "htm", "xhtml"}:
        return [_text(title, _formatted(_decoded(content)))]
    if kind == "txt":
        return [_text(title, paragraphs(_decoded(content)))]
    return None


def _text(title: str, html: str) -> Piece:
    cleaned = clean_html(html)
    return Piece(title, cleaned, done=not cleaned)


def _document(title: str, content: bytes, outline: Outline) -> list[Piece] | None:
    """Another Word document, opened with the same distrust; what it inserts in turn stays shut."""
    try:
        parts = open_parts(content)
        pieces = _own(parts, outline)
    except Refusal:
        return None
    for piece in pieces:
        piece.heading = piece.heading or title
    shut = unread(parts.inserted, parts.shut)
    return [*pieces, shut] if shut is not None else pieces


def _message(title: str, content: bytes) -> list[Piece] | None:
    """A page saved as one file, with its pictures: its text only."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("html", "plain")) if isinstance(message, EmailMessage) else None
    if body is None:
        return None
    charset = body.get_content_charset() or ""
    raw = body.get_payload(decode=True)
    text = _decoded(raw if isinstance(raw, bytes) else b"", charset)
    is_html = body.get_content_subtype() == "html"
    return [_text(title, _formatted(text) if is_html else paragraphs(text))]


def _decoded(content: bytes, charset: str = "") -> str:
    said = _CHARSET.search(content[:2048])
    for name in (charset, said[1].decode() if said else "", "utf-8-sig", "cp1252"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("cp1252", "replace")


def _formatted(html: str) -> str:
    """A page with the cells of its tables apart, and without its head."""
    html = re.sub(r"<head\b.*?</head>", "", html, flags=re.IGNORECASE | re.DOTALL)
    html = re.sub(r"</t[dh]>", " ", html, flags=re.IGNORECASE)
    return re.sub(r"</tr>", "<br>", html, flags=re.IGNORECASE)
