"""A sitting: its list, who is there, what it decides, its minutes."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.committees import ItemForm, ListForm, PresenceForm
from fqis.models import Sitting, SittingItem
from fqis.selectors import committees as selectors
from fqis.selectors.pages import project_pages
from fqis.selectors.project_money import hidden_count, purse_of
from fqis.services.sittings import minutes_of
from fqis.views.acts import add_refusal, ids_in
from fqis.wording import date_long


def _find(alliance: Alliance, pk: int) -> Sitting:
    sitting = selectors.sitting_page(alliance, pk)
    if sitting is None:
        raise Http404
    return sitting


def _page(
    request: HttpRequest,
    alliance: Alliance,
    sitting: Sitting,
    bound: tuple[int, ItemForm] | None = None,
) -> HttpResponse:
    agenda = selectors.agenda_of(sitting)
    is_open = sitting.state == Sitting.State.PLANNED
    may_decide = can(person_of(request), "decide_projects", alliance) and is_open
    purse = purse_of(sitting.committee)
    prepared = selectors.prepared_amount(sitting)
    rows = []
    for one in agenda:
        form = ItemForm(initial=ItemForm.initial_of(one.item), auto_id=f"id_{one.item.pk}_%s")
        if bound and bound[0] == one.item.pk:
            form = bound[1]
        rows.append({"one": one, "form": form})
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Séance du %(day)s") % {"day": date_long(sitting.on)},
        "lede": sitting.committee.name,
        "pages": project_pages(alliance, "committees"),
        "sitting": sitting,
        "rows": rows,
        "purse": purse,
        "prepared": prepared,
        "left": purse.left - prepared if purse.left is not None else None,
        "presences": sitting.presences.select_related("person"),
        "may_decide": may_decide,
        "is_open": is_open,
        "hidden": hidden_count(),
        "minutes": None if is_open else minutes_of(sitting),
        "presence_form": PresenceForm(sitting=sitting) if may_decide else None,
        "list_form": ListForm(sitting=sitting) if may_decide else None,
    }
    return render(request, "fqis/sitting.html", context, status=422 if bound else 200)


@require_safe
@alliance_page()
def sitting(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return _page(request, alliance, _find(alliance, pk))


def _presences(request: HttpRequest, sitting: Sitting) -> str:
    form = PresenceForm(request.POST, sitting=sitting)
    if not form.is_valid():
        raise Refusal(_("Choisissez les personnes présentes dans la liste."))
    services.write_presences(sitting, list(form.cleaned_data["people"]), by=person_of(request))
    return _("Présences enregistrées.")


def _list(request: HttpRequest, sitting: Sitting) -> str:
    form = ListForm(request.POST, sitting=sitting)
    if not form.is_valid():
        raise Refusal(_("Choisissez au moins un projet."))
    services.list_projects(sitting, list(form.cleaned_data["projects"]), by=person_of(request))
    return _("Projets ajoutés à la liste.")


def _unlist(request: HttpRequest, sitting: Sitting) -> str:
    services.unlist_project(_item(request, sitting), by=person_of(request))
    return _("Projet retiré de la liste.")


def _item(request: HttpRequest, sitting: Sitting) -> SittingItem:
    return get_object_or_404(
        sitting.items.select_related("project", "sitting"),
        pk__in=ids_in([request.POST.get("item", "")]),
    )


def _close(request: HttpRequest, sitting: Sitting) -> str:
    services.close_sitting(sitting, by=person_of(request))
    return _("Séance close. Les décisions, les lettres et le procès-verbal sont faits.")


SITTING_ACTS: dict[str, Callable[[HttpRequest, Sitting], str]] = {
    "presences": _presences,
    "ajouter": _list,
    "retirer": _unlist,
    "clore": _close,
}


@require_POST
@alliance_page("decide_projects")
def sitting_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    """One act of the coordination on a sitting."""
    found = _find(alliance, pk)
    if act == "preparer":
        return _prepare(request, alliance, found)
    if act not in SITTING_ACTS:
        raise Http404
    try:
        messages.success(request, SITTING_ACTS[act](request, found))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(found.get_absolute_url())


def _prepare(request: HttpRequest, alliance: Alliance, sitting: Sitting) -> HttpResponse:
    item = _item(request, sitting)
    form = ItemForm(request.POST, auto_id=f"id_{item.pk}_%s")
    if form.is_valid():
        try:
            services.prepare_item(item, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("Décision préparée pour %(number)s.") % {"number": item.project.number},
            )
            return redirect(f"{sitting.get_absolute_url()}#dossier-{item.pk}")
    return _page(request, alliance, sitting, (item.pk, form))
