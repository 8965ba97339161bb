"""The register of a Table, brought in: received, matched, then applied or undone as a whole.

What the worker does of it is in ``import_reading`` and ``import_applying``.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import queue
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Document, User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.antivirus import check_clean
from alliances.services.documents import check_upload, store_file
from fqis.models import RegisterImport
from fqis.register_import.columns import BY_KEY, guess, missing
from fqis.register_import.reading import LARGEST_FILE, Unreadable, headings_of
from fqis.selectors.imports import open_import_of, remembered

RIGHT = "manage_projects"
KIND = "project_register"
State = RegisterImport.State


def bring_register(alliance: Alliance, file: UploadedFile, *, by: User) -> RegisterImport:
    """Keeps a Table's register; nothing is written in the portal's yet.

    Refuses what is not a CSV nor an XLSX, a file too large or that opens into far more than
    itself, one without headings, and a second file while another is open.
    """
    require(by, RIGHT, alliance)
    require(by, "decide_projects", alliance)
    _refuse_second(alliance)
    extension, mime = _checked(file)
    file.seek(0)
    try:
        headings, sample = headings_of(file, extension)
    except Unreadable as error:
        raise Refusal(str(error), field="file") from error
    try:
        with transaction.atomic():
            return _keep(alliance, file, extension, mime, headings, sample, by)
    except IntegrityError as error:
        _refuse_second(alliance)
        raise Refusal(_("Un import est déjà ouvert.")) from error


def _checked(file: UploadedFile) -> tuple[str, str]:
    if PurePosixPath(file.name or "").suffix.lower() != ".csv":
        extension, mime = check_upload(file, limit=LARGEST_FILE)
        if extension != "xlsx":
            raise Refusal(_("Choisissez un fichier CSV ou XLSX."), field="file")
        return extension, mime
    if not file.size:
        raise Refusal(_("Ce fichier est vide. Choisissez-en un autre."), field="file")
    if file.size > LARGEST_FILE:
        raise Refusal(_("Ce fichier dépasse 30 Mo. Divisez-le."), field="file")
    check_clean(file)
    return "csv", "text/csv"


def _refuse_second(alliance: Alliance) -> None:
    other = open_import_of(alliance)
    if other is not None:
        raise StaleAct(
            _("%(person)s a apporté « %(file)s ». Terminez ou abandonnez cet import d’abord.")
            % {"person": other.created_by, "file": other.file_name},
            field="file",
        )


def _keep(
    alliance: Alliance,
    file: UploadedFile,
    extension: str,
    mime: str,
    headings: list[str],
    sample: list[list[str]],
    by: User,
) -> RegisterImport:
    name = PurePosixPath(file.name or "").name[:200]
    document = Document.objects.create(
        kind=KIND,
        title=name,
        alliance=alliance,
        territory_id=alliance.territory_id,
        created_by=by,
        data={"filename": name},
    )
    file.seek(0)
    store_file(document, file.read(), extension, mime=mime)
    source = RegisterImport.objects.create(
        alliance=alliance,
        document=document,
        file_name=name,
        headings=headings,
        sample=sample,
        mapping=guess(headings, remembered(alliance)),
        created_by=by,
    )
    record(source, by=by, verb="bring_register", summary=_("a apporté le registre « %(file)s »"))
    return source


def record(source: RegisterImport, *, by: User, verb: str, summary: str, **data: object) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"file": source.file_name, "n": source.summary.get("projects", 0)},
        alliance=source.alliance,
        target=source,
        url=source.get_absolute_url(),
        sha256=source.document.sha256,
        **data,
    )


def lock_import(pk: int) -> RegisterImport:
    return (
        RegisterImport.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "document", "created_by")
        .get(pk=pk)
    )


def _stale(source: RegisterImport) -> StaleAct:
    label = State(source.state).label
    return StaleAct(_("Cet import est déjà « %(state)s ».") % {"state": label})


@transaction.atomic
def match_columns(
    source: RegisterImport, mapping: Mapping[str, int], *, by: User
) -> RegisterImport:
    """Says which column gives each field, and sends the file to be checked without effect.

    Refuses a field that is needed and has no column, and one column for two fields.
    """
    require(by, RIGHT, source)
    source = lock_import(source.pk)
    known = {
        key: rank
        for key, rank in mapping.items()
        if key in BY_KEY and 0 <= rank < len(source.headings)
    }
    for target in missing(known):
        raise Refusal(
            _("Choisissez la colonne de « %(field)s ».") % {"field": target.label},
            field=target.key,
        )
    if len(set(known.values())) < len(known):
        twice = next(key for key, rank in known.items() if [*known.values()].count(rank) > 1)
        raise Refusal(_("Une colonne ne donne qu’un champ."), field=twice)
    try:
        source.check_again()
    except TransitionNotAllowed as error:
        raise _stale(source) from error
    source.mapping, source.lines_read, source.lines_total = known, 0, None
    return _send_to_worker(source)


def _send_to_worker(source: RegisterImport) -> RegisterImport:
    source.attempts, source.seen_at, source.refusal = 0, None, ""
    source.save()
    transaction.on_commit(lambda: queue.send("fqis.tasks.work_on_import", source.pk))
    return source


@transaction.atomic
def apply_import(source: RegisterImport, *, by: User) -> RegisterImport:
    """Asks that every line become a project. Refuses a file with a fault, and one without line."""
    require(by, RIGHT, source)
    require(by, "decide_projects", source)
    source = lock_import(source.pk)
    if source.state == State.CHECKED and source.faults_count:
        raise Refusal(_("Corrigez d’abord chaque erreur : un fichier s’applique en entier."))
    if source.state == State.CHECKED and not source.summary.get("projects"):
        raise Refusal(_("Ce fichier n’a aucun projet."))
    try:
        source.apply(by=by)
    except TransitionNotAllowed as error:
        raise _stale(source) from error
    return _send_to_worker(source)


@transaction.atomic
def undo_import(source: RegisterImport, *, by: User) -> RegisterImport:
    """Asks that every project of the file go. The worker refuses once something followed."""
    require(by, RIGHT, source)
    require(by, "decide_projects", source)
    source = lock_import(source.pk)
    try:
        source.undo(by=by)
    except TransitionNotAllowed as error:
        raise _stale(source) from error
    return _send_to_worker(source)


@transaction.atomic
def drop_import(source: RegisterImport, *, by: User) -> RegisterImport:
    """Gives up a file before it is applied."""
    require(by, RIGHT, source)
    source = lock_import(source.pk)
    try:
        source.drop()
    except TransitionNotAllowed as error:
        raise _stale(source) from error
    source.save()
    record(source, by=by, verb="drop_import", summary=_("a abandonné l’import « %(file)s »"))
    return source
