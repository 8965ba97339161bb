"""Views of a register that people keep."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Alliance, User
from alliances.permissions import can, require
from alliances.roles import VIEW
from alliances.services import journal
from fqis.models import SavedView

MOST_VIEWS = 50


@transaction.atomic
def save_view(
    *, by: User, name: str, query: str, alliance: Alliance | None = None, is_shared: bool = False
) -> SavedView:
    """Keeps the filters, the order and the columns of a register under a name.

    Without ``alliance``, those of the national register. Sharing with the territory asks for the
    right to follow its projects. Refuses a name the person already gave, and a fifty-first view.
    """
    if alliance is not None:
        require(by, "manage_projects" if is_shared else VIEW, alliance)
    if SavedView.objects.filter(created_by=by).count() >= MOST_VIEWS:
        raise Refusal(_("Vous avez déjà 50 vues : retirez-en une."), field="name")
    try:
        with transaction.atomic():
            view = SavedView.objects.create(
                territory=alliance.territory if alliance else None,
                name=name.strip(),
                query=query,
                is_shared=is_shared and alliance is not None,
                created_by=by,
            )
    except IntegrityError as error:
        raise Refusal(_("Vous avez déjà une vue de ce nom."), field="name") from error
    if view.is_shared:
        journal.record(
            by=by,
            verb="save_view",
            summary=_("a partagé la vue « %(name)s » du registre") % {"name": view.name},
            alliance=alliance,
            target=view,
        )
    return view


@transaction.atomic
def remove_view(view: SavedView, *, by: User, alliance: Alliance | None = None) -> None:
    """Forgets a view: its owner's act, or for a shared one, that of who follows the projects."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    theirs = view.created_by_id == by.pk
    if not theirs and not (view.is_shared and can(by, "manage_projects", alliance)):
        raise Refusal(_("Cette vue est celle d’une autre personne."))
    if view.is_shared:
        journal.record(
            by=by,
            verb="remove_view",
            summary=_("a retiré la vue « %(name)s » du registre") % {"name": view.name},
            alliance=alliance,
            target=view,
        )
    view.delete()
