"""The Finances tab of an Alliance: its envelope, its versements, each one's page and acts."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alliances import drawings
from alliances.models import Alliance, JournalEntry, User
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.templatetags.portal import french_ordinal, money, money0
from alliances.views.session import local_address
from fqis import services
from fqis.cards import card_for
from fqis.forms.payments import ContactForm
from fqis.forms.recoveries import RecoveryForm
from fqis.forms.versements import (
    ParkForm,
    PaymentForm,
    ReasonForm,
    RecommendForm,
    ReleaseForm,
)
from fqis.models import Versement
from fqis.selectors.recoveries import recoveries_of
from fqis.selectors.versements import Money, envelope_of, money_of, versements_of
from fqis.services.recoveries import may_propose
from fqis.services.versements import may_recommend
from fqis.views.acts import Act, Offered, perform

State = Versement.State


def _drawing(sums: Money) -> drawings.Envelope | None:
    """The bar: what was committed out of the envelope, opened into paid and on the way."""
    if sums.total is None:
        return None
    return drawings.envelope(
        total=sums.total,
        total_label=str(sums.envelope and sums.envelope.get_quality_display()),
        received=sums.committed,
        parts=[
            drawings.Part(_("Payé"), sums.paid, "piv"),
            drawings.Part(_("Autorisé, à payer"), sums.on_the_way, "hatch"),
        ],
    )


def finances_context(request: HttpRequest, alliance: Alliance) -> dict[str, Any]:
    ledger = versements_of(alliance)
    sums = money_of(envelope_of(alliance), ledger)
    return {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Finances"),
        "lede": _lede(sums),
        "ledger": ledger,
        "recoveries": recoveries_of(alliance),
        "sums": sums,
        "planned_total": sum((one.amount for one in ledger if one.state != "cancelled"), Decimal()),
        "drawing": _drawing(sums),
        "contact_form": _contact_form(person_of(request), alliance),
    }


def _contact_form(user: User, alliance: Alliance) -> ContactForm | None:
    """Where the fiduciary receives its notices, for who prepares its convention."""
    if alliance.fiduciary is None or not can(user, "prepare_convention", alliance):
        return None
    return ContactForm(initial={"email": alliance.fiduciary.email})


def _lede(sums: Money) -> str:
    if sums.total is None:
        return _("L’enveloppe est à confirmer. Payé : %(paid)s.") % {"paid": money(sums.paid)}
    return _("Payé : %(paid)s sur %(total)s.") % {
        "paid": money(sums.paid),
        "total": money0(sums.total),
    }


@require_safe
@alliance_page()
def finances(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return render(request, "fqis/finances.html", finances_context(request, alliance))


def _with_right(right: str, *states: str) -> Any:
    def allowed(user: User, versement: Versement) -> bool:
        return versement.state in states and can(user, right, versement)

    return allowed


def _may_pay(user: User, versement: Versement) -> bool:
    return (
        versement.state == State.ISSUED
        and versement.rejected_on is None  # type: ignore[attr-defined]
        and versement.authorised_by_id != user.pk
        and can(user, "confirm_payment", versement)
    )


def _may_cancel(user: User, versement: Versement) -> bool:
    if versement.state == State.AUTHORISED and versement.authorised_by_id == user.pk:
        return False
    return can(user, "hold_versement", versement) and versement.state in (
        State.PLANNED, State.READY, State.RECOMMENDED, State.HELD, State.AUTHORISED,
    )  # fmt: skip


ACTS = {
    act.slug: act
    for act in (
        Act(
            "recommander",
            gettext_lazy("Recommander le versement"),
            RecommendForm,
            services.recommend_versement,
            gettext_lazy(
                "Versement recommandé. La DGSSAC, budget, est avisée : une deuxième personne doit"
                " l’autoriser."
            ),
            lambda user, one: one.state == State.READY and may_recommend(user, one),
        ),
        Act(
            "payer",
            gettext_lazy("Confirmer le paiement"),
            PaymentForm,
            services.confirm_payment,
            gettext_lazy("Paiement confirmé. La Table et la DGSQ sont avisées."),
            _may_pay,
        ),
        Act(
            "lever",
            gettext_lazy("Lever la retenue"),
            ReleaseForm,
            services.release_versement,
            gettext_lazy("Retenue levée. La Table et la DGSQ sont avisées."),
            _with_right("hold_versement", State.HELD),
        ),
        Act(
            "retenir",
            gettext_lazy("Retenir le versement"),
            ReasonForm,
            services.hold_versement,
            gettext_lazy("Versement retenu. La Table et la DGSQ connaissent le motif."),
            _with_right("hold_versement", State.PLANNED, State.READY, State.RECOMMENDED),
            kind="danger",
        ),
        Act(
            "detacher",
            gettext_lazy("Mettre de côté une partie contestée"),
            ParkForm,
            services.park_versement,
            gettext_lazy("Partie contestée retenue. Le reste suit son cours; la Table est avisée."),
            _with_right("hold_versement", State.PLANNED, State.READY, State.RECOMMENDED),
            kind="danger",
        ),
        Act(
            "annuler",
            gettext_lazy("Annuler le versement"),
            ReasonForm,
            services.cancel_versement,
            gettext_lazy("Versement annulé. L’acte est inscrit au journal et ne se défait pas."),
            _may_cancel,
            kind="danger",
        ),
        Act(
            "recouvrer",
            gettext_lazy("Proposer un recouvrement"),
            RecoveryForm,
            services.propose_recovery,
            gettext_lazy(
                "Recouvrement proposé. La DGSSAC, budget, est avisée : une deuxième personne le"
                " décide."
            ),
            may_propose,
            kind="danger",
        ),
    )
}


def _versement(alliance: Alliance, pk: int) -> Versement:
    for versement in versements_of(alliance):
        if versement.pk == pk:
            return versement
    raise Http404


def _offered(user: User, versement: Versement, bound: Offered | None) -> list[Offered]:
    offered = []
    for act in ACTS.values():
        if bound is not None and bound.act is act:
            offered.append(bound)
        elif act.allowed(user, versement):
            url = versement.alliance.url("versement_act", versement.pk, act.slug)
            form = act.form(versement=versement, auto_id=f"id_{act.slug}_%s")  # type: ignore[call-arg]
            offered.append(Offered(act, form, url))
    return offered


def _versement_context(
    request: HttpRequest, alliance: Alliance, versement: Versement, bound: Offered | None = None
) -> dict[str, Any]:
    user = person_of(request)
    acts = _offered(user, versement, bound)
    authorisable = versement.state == State.RECOMMENDED and can(
        user, "authorise_versement", versement
    )
    return {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Versement %(year)s, %(rank)s tranche")
        % {"year": versement.year, "rank": french_ordinal(versement.tranche.rank)},
        "versement": versement,
        "card": card_for(alliance, user, versement=versement),
        "acts": [one for one in acts if one.act.kind != "danger"],
        "dangers": [one for one in acts if one.act.kind == "danger"],
        "authorisable": authorisable and versement.recommended_by_id != user.pk,
        "recommended_by_you": authorisable and versement.recommended_by_id == user.pk,
        "parts": [
            one
            for one in versements_of(alliance)
            if one.parked_from_id == versement.pk or one.pk == versement.parked_from_id
        ],
        "recoveries": [
            one
            for one in recoveries_of(alliance)
            if versement.pk in (one.versement_id, one.deducted_from_id)
        ],
        "history": JournalEntry.objects.filter(
            target_label="fqis.versement", target_id=versement.pk
        ).select_related("actor"),
    }


@require_safe
@alliance_page()
def versement(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """One versement: its conditions, its acts, its history."""
    context = _versement_context(request, alliance, _versement(alliance, pk))
    return render(request, "fqis/versement.html", context)


@require_POST
@alliance_page()
def versement_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    """Recommends, pays, holds, lets go or cancels a versement."""
    found = _versement(alliance, pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    form = chosen.form(request.POST, versement=found, auto_id=f"id_{act}_%s")  # type: ignore[call-arg]
    if perform(request, chosen, found, form):
        return redirect(
            local_address(request, request.POST["next"])
            if request.POST.get("next")
            else alliance.url("versement", pk)
        )
    bound = Offered(chosen, form, request.path)
    context = _versement_context(request, alliance, _versement(alliance, pk), bound)
    return render(request, "fqis/versement.html", context, status=422)
