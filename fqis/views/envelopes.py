"""The envelope of an Alliance: what became of it, how it is shared, its amount."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, User
from alliances.permissions import can, require
from alliances.scoping import alliance_page, person_of
from alliances.templatetags.portal import money
from fqis import services
from fqis.forms.envelopes import AmountForm, CeilingForm, SplitForm
from fqis.models import Envelope, EnvelopeAmount, EnvelopeSplit
from fqis.selectors import envelopes as selectors
from fqis.selectors.amounts import amounts_of, why_fixed
from fqis.services.envelopes import CONFIRM, PROPOSE
from fqis.services.splits import may_decide, may_prepare
from fqis.views.acts import add_refusal, ids_in

State = EnvelopeSplit.State
ACTS = {"confirmer", "retirer"}


def _envelope_page(
    request: HttpRequest,
    alliance: Alliance,
    form: AmountForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    user = person_of(request)
    sums = selectors.envelope_money(alliance)
    forecast = selectors.forecast_of(sums, alliance)
    splits = selectors.splits_of(sums.envelope) if sums.envelope else {}
    known = sums.amount is not None
    context = {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Enveloppe"),
        "lede": _(
            "Ce que l’enveloppe a donné, ce qui en reste, et où mène le rythme d’aujourd’hui."
        ),
        "sums": sums,
        "drawing": selectors.bar_of(sums),
        "forecast": forecast,
        "pace": selectors.drawing_of(sums, alliance, forecast),
        "years": selectors.years_of(sums, alliance, forecast),
        "split": splits.get(State.DECIDED),
        "draft": splits.get(State.DRAFT),
        "may_prepare": known and may_prepare(user, alliance),
        "may_decide": known and may_decide(user, alliance),
        "may_move": known and can(user, "allocate"),
        **_amounts(user, alliance, sums.envelope, form),
    }
    return render(request, "fqis/envelope.html", context, status=status)


def _amounts(
    user: User, alliance: Alliance, envelope: Envelope | None, form: AmountForm | None
) -> dict[str, Any]:
    """What was proposed, what waits for another person, and the form when it makes sense."""
    found = amounts_of(envelope, user)
    waiting = next((one for one in found if one.state == EnvelopeAmount.State.PROPOSED), None)
    may_propose = can(user, PROPOSE, alliance)
    fixed = why_fixed(alliance, envelope) if may_propose else ""
    is_open = may_propose and waiting is None and not fixed
    return {
        "amounts": found,
        "waiting": waiting,
        "may_confirm_amount": waiting is not None and can(user, CONFIRM),
        "proposed_by_reader": waiting is not None and waiting.proposed_by_id == user.pk,
        "may_withdraw_amount": waiting is not None and may_propose,
        "why_fixed": fixed,
        "form": (form or AmountForm.of(envelope)) if is_open or form else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def envelope(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The envelope; POST proposes its amount, with the decision it comes from."""
    if request.method != "POST":
        return _envelope_page(request, alliance)
    require(person_of(request), "manage_envelope", alliance)
    form = AmountForm(request.POST)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        was, on = typed.pop("was"), typed.pop("decided_on")
        try:
            services.propose_amount(
                services.open_envelope(alliance),
                by=person_of(request),
                on=on,
                was=_decimal(was),
                **typed,
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            done = _("Montant proposé : %(amount)s. Une autre personne le confirme.")
            messages.success(request, done % {"amount": money(typed["amount"])})
            return redirect(alliance.url("envelope"))
    return _envelope_page(request, alliance, form, status=422)


@require_POST
@alliance_page()
def amount_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    """Confirms or withdraws a proposed amount; confirming opens the way to the convention."""
    user = person_of(request)
    if act not in ACTS:
        raise Http404
    if act == "confirmer":
        require(user, CONFIRM)
    else:
        require(user, "manage_envelope", alliance)
    proposal = get_object_or_404(
        EnvelopeAmount.objects.select_related("envelope__alliance__territory"),
        pk=pk,
        envelope__alliance=alliance,
    )
    try:
        if act == "confirmer":
            given = services.confirm_amount(proposal, by=user)
            done = _("Enveloppe confirmée : %(amount)s. La Table est avisée.")
            messages.success(request, done % {"amount": money(given.amount)})
        else:
            services.withdraw_amount(proposal, by=user)
            messages.success(request, _("Montant proposé retiré."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(alliance.url("envelope"))


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        return None


# --- The sharing


def _known_envelope(alliance: Alliance) -> Envelope:
    found = (
        Envelope.objects.filter(alliance=alliance)
        .select_related("alliance__territory", "alliance__cycle")
        .first()
    )
    if found is None or found.amount is None:
        raise Http404
    return found


def _draft(envelope: Envelope) -> EnvelopeSplit | None:
    return (
        EnvelopeSplit.objects.filter(envelope=envelope, state=State.DRAFT)
        .select_related("changed_by", "envelope")
        .first()
    )


def _split_form(alliance: Alliance, envelope: Envelope, data: Any = None) -> SplitForm:
    """What is being prepared, or what is in force, to begin from."""
    draft = _draft(envelope)
    in_force = EnvelopeSplit.objects.filter(envelope=envelope, state=State.DECIDED).first()
    return SplitForm(data, alliance=alliance, split=draft or in_force)


def _split_page(
    request: HttpRequest, alliance: Alliance, envelope: Envelope, form: SplitForm, status: int = 200
) -> HttpResponse:
    context = {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Partage de l’enveloppe"),
        "lede": _("Rien n’est en vigueur avant la décision de la direction."),
        "envelope": envelope,
        "form": form,
    }
    return render(request, "fqis/envelope_split.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def split(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The sharing being prepared; POST writes it."""
    if not may_prepare(person_of(request), alliance):
        raise PermissionDenied
    envelope = _known_envelope(alliance)
    if request.method != "POST":
        return _split_page(request, alliance, envelope, _split_form(alliance, envelope))
    form = _split_form(alliance, envelope, request.POST)
    status = 422
    if form.is_valid():
        try:
            services.write_split(
                envelope,
                by=person_of(request),
                parts=form.parts,
                shares=form.shares,
                revision=form.cleaned_data["revision"] or 0,
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
            status = 409 if isinstance(refusal, StaleAct) else 422
        else:
            messages.success(request, _("Partage préparé. La direction de la Table le décide."))
            return redirect(alliance.url("envelope"))
    return _split_page(request, alliance, envelope, form, status)


@require_POST
@alliance_page()
def split_decide(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Puts the prepared sharing in force, as the person saw it."""
    if not may_decide(person_of(request), alliance):
        raise PermissionDenied
    draft = _draft(_known_envelope(alliance))
    seen = request.POST.get("revision", "")
    try:
        if draft is None or not ids_in([seen]):
            raise Refusal(_("Aucun partage n’attend de décision."))
        services.decide_split(draft, by=person_of(request), revision=int(seen))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Partage décidé : il est en vigueur."))
    return redirect(alliance.url("envelope"))


@require_POST
def ceiling(request: HttpRequest, cycle: str) -> HttpResponse:
    """Sets what administration and mobilisation may take of an envelope of this cycle."""
    require(person_of(request), "allocate")
    found = get_object_or_404(Cycle, slug=cycle)
    form = CeilingForm(request.POST)
    if form.is_valid():
        services.set_own_share_ceiling(
            found, by=person_of(request), percent=form.cleaned_data["percent"]
        )
        messages.success(request, _("Plafond enregistré."))
    else:
        messages.error(request, " ".join(map(str, form.errors["percent"])))
    return redirect("envelopes")
