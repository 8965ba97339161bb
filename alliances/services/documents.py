"""Documents: frozen data first, the file later; a number without hole; a fingerprint for ever."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances import clock, queue
from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Document, User
from alliances.services.antivirus import check_clean

MAX_ATTEMPTS = 20


@dataclass(frozen=True)
class Made:
    """A file as it is written, with its extension and its type."""

    content: bytes
    extension: str = "pdf"
    mime: str = "application/pdf"


@dataclass(frozen=True)
class Renderer:
    """How one kind of document becomes a file: a template, and what follows once it is ready.

    A kind that is no page has ``build`` for a template: its frozen data as a file. Without either,
    the act that makes the document stores its file. ``label`` is the kind's name for people,
    « Avis de versement ». With ``page_codes`` each page carries a code that names it, so that it
    finds its place again once signed and scanned.
    """

    template: str = ""
    build: Callable[[Document], Made] | None = None
    after: Callable[[Document], None] | None = None
    label: str | Promise = ""
    page_codes: bool = False


_renderers: dict[str, Renderer] = {}


def register_renderer(kind: str, renderer: Renderer) -> None:
    _renderers[kind] = renderer


def renderer_of(document: Document) -> Renderer:
    return _renderers[document.kind]


# What people may say a file they deposit is.
DEPOSITS: dict[str, Promise] = {
    "resolution": gettext_lazy("Résolution"),
    "minutes": gettext_lazy("Procès-verbal"),
    "agreement": gettext_lazy("Entente"),
    "letter": gettext_lazy("Lettre"),
    "deposit": gettext_lazy("Autre document déposé"),
}
# What an application calls the files it receives on its own pages.
_received: dict[str, Promise] = {}


def name_deposits(kinds: Mapping[str, Promise]) -> None:
    """Names the kinds of files an application receives. Called from ``ready``."""
    _received.update(kinds)


def is_generated(document: Document) -> bool:
    """Whether the portal made the file, rather than a person."""
    return document.kind in _renderers


def kind_label(kind: str) -> str | Promise:
    """A kind's name for people; what nobody renders was deposited."""
    renderer = _renderers.get(kind)
    if renderer is None:
        return (DEPOSITS | _received).get(kind, gettext_lazy("Document déposé"))
    return renderer.label or gettext_lazy("Document du portail")


def next_numbers(series: str, fiscal_year: FiscalYear, count: int) -> range:
    """The next ``count`` numbers of a series in a fiscal year. Its row stays locked until the
    transaction ends: two acts wait for each other, and an act that fails gives its numbers back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alliances_numberseries AS n (series, fiscal_year, last)"
            " VALUES (%(series)s, %(year)s, %(count)s) ON CONFLICT (series, fiscal_year)"
            " DO UPDATE SET last = n.last + %(count)s RETURNING last",
            {"series": series, "year": fiscal_year.start, "count": count},
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def next_number(series: str, fiscal_year: FiscalYear) -> int:
    """The next number of a series in a fiscal year; see ``next_numbers``."""
    return next_numbers(series, fiscal_year, 1)[0]


@dataclass(frozen=True)
class Draft:
    """What a document will say: its frozen data, whose it is, what it is about."""

    title: str
    data: dict[str, Any]
    alliance: Alliance | None = None
    subject: models.Model | None = None
    language: str = "fr"
    replaces: Document | None = None


def create_document(
    kind: str,
    *,
    by: User,
    title: str,
    data: dict[str, Any],
    alliance: Alliance | None = None,
    subject: models.Model | None = None,
    series: str = "",
    dated_on: date | None = None,
    language: str = "fr",
    replaces: Document | None = None,
    by_worker: bool = True,
) -> Document:
    """Freezes ``data`` and queues the rendering of one document; see ``create_documents``."""
    draft = Draft(title, data, alliance, subject, language, replaces)
    made = create_documents(
        kind, [draft], by=by, series=series, dated_on=dated_on, by_worker=by_worker
    )
    return made[0]


def create_documents(
    kind: str,
    drafts: Sequence[Draft],
    *,
    by: User,
    series: str = "",
    dated_on: date | None = None,
    by_worker: bool = True,
) -> list[Document]:
    """Freezes the data of each draft and queues their rendering, in the transaction of the act.

    With ``series`` they take the next numbers of the fiscal year, « AV-2026-0001 », in the order
    of ``drafts``. The broker may be down: the rows wait, and the sweep finds them. Two queries
    whatever their number. Without ``by_worker`` the act itself stores the files, in its own
    transaction.
    """
    if not drafts:
        return []
    day = dated_on or clock.today()
    year = FiscalYear.of(day)
    numbers = next_numbers(series, year, len(drafts)) if series else [None] * len(drafts)
    made = Document.objects.bulk_create(
        Document(
            kind=kind,
            title=draft.title,
            alliance=draft.alliance,
            territory_id=draft.alliance.territory_id if draft.alliance else None,
            subject_label=draft.subject._meta.label_lower if draft.subject is not None else "",
            subject_id=draft.subject.pk if draft.subject is not None else None,
            series=series,
            fiscal_year=year.start if series else None,
            sequence=number,
            number=f"{series}-{year.start}-{number:04d}" if series else "",
            dated_on=day,
            language=draft.language,
            data=draft.data,
            replaces=draft.replaces,
            created_by=by,
        )
        for draft, number in zip(drafts, numbers, strict=True)
    )
    if by_worker:
        ids = [document.pk for document in made]
        transaction.on_commit(lambda: enqueue(ids), robust=True)
    return made


def enqueue(document_ids: Iterable[int]) -> None:
    """Tells the worker; says nothing to the person when the broker does not answer."""
    queue.send("alliances.tasks.render_document", *document_ids)


@transaction.atomic
def annul_document(document: Document) -> Document:
    """Gives up a document that is not rendered yet; its number stays taken, without a hole.

    Waits for a worker that is drawing it, and refuses once it is ready. The caller keeps the row
    locked until its transaction ends.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.state not in (Document.State.PENDING, Document.State.FAILED):
        raise Refusal(_("Ce document est déjà émis."))
    document.state = Document.State.ANNULLED
    document.save(update_fields=["state"])
    return document


def store_file(document: Document, content: bytes, extension: str, *, mime: str) -> None:
    """Writes the file and its fingerprint; the row is ready when the transaction commits."""
    document.sha256 = hashlib.sha256(content).hexdigest()
    document.size = len(content)
    document.mime = mime
    document.state = Document.State.READY
    document.rendered_at = clock.now()
    document.file.save(f"{document.kind}.{extension}", ContentFile(content), save=False)
    document.save()


# --- Deposited files

_PDF, _PNG, _JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_OFFICE = {
    "docx": (
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": (
        "xl/workbook.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
_MIMES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
# An office file is an archive: what it may become once opened, in bytes.
UNPACKED_MAX = 200 * 1024 * 1024
ACCEPTED = "PDF, DOCX, XLSX, PNG, JPEG"


def _is(extension: str, file: UploadedFile) -> bool:
    file.seek(0)
    head = file.read(16)
    if extension == "pdf":
        return head.startswith(_PDF)
    if extension == "png":
        return head.startswith(_PNG)
    if extension in {"jpg", "jpeg"}:
        return head.startswith(_JPEG)
    try:
        file.seek(0)
        with ZipFile(file) as archive:
            return _OFFICE[extension][0] in archive.namelist()
    except (BadZipFile, OSError):
        return False


def _unpacked_size(file: UploadedFile) -> int:
    file.seek(0)
    with ZipFile(file) as archive:
        return sum(one.file_size for one in archive.infolist())


def check_upload(file: UploadedFile, *, limit: int | None = None) -> tuple[str, str]:
    """The extension and type of a file a person sends. ``limit`` is in bytes.

    Refuses an empty file, one over the limit, one of another type, one whose content is not what
    its name says, one that would swell beyond reason, and one that carries a virus.
    """
    extension = PurePosixPath(file.name or "").suffix.lstrip(".").lower()
    limit = limit or settings.UPLOAD_MAX_BYTES
    if not file.size:
        raise Refusal(_("Ce fichier est vide. Choisissez-en un autre."), field="file")
    if file.size > limit:
        raise Refusal(
            _("Ce fichier dépasse %(limit)s Mo. Réduisez-le ou divisez-le.")
            % {"limit": limit // (1024 * 1024)},
            field="file",
        )
    if extension not in _MIMES and extension not in _OFFICE:
        raise Refusal(
            _("Ce type de fichier n’est pas accepté. Types acceptés : %(types)s.")
            % {"types": ACCEPTED},
            field="file",
        )
    if not _is(extension, file):
        raise Refusal(
            _("Le contenu de ce fichier n’est pas du %(type)s, malgré son nom.")
            % {"type": extension.upper()},
            field="file",
        )
    if extension in _OFFICE and _unpacked_size(file) > UNPACKED_MAX:
        raise Refusal(
            _("Ce fichier, une fois ouvert, prend trop de place. Envoyez-en un plus simple."),
            field="file",
        )
    check_clean(file)
    mime = _MIMES[extension] if extension in _MIMES else _OFFICE[extension][1]
    return extension, mime


@transaction.atomic
def deposit_document(
    file: UploadedFile,
    *,
    by: User,
    alliance: Alliance,
    title: str,
    kind: str = "deposit",
    subject: models.Model | None = None,
    limit: int | None = None,
) -> Document:
    """Keeps a file a person sends, with its fingerprint. Refusals: see ``check_upload``."""
    extension, mime = check_upload(file, limit=limit)
    file.seek(0)
    content = file.read()
    document = Document.objects.create(
        kind=kind,
        title=title,
        alliance=alliance,
        territory_id=alliance.territory_id,
        subject_label=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        created_by=by,
        data={"filename": file.name},
    )
    store_file(document, content, extension, mime=mime)
    return document
