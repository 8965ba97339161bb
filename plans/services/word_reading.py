"""A Word file brought into a version: kept as it came, then read by the worker."""

from hashlib import sha256
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliances import clock, queue
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.services import journal
from alliances.services.documents import check_upload
from plans.models import PlanVersion, WordImport
from plans.opening import opening_of
from plans.selectors.starting import open_import_of, outline_of
from plans.word import check_archive, open_parts, pieces_of
from plans.word.archive import protected, with_macros
from plans.word.pieces import ASIDE
from plans.wording import moment_words, title_of, why_frozen

from .locking import writable

# A file that stops the worker this many times is not read again.
MAX_ATTEMPTS = 3
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _read_upload(file: UploadedFile) -> bytes:
    """The bytes of a ``.docx``; refuses in plain words what is another kind of file."""
    extension = PurePosixPath(file.name or "").suffix.lower()
    if extension in {".docm", ".dotm"}:
        raise Refusal(with_macros(), field="file")
    if extension in {".doc", ".dot", ".odt", ".rtf"}:
        raise Refusal(
            _(
                "Ce fichier est au format %(extension)s. Dans Word, choisissez « Enregistrer sous »"
                " puis « Document Word (.docx) »."
            )
            % {"extension": extension},
            field="file",
        )
    if extension != ".docx":
        raise Refusal(_("Choisissez un fichier Word, en .docx."), field="file")
    if file.size and file.size <= settings.UPLOAD_MAX_BYTES:
        file.seek(0)
        if file.read(len(_OLE)) == _OLE:
            file.seek(0)
            if _ENCRYPTED in file.read():
                raise Refusal(protected(), field="file")
            raise Refusal(
                _(
                    "Ce fichier est un ancien document .doc, malgré son nom. Dans Word, choisissez"
                    " « Enregistrer sous » puis « Document Word (.docx) »."
                ),
                field="file",
            )
    check_upload(file)
    file.seek(0)
    return bytes(file.read())


def _refuse_second(version: PlanVersion) -> None:
    other = open_import_of(version)
    if other is not None:
        raise StaleAct(
            _(
                "%(person)s a apporté le fichier « %(file)s » le %(moment)s. Terminez de le placer"
                " avant d’en apporter un autre."
            )
            % {
                "person": other.created_by,
                "file": other.file_name,
                "moment": moment_words(other.created_at),
            },
            field="file",
        )


def record_word(version: PlanVersion, *, by: User, verb: str, summary: str) -> None:
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=summary,
        alliance=alliance,
        target=version,
        url=alliance.url("plan_version", version.number),
    )


def import_word(version: PlanVersion, file: UploadedFile, *, by: User) -> WordImport:
    """Keeps a Word canvas for the worker to read; nothing is written in the plan yet.

    Refuses a frozen version, a second file while one is being read or placed, and at once what is
    seen not to be a ``.docx`` without opening it: see ``check_archive``.
    """
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    _refuse_second(version)
    content = _read_upload(file)
    check_archive(content)
    with transaction.atomic():
        held = writable(version.pk)
        _refuse_second(held)
        created = WordImport.objects.create(
            version=held,
            file_name=PurePosixPath(file.name or "").name[:200],
            sha256=sha256(content).hexdigest(),
            content=content,
            created_by=by,
        )
        record_word(
            held,
            by=by,
            verb="import_word",
            summary=_("a apporté le fichier Word « %(file)s » dans %(plan)s")
            % {"file": created.file_name[:150], "plan": title_of(held)},
        )
        key = created.pk
        transaction.on_commit(lambda: queue.send("plans.tasks.read_word", key), robust=True)
    return created


# --- By the worker


def _to_read(pk: int) -> WordImport | None:
    return (
        WordImport.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("created_by", "version__plan__alliance__cycle")
        .filter(pk=pk, read_at=None)
        .first()
    )


@transaction.atomic
def begin_reading(pk: int) -> bool:
    """Notes that a file is about to be read, before anything it holds can stop the worker; false
    when there is nothing to read. Refuses for good one that has stopped it too often."""
    word = _to_read(pk)
    if word is None:
        return False
    if word.attempts >= MAX_ATTEMPTS:
        with translation.override(word.created_by.language):
            _end(word, refusal=_("La lecture de ce fichier n’aboutit pas. Copiez votre texte dans"
                                 " un nouveau document Word et recommencez."))  # fmt: skip
        return False
    word.attempts += 1
    word.started_at = clock.now()
    word.save(update_fields=["attempts", "started_at"])
    return True


@transaction.atomic
def read_import(pk: int) -> WordImport | None:
    """Reads a file into pieces. The row stays locked to the end: stopped at any moment, the file is
    still there to read; run twice, the second finds it read.

    What cannot be read, or no longer has a plan to go to, is finished with the reason.
    """
    word = _to_read(pk)
    if word is None:
        return None
    with translation.override(word.created_by.language):
        try:
            pieces = _pieces(word)
        except Refusal as refusal:
            return _end(word, refusal=str(refusal))
    word.pieces = pieces
    return _end(word)


def _pieces(word: WordImport) -> list[dict[str, object]]:
    version = word.version
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    opening = opening_of(version)
    content = bytes(word.content or b"")
    pieces = pieces_of(open_parts(content), outline_of(version, opening.sections))
    opened = {one.code for one in opening.sections if opening.has(one)}
    for piece in pieces:
        if piece.section != ASIDE and piece.section not in opened:
            piece.section = ""
    return [piece.as_data() for piece in pieces]


def _end(word: WordImport, *, refusal: str = "") -> WordImport:
    """The file goes; its pieces stay, or the reason there are none."""
    word.content, word.read_at = None, clock.now()
    word.refusal = refusal[:500]
    if refusal:
        word.finished_at = word.read_at
    word.save(update_fields=["content", "pieces", "read_at", "refusal", "finished_at"])
    return word
