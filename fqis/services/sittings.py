"""Sittings: planned, prepared, then closed in one act that decides on the whole list."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import Document, User
from alliances.permissions import require
from alliances.services.documents import create_document
from fqis.documents import signature_of
from fqis.models import (
    Committee,
    Project,
    Sitting,
    SittingItem,
    SittingPresence,
    SittingWithdrawal,
)
from fqis.selectors.committees import Agenda, agenda_of, prepared_amount, to_list
from fqis.selectors.project_money import purse_of
from fqis.services.committees import lock_committee, record_on_committee
from fqis.services.decision_letters import make_letter
from fqis.services.projects import decide_project
from fqis.services.request_rules import check_amount
from fqis.wording import already, date_long, in_future, money

MINUTES_KIND = "proces_verbal_seance"
Outcome = SittingItem.Outcome


def _lock(sitting: Sitting) -> Sitting:
    """A sitting that still changes. Refuses a closed one (who, and when)."""
    sitting = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related(
            "committee__alliance__territory",
            "committee__alliance__cycle",
            "committee__alliance__table",
            "committee__mrc",
            "closed_by",
        )
        .get(pk=sitting.pk)
    )
    if sitting.state != Sitting.State.PLANNED:
        raise already(sitting.closed_by, sitting.closed_at, _("close"))
    return sitting


def _name(sitting: Sitting) -> dict[str, str]:
    return {"name": str(sitting.committee), "day": date_long(sitting.on)}


@transaction.atomic
def plan_sitting(committee: Committee, *, by: User, on: date, place: str = "") -> Sitting:
    """Plans a sitting of a committee. Refuses two on the same day."""
    require(by, "decide_projects", committee)
    committee = lock_committee(committee.pk)
    if committee.sittings.filter(on=on).exists():
        raise Refusal(_("Ce comité a déjà une séance ce jour-là."), field="on")
    sitting = Sitting.objects.create(committee=committee, on=on, place=place.strip(), created_by=by)
    record_on_committee(
        committee,
        by=by,
        verb="plan_sitting",
        summary=_("a prévu la séance du %(day)s du comité « %(name)s »") % _name(sitting),
    )
    return sitting


@transaction.atomic
def list_projects(sitting: Sitting, projects: Sequence[Project], *, by: User) -> list[SittingItem]:
    """Puts projects on the list. Refuses one that is not the committee's to decide, or that
    another sitting to come has."""
    require(by, "decide_projects", sitting)
    sitting = _lock(sitting)
    free = set(to_list(sitting).values_list("pk", flat=True))
    wrong = next((one for one in projects if one.pk not in free), None)
    if wrong is not None:
        raise Refusal(
            _("Le projet %(number)s ne peut pas aller sur cette liste.") % {"number": wrong.number},
            field="projects",
        )
    return [
        SittingItem.objects.create(sitting=sitting, project=one, changed_by=by) for one in projects
    ]


@transaction.atomic
def unlist_project(item: SittingItem, *, by: User) -> None:
    """Takes a project off the list; what was prepared for it is forgotten."""
    require(by, "decide_projects", item)
    _lock(item.sitting)
    SittingItem.objects.filter(pk=item.pk).delete()


@transaction.atomic
def write_presences(sitting: Sitting, people: Sequence[User], *, by: User) -> Sitting:
    """Says who is there. Refuses somebody who does not sit on the committee."""
    require(by, "decide_projects", sitting)
    sitting = _lock(sitting)
    members = set(
        sitting.committee.members.filter(left_at=None).values_list("person_id", flat=True)
    )
    stranger = next((one for one in people if one.pk not in members), None)
    if stranger is not None:
        raise Refusal(_("%(who)s ne siège pas à ce comité.") % {"who": stranger}, field="people")
    sitting.presences.all().delete()
    SittingPresence.objects.bulk_create(
        SittingPresence(sitting=sitting, territory_id=sitting.territory_id, person=one)
        for one in people
    )
    return sitting


@transaction.atomic
def prepare_item(
    item: SittingItem,
    *,
    by: User,
    outcome: str,
    amount: Decimal | None = None,
    conditions: str = "",
    reason: str = "",
) -> SittingItem:
    """Writes what the sitting is about to decide on one project; nothing is decided before the
    sitting is closed. ``amount`` in dollars.

    Refuses an amount above the request, or above what is left once the rest of the list is
    granted; a refusal or a delay without its reason.
    """
    require(by, "decide_projects", item)
    sitting = _lock(item.sitting)
    item = SittingItem.objects.select_related("project").get(pk=item.pk)
    if outcome not in ("", *Outcome.values):
        raise Refusal(_("Choisissez la décision."), field="outcome")
    if outcome in (Outcome.REFUSED, Outcome.DEFERRED) and not reason.strip():
        raise Refusal(_("Écrivez le motif de la décision."), field="reason")
    if outcome == Outcome.ACCEPTED:
        _check_grant(sitting, item, amount)
    item.outcome = outcome
    item.amount = amount if outcome == Outcome.ACCEPTED else None
    item.conditions = conditions.strip()
    item.reason = reason.strip()
    item.changed_at, item.changed_by = clock.now(), by
    item.save()
    return item


def _check_grant(sitting: Sitting, item: SittingItem, amount: Decimal | None) -> None:
    if amount is None:
        raise Refusal(_("Écrivez le montant accordé."), field="amount")
    check_amount(amount, "amount")
    if amount > item.project.amount_requested:
        raise Refusal(
            _("Le montant accordé dépasse le montant demandé de %(amount)s.")
            % {"amount": money(item.project.amount_requested)},
            field="amount",
        )
    left = purse_of(sitting.committee).left
    if left is None:
        return
    left -= prepared_amount(sitting) - (item.amount or 0)
    if amount > left:
        raise Refusal(
            _("Ce montant dépasse l’argent qui reste : %(left)s.") % {"left": money(left)},
            field="amount",
        )


@transaction.atomic
def close_sitting(sitting: Sitting, *, by: User) -> Sitting:
    """Decides on the whole list at once, all or nothing: decisions, letters, minutes.

    Refuses a sitting to come, without anybody present, with a project that has no decision, that
    nobody present may decide on, or that the person may not see; and what any decision refuses:
    an amount beyond the money left, a project decided meanwhile.
    """
    require(by, "decide_projects", sitting)
    sitting = _lock(sitting)
    agenda = agenda_of(sitting)
    _check_to_close(sitting, agenda)
    _keep_withdrawals(sitting, agenda)
    for one in agenda:
        _decide(sitting, one, by=by)
    try:
        with transaction.atomic():
            sitting.close(by=by)
            sitting.save()
    except IntegrityError as error:
        raise Refusal(_("Chaque projet de la liste attend une décision.")) from error
    create_document(
        MINUTES_KIND,
        by=by,
        title=_("Procès-verbal du %(day)s, %(name)s") % _name(sitting),
        data=minutes_data(sitting, agenda, by=by),
        alliance=sitting.committee.alliance,
        subject=sitting,
        dated_on=sitting.on,
        language=sitting.committee.alliance.territory.default_language,
    )
    record_on_committee(
        sitting.committee,
        by=by,
        verb="close_sitting",
        summary=_("a clos la séance du %(day)s du comité « %(name)s »") % _name(sitting),
    )
    return sitting


def _check_to_close(sitting: Sitting, agenda: Sequence[Agenda]) -> None:
    with acting_as_portal():
        whole = SittingItem.objects.filter(sitting=sitting.pk).count()
    if whole != len(agenda):
        raise Refusal(
            _("Vous êtes retiré d’un projet de cette séance : une autre personne la clôt.")
        )
    if in_future(sitting.on):
        raise Refusal(_("La séance n’a pas eu lieu : elle se clôt à partir de son jour."))
    present = sitting.presences.count()
    if not present:
        raise Refusal(_("Dites d’abord qui est présent."))
    if not agenda:
        raise Refusal(_("La liste est vide : ajoutez les projets à décider."))
    waiting = [one.project.number for one in agenda if not one.item.outcome]
    if waiting:
        raise Refusal(
            _("Décidez d’abord de : %(numbers)s. Ou retirez-les de la liste.")
            % {"numbers": ", ".join(waiting)}
        )
    alone = [one.project.number for one in agenda if len(one.withdrawn) >= present]
    if alone:
        raise Refusal(
            _("Aucune personne présente ne peut décider de : %(numbers)s.")
            % {"numbers": ", ".join(alone)}
        )


def _keep_withdrawals(sitting: Sitting, agenda: Sequence[Agenda]) -> None:
    SittingWithdrawal.objects.bulk_create(
        SittingWithdrawal(
            sitting=sitting,
            territory_id=sitting.territory_id,
            project=one.project,
            person_id=conflict.person_id,
        )
        for one in agenda
        for conflict in one.project.conflicts.filter(
            withdrawn_at=None, person__in=sitting.presences.values("person")
        )
    )


def _decide(sitting: Sitting, one: Agenda, *, by: User) -> None:
    item = one.item
    try:
        project = decide_project(
            one.project,
            by=by,
            outcome=item.outcome,
            on=sitting.on,
            amount=item.amount,
            reason=item.reason,
            conditions=item.conditions,
            sitting=sitting,
        )
    except Refusal as refusal:
        # One sentence at the top of the list: it names the project it is about.
        raise Refusal(f"{one.project.number} : {refusal}") from refusal
    decision = (
        project.decisions.select_related(
            "project__organisation",
            "project__priority",
            "project__alliance__table",
            "sitting__committee",
        )
        .filter(sitting=sitting)
        .latest("pk")
    )
    item.decision = decision
    item.save(update_fields=["decision"])
    make_letter(decision, by=by)


def minutes_data(sitting: Sitting, agenda: Sequence[Agenda], *, by: User) -> dict[str, object]:
    """Everything the minutes say, frozen; amounts in dollars, marks out of 100."""
    committee = sitting.committee
    granted = sum((one.item.amount or Decimal(0) for one in agenda), Decimal(0))
    left = purse_of(committee).left
    return {
        "alliance": str(committee.alliance),
        "table": committee.alliance.table.name,
        "committee": committee.name,
        "place": sitting.place,
        "purse": committee.place,
        "on": sitting.on.isoformat(),
        "present": [one.person.full_name for one in sitting.presences.select_related("person")],
        "items": [
            {
                "number": one.project.number,
                "title": one.project.title,
                "organisation": one.project.organisation.name,
                "requested": str(one.project.amount_requested),
                "average": str(round(one.average.total, 1))
                if one.average.total is not None
                else "",
                "evaluators": one.average.complete,
                "outcome": one.item.outcome,
                "amount": str(one.item.amount) if one.item.amount is not None else "",
                "conditions": one.item.conditions,
                "reason": one.item.reason,
                "withdrawn": one.withdrawn,
            }
            for one in agenda
        ],
        "granted": str(granted),
        "left": str(left) if left is not None else "",
        "authorised": signature_of(by, committee.alliance),
    }


def minutes_of(sitting: Sitting) -> Document | None:
    return Document.objects.filter(
        kind=MINUTES_KIND, subject_label="fqis.sitting", subject_id=sitting.pk
    ).first()
