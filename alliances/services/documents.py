"""Documents: frozen data first, the file later; a number without hole; a fingerprint for ever."""

import hashlib
import logging
from collections.abc import Callable
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

from alliances import clock
from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Document, User

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 20


@dataclass(frozen=True)
class Renderer:
    """How one kind of document becomes a file: a template, and what follows once it is ready.

    Without a template, the act that makes the document stores its file. ``label`` is the kind's
    name for people, « Avis de versement ».
    """

    template: str
    after: Callable[[Document], None] | None = None
    label: str | Promise = ""


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


def is_generated(document: Document) -> bool:
    """Whether the portal made the file, rather than a person."""
    return document.kind in _renderers


def kind_label(kind: str) -> str | Promise:
    """A kind's name for people; what nobody renders was deposited."""
    renderer = _renderers.get(kind)
    if renderer is None:
        return DEPOSITS.get(kind, gettext_lazy("Document déposé"))
    return renderer.label or gettext_lazy("Document du portail")


def next_number(series: str, fiscal_year: FiscalYear) -> int:
    """The next number of a series in a fiscal year. Its row stays locked until the transaction
    ends: two acts wait for each other, and an act that fails gives its number back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alliances_numberseries AS n (series, fiscal_year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (series, fiscal_year) DO UPDATE SET last = n.last + 1 RETURNING last",
            [series, fiscal_year.start],
        )
        return int(cursor.fetchone()[0])


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
    queue: bool = True,
) -> Document:
    """Freezes ``data`` and queues the rendering, in the transaction of the act.

    With ``series`` the document takes the next number of the fiscal year, « AV-2026-0001 ». The
    broker may be down: the row waits, and the sweep finds it. Without ``queue`` the act itself
    stores the file, in its own transaction.
    """
    day = dated_on or clock.today()
    numbered: dict[str, Any] = {}
    if series:
        year = FiscalYear.of(day)
        sequence = next_number(series, year)
        numbered = {
            "series": series,
            "fiscal_year": year.start,
            "sequence": sequence,
            "number": f"{series}-{year.start}-{sequence:04d}",
        }
    document = Document.objects.create(
        kind=kind,
        title=title,
        alliance=alliance,
        territory_id=alliance.territory_id if alliance else None,
        subject_label=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        dated_on=day,
        language=language,
        data=data,
        replaces=replaces,
        created_by=by,
        **numbered,
    )
    if queue:
        transaction.on_commit(lambda: enqueue(document.pk), robust=True)
    return document


def enqueue(document_id: int) -> None:
    """Tells the worker; says nothing to the person when the broker does not answer."""
    from celery import current_app

    try:
        current_app.send_task("alliances.tasks.render_document", [document_id], retry=False)
    except Exception:
        logger.warning("broker unavailable, document %s waits for the sweep", document_id)


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


def check_upload(file: UploadedFile) -> tuple[str, str]:
    """The extension and type of a file a person sends.

    Refuses an empty file, one over the limit, one of another type, and one whose content is not
    what its name says.
    """
    extension = PurePosixPath(file.name or "").suffix.lstrip(".").lower()
    limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    if not file.size:
        raise Refusal(_("Ce fichier est vide. Choisissez-en un autre."), field="file")
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise Refusal(
            _("Ce fichier dépasse %(limit)s Mo. Réduisez-le ou divisez-le.") % {"limit": limit},
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
) -> Document:
    """Keeps a file a person sends, with its fingerprint. Refusals: see ``check_upload``."""
    extension, mime = check_upload(file)
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
