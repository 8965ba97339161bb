"""The national queue of versements: what to recommend, to authorise, to pay, to let go."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from alliances import clock
from alliances.exports import export_response
from alliances.models import User
from alliances.permissions import holds_national, rights_of
from alliances.scoping import person_of
from alliances.templatetags.portal import money
from fqis.forms.filters import VersementFilter
from fqis.models import Versement
from fqis.selectors import queue as selectors
from fqis.selectors.versements import StateTotal
from fqis.services import authorise_versements
from fqis.services.authorisations import Authorisation
from fqis.views.acts import ids_in

PAGE = 50
State = Versement.State


@dataclass(frozen=True)
class QueueTab:
    """A part of the queue: the states it gathers, and its title."""

    key: str
    label: str | Promise
    title: str | Promise
    states: tuple[str, ...]


TABS = [
    QueueTab(
        "a-recommander",
        gettext_lazy("À recommander"),
        gettext_lazy("Versements à recommander"),
        (State.READY,),
    ),
    QueueTab(
        "a-autoriser",
        gettext_lazy("À autoriser"),
        gettext_lazy("Versements à autoriser"),
        (State.RECOMMENDED,),
    ),
    QueueTab(
        "a-payer",
        gettext_lazy("À payer"),
        gettext_lazy("Versements à payer"),
        (State.AUTHORISED, State.ISSUED),
    ),
    QueueTab("retenus", gettext_lazy("Retenus"), gettext_lazy("Versements retenus"), (State.HELD,)),
    QueueTab("prevus", gettext_lazy("Prévus"), gettext_lazy("Versements prévus"), (State.PLANNED,)),
    QueueTab("payes", gettext_lazy("Payés"), gettext_lazy("Versements payés"), (State.PAID,)),
    QueueTab(
        "annules", gettext_lazy("Annulés"), gettext_lazy("Versements annulés"), (State.CANCELLED,)
    ),
]


def _holds_anywhere(user: User, right: str) -> bool:
    return any(right in rights for rights in rights_of(user).on.values())


def _tab(request: HttpRequest) -> QueueTab:
    """The part asked for, else the one where the person acts."""
    tabs = {tab.key: tab for tab in TABS}
    asked = request.GET.get("etat", "")
    if asked in tabs:
        return tabs[asked]
    user = person_of(request)
    for right, key in (
        ("authorise_versement", "a-autoriser"),
        ("confirm_payment", "a-payer"),
        ("recommend_versement", "a-recommander"),
    ):
        if _holds_anywhere(user, right):
            return tabs[key]
    return tabs["a-autoriser"]


@require_safe
def versements(request: HttpRequest) -> HttpResponse:
    """The queue, one state at a time; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    user = person_of(request)
    if not holds_national(user):
        raise PermissionDenied
    tab = _tab(request)
    found = VersementFilter(
        request.GET, queryset=selectors.queue().filter(state__in=tab.states), user=user
    )
    if export := request.GET.get("export"):
        rows = selectors.rows_for(user, found.qs)
        return export_response(
            export,
            f"versements-{tab.key}",
            selectors.queue_columns(),
            selectors.queue_cells(rows),
        )
    years = selectors.totals_by_year()
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    rows = selectors.rows_for(user, page.object_list)
    context = {
        "tab": tab,
        "tabs": _tab_links(tab, years),
        "years": _year_rows(years),
        "year_columns": [one.label for one in TABS],
        "filters": found.form,
        "page": page,
        "rows": rows,
        "lede": _lede(tab, rows, page.paginator.count),
        "today": clock.today(),
        "may_hold": _holds_anywhere(user, "hold_versement"),
        "may_pay": _holds_anywhere(user, "confirm_payment"),
    }
    if tab.key == "a-autoriser":
        context |= _selection(request, rows)
        context["held"] = selectors.rows_for(user, selectors.queue().filter(state=State.HELD))
    return render(request, "fqis/queue.html", context)


def _tab_links(current: QueueTab, years: list[selectors.YearTotals]) -> list[dict[str, Any]]:
    return [
        {
            "label": tab.label,
            "url": f"{reverse('versements')}?etat={tab.key}",
            "current": tab.key == current.key,
            "count": sum(_cell(year, tab).count for year in years),
        }
        for tab in TABS
    ]


def _cell(year: selectors.YearTotals, tab: QueueTab) -> StateTotal:
    found = [year.states[state] for state in tab.states if state in year.states]
    return StateTotal(
        sum(one.count for one in found), sum((one.amount for one in found), Decimal(0))
    )


def _year_rows(years: list[selectors.YearTotals]) -> list[dict[str, Any]]:
    """One row for each fiscal year: what each part of the queue holds of it."""
    return [
        {
            "year": year.year,
            "cells": [
                {
                    "label": tab.label,
                    "found": _cell(year, tab),
                    "url": f"{reverse('versements')}?etat={tab.key}&exercice={year.year.start}",
                }
                for tab in TABS
            ],
            "total": year.total,
        }
        for year in years
    ]


def _lede(tab: QueueTab, rows: list[selectors.Row], total: int) -> str:
    if not total:
        return _("Aucun versement.")
    counted = ngettext("%(n)s versement.", "%(n)s versements.", total) % {"n": total}
    if tab.key != "a-autoriser":
        return counted
    free = sum(row.may_authorise for row in rows)
    waits = ngettext(
        "%(n)s versement recommandé attend.", "%(n)s versements recommandés attendent.", total
    ) % {"n": total}
    if not free:
        return waits
    return f"{waits} " + _("Vous pouvez en autoriser %(n)s.") % {"n": free}


def _selection(request: HttpRequest, rows: list[selectors.Row]) -> dict[str, Any]:
    """What is chosen at first: everything the person may authorise, or what they had chosen."""
    asked = _ids(request.GET.getlist("v"))
    free = [row for row in rows if row.may_authorise]
    chosen = [row for row in free if not asked or row.versement.pk in asked]
    return {
        "free": free,
        "chosen": {row.versement.pk for row in chosen},
        "chosen_total": sum((row.versement.amount for row in chosen), start=0),
        "yours": [
            row.name for row in rows if row.versement.recommended_by_id == person_of(request).pk
        ],
        "national": selectors.national_money(),
        "next_number": selectors.next_notice_number(),
        "may_authorise": _holds_anywhere(person_of(request), "authorise_versement"),
    }


def _ids(values: list[str]) -> set[int]:
    """The ids in the address or in the form; one field may hold many, separated by commas."""
    return ids_in(one for value in values for one in value.split(","))


def _asked(request: HttpRequest) -> set[int]:
    """What the person chose; with ``tout``, all that waits under the filters of the address."""
    if request.method == "POST":
        return _ids(request.POST.getlist("v"))
    if "tout" not in request.GET:
        return _ids(request.GET.getlist("v"))
    waiting = VersementFilter(
        request.GET,
        queryset=selectors.queue().filter(state=State.RECOMMENDED),
        user=person_of(request),
    )
    return set(waiting.qs.values_list("pk", flat=True))


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=lambda request: settings.MFA_REQUIRED)
def authorise(request: HttpRequest) -> HttpResponse:
    """Shows what is about to be authorised, then does it; nothing is undone afterwards."""
    user = person_of(request)
    if not _holds_anywhere(user, "authorise_versement"):
        raise PermissionDenied
    asked = _asked(request)
    found: QuerySet[Versement] = selectors.queue().filter(pk__in=asked)
    if not asked or not found.exists():
        messages.error(request, _("Choisissez au moins un versement à autoriser."))
        return redirect("versements")
    if request.method == "POST":
        result = authorise_versements(asked, by=user)
        _tell(request, result)
        if result.done:
            return redirect(f"{reverse('versements')}?etat=a-autoriser")
    rows = selectors.rows_for(user, found)
    context = {
        "rows": rows,
        "ready": selectors.summary_of(row for row in rows if row.may_authorise),
        "unusual": sum(row.may_authorise and not row.anomaly.is_none for row in rows),
        "national": selectors.national_money(),
        "others": [row for row in rows if not row.may_authorise],
        "total": sum((row.versement.amount for row in rows if row.may_authorise), start=0),
        "next_number": selectors.next_notice_number(),
        "back": f"{reverse('versements')}?etat=a-autoriser&" + _selection_of(asked),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fqis/authorise.html", context, status=status)


def _selection_of(ids: set[int]) -> str:
    """The selection as it goes back to the queue; the queue chooses by itself a whole one."""
    return f"v={','.join(str(pk) for pk in sorted(ids))}" if len(ids) <= PAGE else ""


# Sentences shown one by one; the others are counted.
TOLD = 20


def _tell(request: HttpRequest, result: Authorisation) -> None:
    if result.done:
        numbers = [one.notice.number for one in result.done if one.notice]
        notices = (
            numbers[0]
            if len(numbers) == 1
            else _("%(first)s à %(last)s") % {"first": numbers[0], "last": numbers[-1]}
        )
        messages.success(
            request,
            ngettext(
                "%(n)s versement autorisé, %(total)s : avis %(notices)s. Le portail prépare"
                " l’avis, puis avise la Table et la DGSQ. Il reste à confirmer le paiement.",
                "%(n)s versements autorisés, %(total)s : avis %(notices)s. Le portail prépare"
                " les avis, puis avise les Tables et la DGSQ. Il reste à confirmer les paiements.",
                len(result.done),
            )
            % {"n": len(result.done), "total": money(result.total), "notices": notices},
        )
    for refused in result.refused[:TOLD]:
        messages.error(
            request,
            _("%(territory)s : %(why)s")
            % {"territory": refused.versement.alliance.territory, "why": refused.refusal},
        )
    if len(result.refused) > TOLD:
        more = len(result.refused) - TOLD
        messages.error(
            request,
            ngettext(
                "%(n)s autre versement n’a pas été autorisé : la file dit pourquoi.",
                "%(n)s autres versements n’ont pas été autorisés : la file dit pourquoi.",
                more,
            )
            % {"n": more},
        )
