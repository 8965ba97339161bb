"""The cycle 2024-2029 as it would stand on 22 November 2026, told through the services, after the
cycle before.

In three parts: conventions, first payments and plans; then projects; then reports and the payments
they open. Within each part, acts come in the order of their dates.
"""

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
from .earlier import tell_earlier
from .envelopes import Sharing, propose_a_move
from .money import invent_envelopes, simulate_split
from .payments import Payments
from .people import Cast
from .plan import PlanStory
from .profiles import PROFILES
from .projects import Projects
from .reports import Reports
from .workers import workers

# Where the story tells a committee, a sitting held and one to come.
WITH_COMMITTEE = ("mauricie", "estrie", "outaouais")


def tell(cast: Cast, alliances: list[Alliance]) -> None:
    """Tells the whole story; ``alliances`` are the twenty of the current cycle."""
    hurry()
    tell_earlier(cast)
    by_slug = {alliance.territory.slug: alliance for alliance in alliances}
    agenda = Agenda()
    invented = invent_envelopes(alliances)
    for profile in PROFILES:
        alliance = by_slug[profile.slug]
        payments = Payments(profile, alliance, cast, agenda)
        if alliance.pk in invented:
            payments.confirm_envelope(invented[alliance.pk])
        payments.sign_convention()
        if profile.signed_on is not None:
            _first_payment(payments, profile.signed_on)
            around = Concertation(profile, alliance, cast, agenda)
            plan = PlanStory(profile, alliance, cast, agenda)
            _plan(plan, around, payments, profile.signed_on)
        if profile.slug in ("mauricie", "estrie"):
            sharing = Sharing(profile, alliance, cast, agenda)
            sharing.share(date(2025, 6, 11))
            if profile.slug == "mauricie":
                sharing.change_mind(date(2026, 11, 16))
    agenda.add(
        date(2024, 10, 8),
        cast.budget,
        lambda: simulate_split(alliances, invented, cast.budget),
    )
    late = next((one for one in PROFILES if one.signed_on is None), PROFILES[0])
    propose_a_move(agenda, cast, by_slug[late.slug], by_slug["estrie"])
    agenda.play()

    funded = [profile for profile in PROFILES if profile.projects]
    _tell_projects([Projects(one, by_slug[one.slug], cast, agenda) for one in funded])
    _tell_committees([Committees(one, by_slug[one.slug], cast, agenda) for one in funded])

    for profile in PROFILES:
        if profile.signed_on is not None:
            alliance = by_slug[profile.slug]
            reports = Reports(profile, alliance, cast, agenda)
            _first_report(reports)
            _second_report(reports, Payments(profile, alliance, cast, agenda))
    told = {one.slug: Amended(one, by_slug[one.slug], cast, agenda) for one in PROFILES}
    tell_avenants(told)
    for profile in PROFILES:
        _money_in_doubt(Payments(profile, by_slug[profile.slug], cast, agenda))
    agenda.play()
    with clock.at(moment_of(date(2026, 11, 22), 3, 10)):
        refresh_publication()


def _tell_committees(chapters: list[Committees]) -> None:
    for chapter in chapters:
        if chapter.profile.slug in WITH_COMMITTEE:
            chapter.tell()


def _tell_projects(chapters: list[Projects]) -> None:
    """Territories do not wait for each other: as many at a time as there are processors."""
    longest_first = sorted(chapters, key=lambda one: -one.profile.projects)
    connections.close_all()
    with workers() as pool:
        for _told in pool.map(_tell_one, longest_first):
            pass


def _tell_one(chapter: Projects) -> None:
    hurry()
    tell_whole(chapter)


def tell_whole(chapter: Projects) -> None:
    """The projects of a territory, then its calls, in one process."""
    chapter.tell()
    Calls(chapter.profile, chapter.alliance, chapter.cast, chapter.agenda).tell()


def hurry() -> None:
    """This session does not wait for the disk at each act: a story cut short is begun again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _first_payment(payments: Payments, signed_on: date) -> None:
    payments.recommend(2024, signed_on + timedelta(days=4))
    payments.authorise(2024, signed_on + timedelta(days=7))
    payments.pay(2024, signed_on + timedelta(days=17))


def _plan(plan: PlanStory, around: Concertation, payments: Payments, signed_on: date) -> None:
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
        return
    on_time = min(signed_on + timedelta(days=80), date(2025, 3, 28))
    submitted = max(on_time, written + timedelta(days=12))
    around.agree(submitted - timedelta(days=6))
    plan.submit(submitted)
    if state == "returned":
        plan.send_back(
            submitted + timedelta(days=40),
            "Précisez les résultats attendus de la priorité 2 et la fréquence de la sélection.",
        )
        return
    plan.validate(submitted + timedelta(days=30 + rank))
    approved = submitted + timedelta(days=60 + rank)
    if plan.profile.slug == "mauricie":
        approved = date(2025, 5, 28)
    plan.approve(approved)
    if rank % 2 == 0 or plan.profile.slug == "estrie":
        around.share(approved + timedelta(days=30))
    payments.recommend(2025, approved + timedelta(days=6))
    payments.authorise(2025, approved + timedelta(days=9))
    payments.send(2025, approved + timedelta(days=14))
    payments.answer(2025, approved + timedelta(days=21))
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


def _first_report(reports: Reports) -> None:
    """2024-2025: five months, submitted by June, accepted by September 2025."""
    day = date(2025, 5, 5) + timedelta(days=reports.rank)
    reports.write(2024, day, months=5)
    reports.submit(2024, day + timedelta(days=25))
    reports.recommend(2024, day + timedelta(days=90))
    accepted = day + timedelta(days=104)
    reports.accept(2024, date(2025, 9, 22) if reports.profile.slug == "mauricie" else accepted)


def _second_report(reports: Reports, payments: Payments) -> None:
    """2025-2026: every state, and the payment of 2026-2027 where it was accepted."""
    state, rank = reports.profile.report, reports.rank
    day = date(2026, 5, 11) + timedelta(days=rank)
    reports.write(2025, day, months=12, finished=state not in ("draft", "late"))
    if state in ("draft", "late"):
        return
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
    if state == "accepted":
        _accepted(reports, payments)


def _accepted(reports: Reports, payments: Payments) -> None:
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
        payments.send(2026, accepted + timedelta(days=13))
        payments.answer(2026, accepted + timedelta(days=20))
    if target == "issued":
        # One batch for two: one payment is rejected, the other has no answer yet.
        payments.authorise(2026, date(2026, 11, 12))
        payments.send(2026, date(2026, 11, 16))
        if reports.profile.slug == "kativik":
            payments.answer(2026, date(2026, 11, 19), rejected="Coordonnées du compte à valider.")


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
