"""The cycle 2024-2029 as it would stand on 22 November 2026, told through the services, after the
cycle before.

Territories do not wait for each other: each is told by itself, its acts in the order of their
dates, in three parts (up to the plans, the projects, the reports). Between them come the acts of
the whole province, such as the payments of one day. What follows from nothing else than these
dates is the same for everybody; only numbers that territories draw from one series may change
places between them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, connections

from alliances import clock
from alliances.models import Alliance
from fqis.models import Recovery
from fqis.services.publication import refresh_publication

from .agenda import Agenda, moment_of
from .avenants import Amended, tell_avenants
from .calls import Calls
from .committees import Committees
from .concertation import Concertation
from .earlier import open_alliances, tell_earlier
from .envelopes import Sharing, propose_a_move
from .money import invent_envelopes, simulate_split
from .payments import Payments, Settlement
from .people import Cast
from .plan import PlanStory
from .profiles import PROFILES, Profile
from .projects import Projects
from .reports import Reports
from .workers import workers

# Where the story tells a committee, a sitting held and one to come.
WITH_COMMITTEE = ("mauricie", "estrie", "outaouais")

DELAY_REASON = "La personne qui tient les livres de la Table est en congé cet été."


@dataclass
class Place:
    """One territory: who it is, what it holds, and the payments its part of the story awaits."""

    profile: Profile
    alliance: Alliance
    cast: Cast
    earlier: Alliance | None = None
    invented: Decimal | None = None
    agenda: Agenda = field(default_factory=Agenda)

    def payments(self, agenda: Agenda | None = None) -> Payments:
        return Payments(self.profile, self.alliance, self.cast, agenda or self.agenda)


Part = Callable[[Place], list[Settlement]]
# How a part is told of many territories: in this process, or in as many as there are processors.
Tell = Callable[[Part, list[Place]], Iterable[list[Settlement]]]


def in_turn(part: Part, places: list[Place]) -> Iterator[list[Settlement]]:
    """One territory after the other, in this process and its transaction."""
    return (part(place) for place in places)


def at_once(part: Part, places: list[Place]) -> list[list[Settlement]]:
    """As many territories at a time as there are processors; the longest to tell first."""
    connections.close_all()
    with workers(hurry) as pool:
        return list(pool.map(part, sorted(places, key=lambda one: -one.profile.projects)))


def tell(cast: Cast, alliances: list[Alliance], each: Tell = at_once) -> None:
    """Tells the whole story; ``alliances`` are the twenty of the current cycle."""
    hurry()
    before = {alliance.territory_id: alliance for alliance in open_alliances()}
    invented = invent_envelopes(alliances)
    by_slug = {alliance.territory.slug: alliance for alliance in alliances}
    places = [
        Place(
            profile,
            by_slug[profile.slug],
            cast,
            before.get(by_slug[profile.slug].territory_id),
            invented.get(by_slug[profile.slug].pk),
        )
        for profile in PROFILES
    ]
    agenda = Agenda()

    _settle(each(tell_beginning, places), places, agenda)
    agenda.add(
        date(2024, 10, 8),
        cast.budget,
        lambda: simulate_split(alliances, invented, cast.budget),
    )
    late = next((one for one in places if one.profile.signed_on is None), places[0])
    propose_a_move(agenda, cast, late.alliance, by_slug["estrie"])
    agenda.play()

    _settle(each(tell_projects, [one for one in places if one.profile.projects]), places, agenda)
    _settle(each(tell_end, places), places, agenda)
    agenda.play()
    with clock.at(moment_of(date(2026, 11, 22), 3, 10)):
        refresh_publication()


def _settle(told: Iterable[list[Settlement]], places: list[Place], agenda: Agenda) -> None:
    """The payments office sends in one batch what several territories wait for."""
    by_slug = {place.profile.slug: place for place in places}
    for settlements in told:
        for one in settlements:
            payments = by_slug[one.slug].payments(agenda)
            payments.send(one.year, one.sent_on)
            if one.answered_on:
                payments.answer(one.year, one.answered_on, rejected=one.rejected)


def hurry() -> None:
    """This session does not wait for the disk at each act: a story cut short is begun again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def tell_beginning(place: Place) -> list[Settlement]:
    """The cycle before, the envelope, the convention, the first payments and the plan."""
    profile, alliance, cast, agenda = place.profile, place.alliance, place.cast, place.agenda
    if place.earlier:
        tell_earlier(place.earlier, cast)
    payments, settlements = place.payments(), []
    if place.invented is not None:
        payments.confirm_envelope(place.invented)
    payments.sign_convention()
    if profile.signed_on is not None:
        _first_payment(payments, profile.signed_on)
        around = Concertation(profile, alliance, cast, agenda)
        plan = PlanStory(profile, alliance, cast, agenda)
        settlements = _plan(plan, around, payments, profile.signed_on)
    if profile.slug in ("mauricie", "estrie"):
        sharing = Sharing(profile, alliance, cast, agenda)
        sharing.share(date(2025, 6, 11))
        if profile.slug == "mauricie":
            sharing.change_mind(date(2026, 11, 16))
    agenda.play()
    return settlements


def tell_projects(place: Place) -> list[Settlement]:
    """The projects of a territory, then its calls and its committee."""
    told = place.profile, place.alliance, place.cast, place.agenda
    Projects(*told).tell()
    Calls(*told).tell()
    if place.profile.slug in WITH_COMMITTEE:
        Committees(*told).tell()
    return []


def tell_end(place: Place) -> list[Settlement]:
    """The reports and the payments they open, the avenants and the money in doubt."""
    told = place.profile, place.alliance, place.cast, place.agenda
    payments, settlements = place.payments(), []
    if place.profile.signed_on is not None:
        reports = Reports(*told)
        _first_report(reports)
        settlements = _second_report(reports, payments)
    tell_avenants(Amended(*told))
    _money_in_doubt(payments)
    place.agenda.play()
    return settlements


def _first_payment(payments: Payments, signed_on: date) -> None:
    payments.recommend(2024, signed_on + timedelta(days=4))
    payments.authorise(2024, signed_on + timedelta(days=7))
    payments.pay(2024, signed_on + timedelta(days=17))


def _plan(
    plan: PlanStory, around: Concertation, payments: Payments, signed_on: date
) -> list[Settlement]:
    """Due three months after signature and by 31 March 2025; most were in time."""
    state, rank = plan.profile.plan, plan.rank
    around.register(max(date(2025, 1, 20), signed_on + timedelta(days=1)))
    written = signed_on + timedelta(days=30 + rank)
    plan.write(written)
    if state in ("submitted", "validated"):
        # Two of them submitted late, and wait.
        submitted = date(2026, 11, 10) - timedelta(days=rank)
        around.delay(
            date(2025, 3, 18), date(2026, 10, 30), "La Table change de direction ce printemps."
        )
        around.agree(submitted - timedelta(days=8))
        plan.submit(submitted)
        if state == "validated":
            plan.validate(submitted + timedelta(days=9))
        return []
    on_time = min(signed_on + timedelta(days=80), date(2025, 3, 28))
    submitted = max(on_time, written + timedelta(days=12))
    around.agree(submitted - timedelta(days=6))
    plan.submit(submitted)
    if state == "returned":
        plan.send_back(
            submitted + timedelta(days=40),
            "Précisez les résultats attendus de la priorité 2 et la fréquence de la sélection.",
        )
        return []
    plan.validate(submitted + timedelta(days=30 + rank))
    approved = submitted + timedelta(days=60 + rank)
    if plan.profile.slug == "mauricie":
        approved = date(2025, 5, 28)
    plan.approve(approved)
    if rank % 2 == 0 or plan.profile.slug == "estrie":
        around.share(approved + timedelta(days=30))
    payments.recommend(2025, approved + timedelta(days=6))
    payments.authorise(2025, approved + timedelta(days=9))
    sent_on, answered_on = approved + timedelta(days=14), approved + timedelta(days=21)
    if state == "v3_draft":
        plan.modify(date(2025, 12, 8), "Un nouveau besoin est apparu à La Tuque.")
        plan.submit(date(2026, 1, 30))
        plan.validate(date(2026, 2, 20))
        plan.approve(date(2026, 3, 12))
        plan.widen(date(2026, 10, 5))
        plan.rework(date(2026, 10, 12))
        # What is emptied after they answer leaves them on an earlier text.
        around.agree(date(2026, 10, 26))
        plan.leave_unfinished(date(2026, 11, 2))
    elif state == "v2_submitted":
        plan.modify(date(2026, 9, 14), "Le partenaire principal de la priorité 1 a changé.")
        plan.submit(date(2026, 11, 10))
    return [payments.settlement(2025, sent_on, answered_on)]


def _first_report(reports: Reports) -> None:
    """2024-2025: five months, submitted by June, accepted by September 2025."""
    day = date(2025, 5, 5) + timedelta(days=reports.rank)
    reports.write(2024, day, months=5)
    reports.submit(2024, day + timedelta(days=25))
    reports.recommend(2024, day + timedelta(days=90))
    accepted = day + timedelta(days=104)
    reports.accept(2024, date(2025, 9, 22) if reports.profile.slug == "mauricie" else accepted)


def _second_report(reports: Reports, payments: Payments) -> list[Settlement]:
    """2025-2026: every state, and the payment of 2026-2027 where it was accepted."""
    state, rank = reports.profile.report, reports.rank
    day = date(2026, 5, 11) + timedelta(days=rank)
    reports.write(2025, day, months=12, finished=state not in ("draft", "late"))
    reports.remind(2025, date(2026, 5, 31))
    if state in ("submitted", "recommended"):
        reports.extend(2025, date(2026, 6, 17), date(2026, 10, 16), DELAY_REASON)
        reports.remind(2025, date(2026, 9, 16))
    if state in ("draft", "late"):
        return []
    submitted = day + timedelta(days=35)
    if state == "submitted":
        submitted = date(2026, 10, 14) + timedelta(days=(rank - 4) // 2)
    if state == "recommended":
        submitted = date(2026, 9, 28) + timedelta(days=rank)
    reports.submit(2025, submitted)
    if reports.profile.slug == "mauricie":
        reports.remark(2025, date(2026, 11, 18))
    if state == "returned":
        reports.send_back(2025, date(2026, 11, 5))
    if state == "recommended":
        reports.recommend(2025, date(2026, 11, 9) + timedelta(days=rank // 2))
    return _accepted(reports, payments) if state == "accepted" else []


def _accepted(reports: Reports, payments: Payments) -> list[Settlement]:
    rank, target = reports.rank, reports.profile.versement
    early = target in ("issued", "paid")
    recommended = (date(2026, 9, 8) if early else date(2026, 11, 2)) + timedelta(days=rank // 2)
    reports.recommend(2025, recommended)
    accepted = recommended + timedelta(days=6)
    reports.accept(2025, accepted)
    if target == "held":
        payments.hold(
            2026,
            date(2026, 11, 19),
            "La résolution du fiduciaire est expirée. La Table doit en déposer une nouvelle.",
        )
    if target == "paid":
        payments.authorise(2026, accepted + timedelta(days=8))
        sent_on, answered_on = accepted + timedelta(days=13), accepted + timedelta(days=20)
        return [payments.settlement(2026, sent_on, answered_on)]
    if target != "issued":
        return []
    # One batch for two: one payment is rejected, the other has no answer yet.
    payments.authorise(2026, date(2026, 11, 12))
    sent_on = date(2026, 11, 16)
    if reports.profile.slug != "kativik":
        return [payments.settlement(2026, sent_on)]
    rejected = "Coordonnées du compte à valider."
    return [payments.settlement(2026, sent_on, date(2026, 11, 19), rejected)]


def _money_in_doubt(payments: Payments) -> None:
    """A part that waits, an overpayment to give back, and one already given back."""
    match payments.profile.slug:
        case "saguenay-lac-saint-jean":
            payments.park(
                2026,
                date(2026, 11, 18),
                Decimal("85000.00"),
                "Deux factures de coordination sont comptées deux fois dans la reddition.",
            )
        case "outaouais":
            payments.recover(
                2025,
                date(2026, 11, 4),
                Recovery.Kind.BALANCE,
                Decimal("38500.00"),
                "Un projet abandonné en mars 2026 n’a pas dépensé tout ce qui lui était accordé.",
            )
        case "estrie":
            payments.recover(
                2024,
                date(2026, 9, 14),
                Recovery.Kind.OVERPAYMENT,
                Decimal("6240.00"),
                "Le loyer du premier trimestre a été compté deux fois.",
            )
            payments.give_back(date(2026, 10, 23))
