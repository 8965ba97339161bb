"""The page of a recovery and its acts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alliances.models import Alliance, JournalEntry, User
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.recoveries import DecideForm, DeductForm, DropForm, ReceiveForm
from fqis.models import Recovery
from fqis.selectors.recoveries import recovery_of
from fqis.services.recoveries import may_drop
from fqis.views.acts import Act, Offered, perform
from fqis.wording import money

State = Recovery.State


def _may_decide(user: User, recovery: Recovery) -> bool:
    return (
        recovery.state == State.PROPOSED
        and recovery.proposed_by_id != user.pk
        and can(user, "authorise_versement", recovery)
    )


def _may_settle(right: str) -> Any:
    def allowed(user: User, recovery: Recovery) -> bool:
        return (
            recovery.state == State.DECIDED
            and recovery.decided_by_id != user.pk
            and can(user, right, recovery)
        )

    return allowed


ACTS = {
    act.slug: act
    for act in (
        Act(
            "decider",
            gettext_lazy("Décider le recouvrement"),
            DecideForm,
            services.decide_recovery,
            gettext_lazy("Recouvrement décidé. L’avis numéroté part à la Table."),
            _may_decide,
        ),
        Act(
            "rembourser",
            gettext_lazy("Consigner le remboursement"),
            ReceiveForm,
            services.receive_recovery,
            gettext_lazy("Remboursement consigné. La Table et la DGSQ sont avisées."),
            _may_settle("confirm_payment"),
        ),
        Act(
            "deduire",
            gettext_lazy("Déduire d’un versement à venir"),
            DeductForm,
            services.deduct_recovery,
            gettext_lazy("Déduction faite. La Table et la DGSQ sont avisées."),
            _may_settle("recommend_versement"),
        ),
        Act(
            "abandonner",
            gettext_lazy("Abandonner le recouvrement"),
            DropForm,
            services.drop_recovery,
            gettext_lazy("Recouvrement abandonné. L’acte est inscrit au journal."),
            lambda user, one: one.state == State.PROPOSED and may_drop(user, one),
            kind="danger",
        ),
    )
}


def _recovery(alliance: Alliance, pk: int) -> Recovery:
    found = recovery_of(alliance, pk)
    if found is None:
        raise Http404
    return found


def _offered(user: User, recovery: Recovery, bound: Offered | None) -> list[Offered]:
    offered = []
    for act in ACTS.values():
        if bound is not None and bound.act is act:
            offered.append(bound)
        elif act.allowed(user, recovery):
            url = recovery.alliance.url("recovery_act", recovery.pk, act.slug)
            form = act.form(recovery=recovery, auto_id=f"id_{act.slug}_%s")  # type: ignore[call-arg]
            offered.append(Offered(act, form, url))
    return offered


def _context(
    request: HttpRequest, alliance: Alliance, recovery: Recovery, bound: Offered | None = None
) -> dict[str, Any]:
    user = person_of(request)
    acts = _offered(user, recovery, bound)
    return {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Recouvrement"),
        "lede": _("%(kind)s de %(amount)s.")
        % {"kind": recovery.get_kind_display(), "amount": money(recovery.amount)},
        "recovery": recovery,
        "acts": [one for one in acts if one.act.kind != "danger"],
        "dangers": [one for one in acts if one.act.kind == "danger"],
        "proposed_by_you": recovery.state == State.PROPOSED and recovery.proposed_by_id == user.pk,
        "decided_by_you": recovery.state == State.DECIDED and recovery.decided_by_id == user.pk,
        "history": JournalEntry.objects.filter(
            target_label="fqis.recovery", target_id=recovery.pk
        ).select_related("actor"),
    }


@require_safe
@alliance_page()
def recovery(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return render(
        request, "fqis/recovery.html", _context(request, alliance, _recovery(alliance, pk))
    )


@require_POST
@alliance_page()
def recovery_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    """Decides, drops, receives or deducts a recovery."""
    found = _recovery(alliance, pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    form = chosen.form(request.POST, recovery=found, auto_id=f"id_{act}_%s")  # type: ignore[call-arg]
    if perform(request, chosen, found, form):
        return redirect(alliance.url("recovery", pk))
    context = _context(
        request, alliance, _recovery(alliance, pk), Offered(chosen, form, request.path)
    )
    return render(request, "fqis/recovery.html", context, status=422)
