"""The whole file of an Alliance, asked for by who reads all of it; made in ``export_making``."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import queue
from alliances.identity import acting_as_portal
from alliances.models import Alliance, User
from alliances.permissions import require
from alliances.services import journal
from reporting.models import Export
from reporting.selectors.exports import exports_of

# Coordination and direction of the Table, adviser of the DGSQ, DGSSAC: who reads the journal.
RIGHT = "view_journal"
TASK = "reporting.tasks.make_export"


def ask_export(alliance: Alliance, *, by: User) -> Export:
    """Asks the worker for the whole file of an Alliance, as ``by`` may read it.

    Asked again while it is being made, gives the same. Refuses who does not read everything.
    """
    require(by, RIGHT, alliance)
    making = exports_of(alliance, by).at_work().first()
    if making is not None:
        return making
    try:
        with transaction.atomic():
            return _ask(alliance, by)
    except IntegrityError:
        # Asked twice at once: the other one was first.
        return exports_of(alliance, by).at_work().get()


def _ask(alliance: Alliance, by: User) -> Export:
    export = Export.objects.create(alliance=alliance, asked_by=by, language=by.language)
    journal.record(
        by=by,
        verb="ask_export",
        summary=_("a demandé le dossier complet"),
        alliance=alliance,
        target=export,
    )
    transaction.on_commit(lambda: queue.send(TASK, export.pk), robust=True)
    return export


def record_download(export: Export, *, by: User) -> None:
    """Writes down who took the file."""
    journal.record(
        by=by,
        verb="download_export",
        summary=_("a téléchargé le dossier complet"),
        alliance=export.alliance,
        target=export,
        sha256=export.sha256,
        asked_at=export.asked_at.isoformat(),
    )


def past_exports() -> list[int]:
    with acting_as_portal():
        return list(Export.objects.past().order_by("pk").values_list("pk", flat=True)[:200])


def remove_past_export(pk: int) -> bool:
    """Removes the file of an export whose link ended. The file goes first: killed between, the
    row is found again."""
    with acting_as_portal():
        export = (
            Export.objects.select_for_update(skip_locked=True, of=("self",))
            .past()
            .filter(pk=pk)
            .first()
        )
        if export is None:
            return False
        export.file.storage.delete(str(export.file.name))
        export.expire()
        export.save()
        return True
