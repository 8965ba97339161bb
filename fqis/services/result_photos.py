"""Photos of a project: kept with the consent of the people on them, without the place and the
device that a camera writes in the file."""

from io import BytesIO

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import User
from alliances.permissions import require
from alliances.services.documents import check_upload, deposit_document
from fqis.agreement_documents import PHOTO_KIND
from fqis.models import Project, ProjectResult, ResultPhoto
from fqis.services.follow_up_rules import said
from fqis.services.projects import lock_project, record_on
from fqis.services.result_links import open_result
from fqis.wording import already

MOST = 6
LIMIT = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 50_000_000
SIDE = 2000  # pixels, once kept


def clean_photo(file: UploadedFile) -> SimpleUploadedFile:
    """The photo drawn again, at most 2 000 pixels wide: what hides in a file stays behind.

    Refuses another type than JPEG or PNG, a file over 10 MB, one that is no picture, or a picture
    of more than 50 million pixels.
    """
    extension, _mime = check_upload(file, limit=LIMIT)
    if extension not in ("png", "jpg", "jpeg"):
        raise Refusal(_("Une photo est un fichier JPEG ou PNG."), field="file")
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refusal(_("Cette photo est trop grande. Réduisez-la."), field="file")
            drawn = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refusal(_("Ce fichier n’est pas une photo lisible."), field="file") from None
    except Image.DecompressionBombError:
        raise Refusal(_("Cette photo est trop grande. Réduisez-la."), field="file") from None
    drawn.thumbnail((SIDE, SIDE))
    made = BytesIO()
    drawn.save(made, "JPEG", quality=82)
    return SimpleUploadedFile("photo.jpg", made.getvalue(), content_type="image/jpeg")


@transaction.atomic
def add_photo(
    result: ProjectResult,
    *,
    by: User,
    file: UploadedFile,
    has_consent: bool,
    consent_note: str,
    caption: str = "",
) -> ResultPhoto:
    """Keeps a photo with the results, by the Table. Refuses one without the consent of the people
    on it and how it was given, a seventh one, and what ``clean_photo`` refuses."""
    require(by, "manage_projects", result.project)
    project = lock_project(result.project_id)
    photo = _add(project, result, by, file, has_consent, consent_note, caption)
    record_on(
        project,
        by=by,
        verb="add_result_photo",
        summary=_("a déposé une photo du projet %(project)s"),
    )
    return photo


@transaction.atomic
def add_photo_by_link(
    token: str, *, file: UploadedFile, has_consent: bool, consent_note: str, caption: str = ""
) -> ResultPhoto:
    """The same, by who holds an open link."""
    with acting_as_portal() as portal:
        project, result = open_result(token, by=portal)
        return _add(project, result, portal, file, has_consent, consent_note, caption)


def _add(
    project: Project,
    result: ProjectResult,
    by: User,
    file: UploadedFile,
    has_consent: bool,
    consent_note: str,
    caption: str,
) -> ResultPhoto:
    if not has_consent:
        raise Refusal(
            _("Une photo n’est gardée qu’avec le consentement des personnes qu’on y voit."),
            field="has_consent",
        )
    note = said(
        consent_note, "consent_note", _("Dites comment le consentement a été obtenu."), most=200
    )
    if result.photos.filter(withdrawn_at=None).count() >= MOST:
        raise Refusal(_("Gardez %(n)s photos au plus.") % {"n": MOST}, field="file")
    document = deposit_document(
        clean_photo(file),
        by=by,
        alliance=project.alliance,
        title=_("Photo du projet %(number)s, %(year)s")
        % {"number": project.number, "year": result.year},
        kind=PHOTO_KIND,
        subject=project,
    )
    return ResultPhoto.objects.create(
        result=result,
        document=document,
        caption=caption.strip()[:200],
        has_consent=True,
        consent_note=note,
        added_by=by,
    )


@transaction.atomic
def withdraw_photo(photo: ResultPhoto, *, by: User) -> ResultPhoto:
    """The consent is withdrawn: the file is erased, the row says when and by whom. Refuses it
    twice."""
    require(by, "manage_projects", photo.result.project)
    project = lock_project(photo.result.project_id)
    held = (
        ResultPhoto.objects.select_for_update(of=("self",))
        .select_related("withdrawn_by", "document")
        .get(pk=photo.pk)
    )
    if held.withdrawn_at is not None:
        raise already(held.withdrawn_by, held.withdrawn_at, _("retirée"))
    held.withdrawn_at, held.withdrawn_by = clock.now(), by
    held.save()
    path = str(held.document.file.name)
    transaction.on_commit(lambda: default_storage.delete(path))
    record_on(
        project,
        by=by,
        verb="withdraw_result_photo",
        summary=_("a retiré une photo du projet %(project)s"),
    )
    return held
