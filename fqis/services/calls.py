"""Calls for projects: prepared, published, put off, closed by the clock (guide 2024, §4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Mrc, User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.documents import next_number
from fqis.models import Call, CallExtension, CallPaper, CallPlace, CallPriority
from fqis.selectors.calls import room_for, sub_envelopes_of
from fqis.services.request_rules import served_priority
from fqis.wording import already, date_long, money, time_fr
from plans.models import Priority

RIGHT = "manage_projects"


@dataclass(frozen=True)
class Paper:
    """A document that a call asks for."""

    name: str
    is_required: bool = True


# What is written of a call as it is typed.
WRITTEN = (
    "title",
    "presentation",
    "amount",
    "ceiling",
    "opens_at",
    "closes_at",
    "selection",
    "frequency",
    "follow_up",
)


@dataclass(frozen=True)
class CallTerms:
    """All that a call says. Amounts in dollars; ``mrc`` or ``sub_region`` for a sub-envelope;
    without ``mrcs`` it is for the whole territory."""

    title: str
    presentation: str
    amount: Decimal
    ceiling: Decimal
    opens_at: datetime
    closes_at: datetime
    selection: str
    frequency: str
    priorities: Sequence[Priority]
    follow_up: str = ""
    mrc: Mrc | None = None
    sub_region: str = ""
    mrcs: Sequence[Mrc] = ()
    papers: Sequence[Paper] = ()


def moment_words(moment: datetime) -> str:
    """« 15 janvier 2027 à 16 h »"""
    return _("%(day)s à %(time)s") % {"day": date_long(moment), "time": time_fr(moment)}


def lock_call(pk: int) -> Call:
    return (
        Call.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "mrc", "changed_by")
        .get(pk=pk)
    )


def refusals_of_call(alliance: Alliance, terms: CallTerms) -> list[Refusal]:
    """Every rule that the terms of a call break."""
    broken = [
        Refusal(said, field=name)
        for name, said in {
            "title": _("Écrivez le titre de l’appel."),
            "presentation": _("Présentez l’appel."),
            "selection": _("Décrivez le mécanisme de sélection."),
            "frequency": _("Dites à quelle fréquence les projets sont choisis."),
        }.items()
        if not getattr(terms, name).strip()
    ]
    if terms.amount <= 0 or terms.ceiling <= 0:
        broken.append(Refusal(_("Le montant doit dépasser zéro."), field="amount"))
    elif terms.ceiling > terms.amount:
        broken.append(
            Refusal(_("Le plafond par projet dépasse le montant de l’appel."), field="ceiling")
        )
    if terms.closes_at <= terms.opens_at:
        broken.append(Refusal(_("La fermeture suit l’ouverture."), field="closes_at"))
    broken += _refusals_of_places(alliance, terms)
    if not terms.priorities:
        broken.append(
            Refusal(_("Choisissez au moins une priorité du plan en vigueur."), field="priorities")
        )
    for priority in terms.priorities:
        try:
            served_priority(alliance, priority, clock.today())
        except Refusal as refusal:
            broken.append(Refusal(refusal.message, field="priorities"))
    names = [paper.name.strip().lower() for paper in terms.papers]
    if len(set(names)) < len(names):
        broken.append(Refusal(_("Le même document est demandé deux fois."), field="papers"))
    return broken


def _refusals_of_places(alliance: Alliance, terms: CallTerms) -> list[Refusal]:
    broken = [
        Refusal(_("%(mrc)s n’est pas de ce territoire.") % {"mrc": mrc}, field="mrcs")
        for mrc in terms.mrcs
        if mrc.territory_id != alliance.territory_id
    ]
    if terms.mrc is None and not terms.sub_region:
        return broken
    parts = sub_envelopes_of(alliance)
    if not any(
        (part.mrc_id, part.name) == (terms.mrc.pk if terms.mrc else None, terms.sub_region)
        for part in parts
    ):
        broken.append(
            Refusal(_("Ce partage ne donne aucune sous-enveloppe à ce lieu."), field="place")
        )
    return broken


@transaction.atomic
def write_call(
    alliance: Alliance,
    terms: CallTerms,
    *,
    by: User,
    call: Call | None = None,
    revision: int | None = None,
) -> Call:
    """Prepares a call, or writes a prepared one again.

    Refuses dates or amounts out of order, a priority that is not in force, a place without
    sub-envelope, an MRC of another territory, one already published, and one changed since
    ``revision``.
    """
    require(by, RIGHT, alliance)
    for refusal in refusals_of_call(alliance, terms):
        raise refusal
    if call is None:
        first_year = FiscalYear.of(alliance.cycle.starts_on)
        number = f"A{next_number(f'A{alliance.territory_id}', first_year):02d}"
        call = Call(alliance=alliance, number=number, created_by=by)
    else:
        call = lock_call(call.pk)
        if call.state != Call.State.DRAFT:
            raise already(call.published_by, call.published_at, _("publié"))
        if revision is not None and call.revision != revision:
            raise already(call.changed_by, call.changed_at, _("modifié"))
        call.revision += 1
    for name in (*WRITTEN, "mrc", "sub_region"):
        value = getattr(terms, name)
        setattr(call, name, value.strip() if isinstance(value, str) else value)
    call.changed_at, call.changed_by = clock.now(), by
    call.save()
    _write_rows(call, terms)
    _record(call, by=by, verb="write_call", summary=_("a préparé l’appel de projets %(call)s"))
    return call


def _write_rows(call: Call, terms: CallTerms) -> None:
    own = {"call": call, "territory_id": call.territory_id}
    call.served.all().delete()
    CallPriority.objects.bulk_create(
        CallPriority(priority=served_priority(call.alliance, priority, clock.today()), **own)
        for priority in terms.priorities
    )
    call.places.all().delete()
    CallPlace.objects.bulk_create(CallPlace(mrc=mrc, **own) for mrc in terms.mrcs)
    call.papers.all().delete()
    CallPaper.objects.bulk_create(
        CallPaper(name=paper.name.strip(), is_required=paper.is_required, **own)
        for paper in terms.papers
    )


@transaction.atomic
def publish_call(call: Call, *, by: User, revision: int | None = None) -> Call:
    """Shows a call to everybody; its rules stay from now on.

    Refuses one that is already published, one that would already be closed, one without a
    priority in force, and one above what its envelope or sub-envelope still has for calls.
    """
    require(by, RIGHT, call)
    call = lock_call(call.pk)
    if call.state != Call.State.DRAFT:
        raise already(call.published_by, call.published_at, _("publié"))
    if revision is not None and call.revision != revision:
        raise already(call.changed_by, call.changed_at, _("modifié"))
    if call.closes_at <= clock.now():
        raise Refusal(_("La date de fermeture est passée. Changez-la avant de publier."))
    for served in call.served.select_related("priority"):
        served_priority(call.alliance, served.priority, clock.today())
    call.publish(by=by)
    try:
        with transaction.atomic():
            call.save()
    except IntegrityError as error:
        raise _beyond(call, error) from error
    _record(call, by=by, verb="publish_call", summary=_("a publié l’appel de projets %(call)s"))
    return call


def _beyond(call: Call, error: IntegrityError) -> Refusal:
    """Why the database holds the publication back."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    room = room_for(call.alliance, mrc=call.mrc, sub_region=call.sub_region, but=call)
    if rule == "calls_within_envelope" and room.envelope is None:
        return Refusal(_("L’enveloppe est à confirmer : un appel ne peut encore être publié."))
    if rule == "calls_within_envelope":
        return Refusal(
            _("L’appel dépasse ce qui reste de l’enveloppe pour des appels : %(left)s.")
            % {"left": money(room.envelope)},
            field="amount",
        )
    if rule == "calls_within_sub_envelope":
        return Refusal(
            _("L’appel dépasse ce qui reste de la sous-enveloppe pour des appels : %(left)s.")
            % {"left": money(room.sub_envelope)},
            field="amount",
        )
    raise error


def check_calls_covered(alliance: Alliance) -> None:
    """Refuses a sharing of the envelope that its published calls go beyond."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT fqis_check_calls(%s)", [alliance.pk])
    except IntegrityError as error:
        raise Refusal(
            _("Des appels publiés dépassent une part de ce partage. Gardez-leur leur montant.")
        ) from error


@transaction.atomic
def extend_call(
    call: Call, *, by: User, closes_at: datetime, reason: str, seen: datetime | None = None
) -> Call:
    """Puts off the end of a published call, with its trace.

    Refuses one that is closed (Québec time, server clock), an end that does not come later, a
    missing reason, and an end that somebody else put off since ``seen``.
    """
    require(by, RIGHT, call)
    call = lock_call(call.pk)
    last = call.extensions.select_related("made_by").last()
    if seen is not None and last is not None and call.closes_at != seen:
        raise already(last.made_by, last.made_at, _("prolongé"))
    if call.state == Call.State.DRAFT:
        raise Refusal(_("Cet appel n’est pas publié : changez sa date."))
    if call.state == Call.State.CLOSED or call.closes_at <= clock.now():
        raise StaleAct(
            _("Cet appel a fermé le %(moment)s : il ne se prolonge plus.")
            % {"moment": moment_words(call.closes_at)}
        )
    if closes_at <= call.closes_at:
        raise Refusal(
            _("La nouvelle fermeture suit celle du %(moment)s.")
            % {"moment": moment_words(call.closes_at)},
            field="closes_at",
        )
    if not reason.strip():
        raise Refusal(_("Écrivez le motif de la prolongation."), field="reason")
    CallExtension.objects.create(
        call=call, before=call.closes_at, after=closes_at, reason=reason.strip(), made_by=by
    )
    call.closes_at = closes_at
    call.save(update_fields=["closes_at"])
    _record(
        call,
        by=by,
        verb="extend_call",
        summary=_("a prolongé l’appel de projets %(call)s"),
        reason=reason.strip(),
    )
    return call


@transaction.atomic
def drop_call(call: Call, *, by: User) -> None:
    """Gives up a call that was never published."""
    require(by, RIGHT, call)
    call = lock_call(call.pk)
    if call.state != Call.State.DRAFT:
        raise already(call.published_by, call.published_at, _("publié"))
    _record(call, by=by, verb="drop_call", summary=_("a abandonné l’appel de projets %(call)s"))
    call.delete()


def close_call(pk: int, *, by: User) -> bool:
    """Closes a call whose time has come; False when there is nothing to do. For the worker."""
    call = Call.objects.due_at(clock.now()).select_for_update(of=("self",)).filter(pk=pk).first()
    if call is None:
        return False
    call.close(by=by)
    call.save(update_fields=["state", "closed_at", "closed_by"])
    _record(call, by=by, verb="close_call", summary=_("a fermé l’appel de projets %(call)s"))
    return True


def _record(call: Call, *, by: User, verb: str, summary: str, reason: str = "") -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"call": f"{call.number}, « {call.title[:120]} »"},
        alliance=call.alliance,
        target=call,
        reason=reason,
        url=call.get_absolute_url() if verb != "drop_call" else call.alliance.url("calls"),
    )
