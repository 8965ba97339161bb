"""« Où en est mon prochain versement? »: each condition, who must act, since when.

``card_for`` builds the card. The steps of a report belong to ``reporting``, which gives them with
``register_report_steps`` (as many ``Condition`` as it has); they take the place of the single
condition « Reddition acceptée » and of the recommendation, given with the report.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Milestone, MilestoneKind, User
from alliances.permissions import can
from conventions.models import Convention, Signatory, Tranche
from fqis.expectations import Contact, Expected, contact_for, expected_for
from fqis.models import PaymentLine, Versement
from fqis.selectors.versements import next_versement
from fqis.wording import date_long, local_day, ordinal_words
from plans.models import PlanVersion

State = Versement.State
DONE, RUN, TODO, HELD = "done", "run", "todo", "held"


@dataclass(frozen=True)
class Condition:
    """One condition of a versement.

    ``state``: done, run (somebody is on it), todo or held. ``who``: who did it or must do it, in
    words. ``when``: words for the right side, else made from ``since``. ``url``/``link``: the
    proof. ``actor``: as in « C’est à … d’agir » (« la DGSSAC (budget) »). ``right``: who holds it
    gets ``button``, which leads to ``act_url``.
    """

    label: str
    state: str
    who: str = ""
    when: str = ""
    since: date | None = None
    url: str = ""
    link: str = ""
    actor: str = ""
    right: str = ""
    button: str = ""
    act_url: str = ""
    detail: str = ""

    @property
    def is_done(self) -> bool:
        return self.state == DONE

    @property
    def is_now(self) -> bool:
        return self.state in (RUN, HELD)


ReportSteps = Callable[[Alliance, Tranche], Sequence[Condition]]
_report_steps: list[ReportSteps] = []


def register_report_steps(provider: ReportSteps) -> None:
    """``provider(alliance, tranche)`` gives the steps of the report that ``tranche`` waits for."""
    _report_steps[:] = [provider]


@dataclass(frozen=True)
class Card:
    """The next versement of an Alliance: amount in dollars, conditions in order, whose turn."""

    alliance: Alliance
    tranche: Tranche
    versement: Versement | None
    amount: Decimal
    conditions: list[Condition]
    turn: str
    detail: str = ""
    act_label: str = ""
    act_url: str = ""
    expected: Expected | None = None
    contact: Contact | None = None

    @property
    def fiscal_year(self) -> FiscalYear:
        return FiscalYear(self.tranche.fiscal_year)

    @property
    def ordinal(self) -> str:
        """« troisième tranche »"""
        return ordinal_words(self.tranche.rank)

    @property
    def url(self) -> str:
        if self.versement is None:
            return self.alliance.url("finances")
        return self.alliance.url("versement", self.versement.pk)

    @property
    def total(self) -> int:
        return len(self.conditions)

    @property
    def met(self) -> int:
        return sum(condition.is_done for condition in self.conditions)


def card_for(
    alliance: Alliance,
    user: User,
    *,
    versement: Versement | None = None,
    report_steps: Sequence[Condition] | None = None,
    milestones: Sequence[Milestone] | None = None,
) -> Card | None:
    """The card of ``versement``, or of the Alliance's next one; before any versement, of the first
    tranche of the convention being signed; None when nothing is to come. A page that has the
    Alliance's ``milestones`` (with who recorded them) gives them."""
    versement = versement or next_versement(alliance)
    tranche = versement.tranche if versement else _first_tranche(alliance)
    if tranche is None:
        return None
    if report_steps is None:
        report_steps = _steps_of_report(alliance, tranche)
    conditions = conditions_for(
        alliance, tranche, versement, report_steps=report_steps, milestones=milestones
    )
    now = next((one for one in conditions if not one.is_done), None)
    mine = bool(now and now.right and can(user, now.right, alliance))
    if now and mine and _is_other_person(user, versement, now):
        mine = False
    return Card(
        alliance=alliance,
        tranche=tranche,
        versement=versement,
        amount=versement.amount if versement else tranche.amount,
        conditions=conditions,
        turn=_turn(now, mine),
        detail=now.detail if now else "",
        act_label=now.button if now and mine else "",
        act_url=now.act_url if now and mine else "",
        expected=expected_for(tranche, versement),
        contact=contact_for(alliance, versement, user),
    )


def _steps_of_report(alliance: Alliance, tranche: Tranche) -> Sequence[Condition]:
    if tranche.waits_for != MilestoneKind.REPORT_ACCEPTED or not _report_steps:
        return ()
    return _report_steps[0](alliance, tranche)


def _is_other_person(user: User, versement: Versement | None, now: Condition) -> bool:
    """Whether the two-person rule keeps ``user`` from the act."""
    if versement is None:
        return False
    if now.right == "authorise_versement":
        return versement.recommended_by_id == user.pk
    return now.right == "confirm_payment" and versement.authorised_by_id == user.pk


def _turn(now: Condition | None, mine: bool) -> str:
    if now is None:
        return _("Tout est fait.")
    if now.state == HELD and now.right == "hold_versement":
        return _("Ce versement est retenu.")
    if now.state == HELD:
        return _("Ce paiement est rejeté.")
    if mine:
        return _("C’est à vous d’agir.")
    return _("C’est à %(actor)s d’agir.") % {"actor": now.actor} if now.actor else ""


def _first_tranche(alliance: Alliance) -> Tranche | None:
    return (
        Tranche.objects.filter(
            convention__alliance=alliance,
            convention__state__in=[Convention.State.DRAFT, Convention.State.SENT],
        )
        .select_related("convention")
        .order_by("rank")
        .first()
    )


def conditions_for(
    alliance: Alliance,
    tranche: Tranche,
    versement: Versement | None,
    *,
    report_steps: Sequence[Condition] = (),
    milestones: Sequence[Milestone] | None = None,
) -> list[Condition]:
    """The conditions of a tranche in order; the first unmet one is the present one."""
    if milestones is None:
        milestones = list(Milestone.objects.filter(alliance=alliance).select_related("recorded_by"))
    conditions = [_convention(alliance, tranche.convention, milestones)]
    if tranche.waits_for != MilestoneKind.CONVENTION_SIGNED:
        conditions.append(_plan(alliance, milestones))
    for_report = tranche.waits_for == MilestoneKind.REPORT_ACCEPTED
    if for_report:
        conditions += list(report_steps) or [_report(alliance, tranche, milestones)]
    # The steps of a report end with its recommendation, unless the versement still waits for one.
    is_ready = versement is not None and versement.state == State.READY
    if is_ready or not (for_report and report_steps):
        conditions.append(_recommended(alliance, tranche, versement))
    conditions += [_authorised(alliance, versement), _paid(alliance, versement)]
    return _with_present(_with_hold(conditions, versement))


def _with_present(conditions: list[Condition]) -> list[Condition]:
    """The first unmet condition is the present one; those after it are to come."""
    shown, present = [], False
    for condition in conditions:
        if condition.is_done or condition.state == HELD:
            shown.append(condition)
            present = present or condition.state == HELD
            continue
        state, when = (TODO, _("Pas encore")) if present else (RUN, condition.when)
        present = True
        shown.append(_replaced(condition, state=state, when=when))
    return shown


def _with_hold(conditions: list[Condition], versement: Versement | None) -> list[Condition]:
    if versement is None or versement.state != State.HELD or versement.held_at is None:
        return conditions
    hold = Condition(
        label=_("Retenue à lever"),
        state=HELD,
        who=_("%(who)s. Motif : %(reason)s")
        % {"who": versement.held_by, "reason": versement.held_reason},
        when=_("Retenu le %(day)s") % {"day": date_long(versement.held_at)},
        actor=str(versement.held_by),
        right="hold_versement",
        button=_("Revoir la retenue"),
        act_url=versement.alliance.url("versement", versement.pk),
        detail=versement.held_reason,
    )
    place = next((i for i, one in enumerate(conditions) if not one.is_done), len(conditions))
    return [*conditions[:place], hold, *conditions[place:]]


def _replaced(condition: Condition, *, state: str, when: str) -> Condition:
    since = condition.since if state == RUN else None
    return replace(condition, state=state, when=when, since=since)


def _met(day: date | datetime) -> str:
    return _("Remplie le %(day)s") % {"day": date_long(day)}


def _convention(
    alliance: Alliance, convention: Convention, milestones: Sequence[Milestone]
) -> Condition:
    parties = list(Signatory.objects.filter(convention=convention))
    signed = next((m for m in milestones if m.kind == MilestoneKind.CONVENTION_SIGNED), None)
    missing = [party for party in parties if party.signed_on is None]
    label, url = _("Convention signée"), alliance.url("convention")
    if signed:
        return Condition(
            label, DONE, who=_parties(parties), when=_met(signed.on), url=url,
            link=_("Convention"),
        )  # fmt: skip
    if convention.state == Convention.State.DRAFT:
        return Condition(
            label, TODO, who=_("DGSSAC, analyse"), actor=_("la DGSSAC (analyse)"), url=url,
            link=_("Convention"), right="prepare_convention", button=_("Préparer la convention"),
            act_url=url,
        )  # fmt: skip
    sent = convention.sent_at
    return Condition(
        label,
        TODO,
        who=ngettext(
            "Une signature manque : %(names)s",
            "%(n)s signatures manquent : %(names)s",
            len(missing),
        )
        % {"n": len(missing), "names": ", ".join(party.name for party in missing[:3])},
        since=local_day(sent) if sent else None,
        url=url,
        link=_("Convention"),
        actor=ngettext("la dernière partie à signer", "chaque partie qui manque", len(missing)),
        right="record_signature",
        button=_("Consigner une signature"),
        act_url=url,
    )


def _parties(parties: list[Signatory]) -> str:
    mrcs = sum(party.kind == Signatory.Kind.MRC for party in parties)
    names = [_("Ministère")] if any(p.kind == Signatory.Kind.MINISTRY for p in parties) else []
    names += [party.name for party in parties if party.kind == Signatory.Kind.TABLE]
    names += [party.name for party in parties if party.kind == Signatory.Kind.FIDUCIARY]
    if not mrcs:
        return _(" et ").join(names)
    return _("%(names)s et %(mrcs)s") % {
        "names": ", ".join(names),
        "mrcs": ngettext(
            "%(n)s MRC ou territoire équivalent", "%(n)s MRC ou territoires équivalents", mrcs
        )
        % {"n": mrcs},
    }


def _plan(alliance: Alliance, milestones: Sequence[Milestone]) -> Condition:
    label, url = _("PARC en vigueur"), alliance.url("plan")
    approved = [m for m in milestones if m.kind == MilestoneKind.PLAN_APPROVED]
    if approved:
        last = max(approved, key=lambda milestone: milestone.sequence)
        version = _("PARC, version %(n)s") % {"n": last.sequence}
        return Condition(
            label, DONE, who=_("Approuvé par %(who)s") % {"who": last.recorded_by},
            when=_met(last.on), url=last.url or url, link=version,
        )  # fmt: skip
    version_open = PlanVersion.objects.filter(plan__alliance=alliance).open().first()
    state = version_open.state if version_open else PlanVersion.State.DRAFT
    who, actor, right, button, moment = {
        PlanVersion.State.SUBMITTED: (
            _("DGSSAC, analyse"), _("la DGSSAC (analyse)"), "validate_plan",
            _("Valider le PARC"), version_open and version_open.submitted_at,
        ),
        PlanVersion.State.VALIDATED: (
            _("DGSSAC, délégation"), _("la DGSSAC (délégation)"), "approve_plan",
            _("Approuver le PARC"), version_open and version_open.validated_at,
        ),
    }.get(
        PlanVersion.State(state),
        (
            _("Table"), _("la Table"), "edit_plan", _("Continuer le PARC"),
            version_open and (version_open.returned_at or version_open.created_at),
        ),
    )  # fmt: skip
    return Condition(
        label, TODO, who=who, since=local_day(moment) if moment else None, url=url,
        link=_("PARC"), actor=actor, right=right, button=button, act_url=url,
    )  # fmt: skip


def _report(alliance: Alliance, tranche: Tranche, milestones: Sequence[Milestone]) -> Condition:
    reached = next((m for m in milestones if tranche.is_reached_by(m)), None)
    if reached:
        return Condition(
            tranche.condition_label, DONE, who=str(reached.recorded_by), when=_met(reached.on),
            url=reached.url, link=_("Reddition"),
        )  # fmt: skip
    return Condition(
        tranche.condition_label, TODO, who=_("Table, DGSQ puis DGSSAC"), actor=_("la Table")
    )


def _recommended(alliance: Alliance, tranche: Tranche, versement: Versement | None) -> Condition:
    label = _("Versement recommandé")
    if versement and versement.recommended_at and _passed(versement, State.RECOMMENDED):
        return Condition(
            label, DONE, who=str(versement.recommended_by), when=_met(versement.recommended_at)
        )
    url = alliance.url("versement", versement.pk) if versement else ""
    moment = versement.ready_at if versement else None
    by_dgsq = tranche.waits_for == MilestoneKind.REPORT_ACCEPTED
    return Condition(
        label, TODO,
        who=_("DGSQ") if by_dgsq else _("DGSSAC, analyse"),
        actor=_("la DGSQ") if by_dgsq else _("la DGSSAC (analyse)"),
        since=local_day(moment) if moment else None,
        right="review_report" if by_dgsq else "recommend_versement",
        button=_("Recommander le versement"), act_url=url,
    )  # fmt: skip


def _passed(versement: Versement, state: str) -> bool:
    """Whether the versement reached ``state``; a held one, whether it had."""
    order = [State.PLANNED, State.READY, State.RECOMMENDED, State.AUTHORISED, State.ISSUED]
    order.append(State.PAID)
    present = versement.held_from if versement.state == State.HELD else versement.state
    return present in order and order.index(State(present)) >= order.index(State(state))


def _authorised(alliance: Alliance, versement: Versement | None) -> Condition:
    label = _("Versement autorisé par une deuxième personne")
    if versement and versement.authorised_at:
        notice = versement.notice
        return Condition(
            label, DONE, who=str(versement.authorised_by), when=_met(versement.authorised_at),
            url=reverse("download_document", args=[notice.pk]) if notice else "",
            link=notice.number if notice else "",
        )  # fmt: skip
    moment = versement.recommended_at if versement else None
    return Condition(
        label, TODO, who=_("DGSSAC, budget"), actor=_("la DGSSAC (budget)"),
        since=local_day(moment) if moment else None, right="authorise_versement",
        button=_("Autoriser le versement"),
        act_url=alliance.url("versement", versement.pk) if versement else "",
    )  # fmt: skip


def _paid(alliance: Alliance, versement: Versement | None) -> Condition:
    label = _("Versement payé")
    if versement and versement.paid_on:
        return Condition(
            label, DONE, who=str(versement.payment_confirmed_by), when=_met(versement.paid_on)
        )
    rejected = _rejected(alliance, versement)
    if rejected is not None:
        return rejected
    issued = versement.issued_at if versement else None
    waiting = versement is not None and versement.state == State.AUTHORISED
    return Condition(
        label, TODO,
        who=_("Le portail prépare l’avis") if waiting else _("DGSSAC, paiements"),
        actor=_("la DGSSAC (paiements)"),
        since=local_day(issued) if issued else None,
        right="" if waiting else "confirm_payment",
        button=_("Confirmer le paiement"),
        act_url=alliance.url("versement", versement.pk) if versement else "",
    )  # fmt: skip


def _rejected(alliance: Alliance, versement: Versement | None) -> Condition | None:
    """The payment came back: the Table reads why, and who mends it."""
    if versement is None or versement.state != State.ISSUED:
        return None
    line = PaymentLine.objects.filter(versement=versement).order_by("-pk").first()
    if line is None or line.rejected_on is None or line.corrected_at is not None:
        return None
    return Condition(
        _("Versement payé"), HELD,
        who=_("Paiement rejeté. Motif : %(reason)s") % {"reason": line.rejected_reason},
        when=_("Rejeté le %(day)s") % {"day": date_long(line.rejected_on)},
        actor=_("la DGSSAC (paiements)"),
        right="confirm_payment",
        button=_("Corriger le paiement rejeté"),
        act_url=alliance.url("versement", versement.pk),
        detail=_("La DGSSAC, paiements, corrige, puis l’envoie de nouveau."),
    )  # fmt: skip
