"""Money moved between territories: tried without effect, proposed, then decided."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal, StaleAct
from alliances.permissions import can, holds_national, require
from alliances.scoping import person_of
from fqis import services
from fqis.forms.envelopes import DecideMoveForm, MoveForm, TrialForm
from fqis.models import EnvelopeMove
from fqis.selectors import moves as selectors
from fqis.services.moves import DECIDE, PROPOSE
from fqis.views.acts import add_refusal


def _reader(request: HttpRequest) -> None:
    if not holds_national(person_of(request)):
        raise PermissionDenied


def _crumbs(*last: tuple[str, str]) -> list[dict[str, str]]:
    links = [(_("Enveloppes"), reverse("envelopes")), *last]
    return [{"label": label, "url": url} for label, url in links]


@require_http_methods(["GET", "HEAD", "POST"])
def moves(request: HttpRequest) -> HttpResponse:
    """Every move, and a trial asked in the address; POST proposes it."""
    _reader(request)
    may_propose = can(person_of(request), PROPOSE)
    envelopes = list(selectors.movable_envelopes()) if may_propose else []
    known: dict[str, Any] = {"cycle": selectors.latest_cycle(envelopes), "envelopes": envelopes}
    status = 200
    if request.method == "POST":
        require(person_of(request), PROPOSE)
        form: TrialForm = MoveForm(request.POST, **known)
        if form.is_valid():
            try:
                made = services.propose_move(by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                done = _("Proposition enregistrée. Rien ne change avant la décision.")
                messages.success(request, done)
                return redirect("envelope_move", made.pk)
        status = 422
    else:
        form = TrialForm(request.GET if "amount" in request.GET else None, **known)
    return render(
        request, "fqis/moves.html", _moves_context(form, may_propose=may_propose), status=status
    )


def _moves_context(form: TrialForm, *, may_propose: bool) -> dict[str, Any]:
    typed = form.cleaned_data if form.is_bound and form.errors is not None else {}
    trial = None
    if {"source", "target", "amount"} <= typed.keys():
        trial = selectors.trial_of(typed["source"], typed["target"], typed["amount"])
    return {
        "crumbs": _crumbs((_("Déplacements"), "")),
        "moves": selectors.moves(),
        "form": form,
        "trial": trial,
        "reason_error": " ".join(map(str, form.errors.get("reason", []))),
        "may_propose": may_propose,
    }


def _move_page(
    request: HttpRequest, move: EnvelopeMove, form: DecideMoveForm | None = None, status: int = 200
) -> HttpResponse:
    user = person_of(request)
    is_open = move.state == EnvelopeMove.State.PROPOSED
    context = {
        "move": move,
        "is_open": is_open,
        "crumbs": _crumbs((_("Déplacements"), reverse("envelope_moves")), (_("Proposition"), "")),
        "trial": selectors.trial_of_move(move),
        "may_decide": is_open and can(user, DECIDE),
        "may_withdraw": is_open and can(user, PROPOSE),
        "proposed_by_reader": move.proposed_by_id == user.pk,
        "form": form or DecideMoveForm(),
    }
    return render(request, "fqis/move.html", context, status=status)


def _get(pk: int) -> EnvelopeMove:
    return get_object_or_404(selectors.moves(), pk=pk)


@require_safe
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: each side before and after, its decision."""
    _reader(request)
    return _move_page(request, _get(pk))


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The minister decided: both envelopes change."""
    require(person_of(request), DECIDE)
    found = _get(pk)
    form = DecideMoveForm(request.POST)
    if form.is_valid():
        try:
            services.decide_move(
                found,
                by=person_of(request),
                on=form.cleaned_data["decided_on"],
                reference=form.cleaned_data["reference"],
            )
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect("envelope_move", pk)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Déplacement décidé. Les deux enveloppes ont changé."))
            return redirect("envelope_move", pk)
    return _move_page(request, found, form, 422)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The budget office gives up a proposal."""
    require(person_of(request), PROPOSE)
    try:
        services.withdraw_move(_get(pk), by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Proposition retirée."))
    return redirect("envelope_move", pk)
