"""The page of an Alliance: its facts, its milestones, its people, its money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances import clock, drawings
from alliances.models import (
    Alliance,
    Cycle,
    Document,
    Membership,
    Milestone,
    MilestoneKind,
    SeatCount,
)
from alliances.money import ZERO
from alliances.templatetags.portal import date_long, date_medium, money
from conventions.models import Convention
from fqis.models import Envelope, Project, ProjectTally, Versement
from fqis.selectors import versements_of
from plans.models import PlanVersion
from reporting.models import AnnualReport, FinancialLine, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.wording import state_word

VState = Versement.State


@dataclass(frozen=True)
class Step:
    """A milestone in words, for the list that says what the drawing says."""

    glyph: str
    title: str
    when: str
    day: date
    past: bool
    url: str = ""


@dataclass(frozen=True)
class Story:
    """What the timeline is drawn from, loaded once. ``convention`` is the last one; ``is_signed``
    tells whether one was signed, without which no report is owed."""

    alliance: Alliance
    convention: Convention | None
    is_signed: bool
    milestones: list[Milestone]
    versements: list[Versement]
    periods: list[ReportingPeriod]
    reports: dict[int, AnnualReport]
    open_version: PlanVersion | None


def load_story(alliance: Alliance) -> Story:
    """Seven queries; each period has the Alliance's own due date."""
    moved = moved_days([alliance.pk])
    reports = AnnualReport.objects.for_pages().filter(alliance=alliance)
    conventions = list(Convention.objects.filter(alliance=alliance).order_by("-pk"))
    return Story(
        alliance=alliance,
        convention=conventions[0] if conventions else None,
        is_signed=any(one.is_signed for one in conventions),
        milestones=list(Milestone.objects.filter(alliance=alliance).select_related("recorded_by")),
        versements=[one for one in versements_of(alliance) if one.state != VState.CANCELLED],
        periods=[
            period_of(one, alliance.pk, moved)
            for one in ReportingPeriod.objects.filter(cycle=alliance.cycle_id).select_related(
                "cycle"
            )
        ],
        reports={report.period_id: report for report in reports},
        open_version=PlanVersion.objects.open()
        .filter(plan__alliance=alliance)
        .select_related("plan")
        .first(),
    )


def _milestone_acts(story: Story) -> Iterable[tuple[drawings.Act, str]]:
    for milestone in story.milestones:
        if milestone.kind == MilestoneKind.REPORT_ACCEPTED:
            continue
        title = milestone.label
        if milestone.kind == MilestoneKind.PLAN_APPROVED:
            title = (
                _("PARC approuvé")
                if milestone.sequence == 1
                else _("PARC, version %(n)s") % {"n": milestone.sequence}
            )
        detail = date_medium(milestone.on)
        yield drawings.Act(milestone.on, title, detail, "done"), milestone.url


def _report_acts(story: Story) -> Iterable[tuple[drawings.Act, str]]:
    """One per year: accepted, in somebody's hands, late, or to come on its last day; none that is
    not owed yet."""
    for period in story.periods:
        report = story.reports.get(period.pk)
        if report is None and not story.is_signed:
            continue
        title = _("Reddition %(year)s") % {"year": period.year.short}
        url = story.alliance.url("report", str(period)) if period.is_open else ""
        word = state_word(report, period, is_owed=story.is_signed)
        day = period.due_on
        detail, kind = date_medium(day), "todo"
        if report is not None and report.accepted_at:
            day = clock.day_of(report.accepted_at)
            detail, kind = date_medium(day), "done"
        elif report is not None and report.submitted_at:
            day = clock.day_of(report.submitted_at)
            detail, kind = word.word.lower(), "run"
        elif word.is_late:
            detail, kind = word.word.lower(), "late"
        yield drawings.Act(day, title, detail, kind), url


def _other_acts(story: Story) -> Iterable[tuple[drawings.Act, str]]:
    version = story.open_version
    if version is not None:
        due = version.plan.due_on if version.number == 1 else None
        day = due or clock.day_of(version.submitted_at or version.created_at)
        late = due is not None and due < clock.today() and version.submitted_at is None
        title = _("PARC, version %(n)s") % {"n": version.number}
        kind = "late" if late else "run"
        act = drawings.Act(day, title, str(version.get_state_display()).lower(), kind)
        yield act, story.alliance.url("plan")
    if story.convention is not None and story.convention.signed_on is None:
        day = clock.day_of(story.convention.created_at)
        word = str(story.convention.get_state_display()).lower()
        act = drawings.Act(day, _("Convention"), word, "run")
        yield act, story.alliance.url("convention")
    end = story.alliance.cycle.closes_on
    kind = "done" if end < clock.today() else "todo"
    yield drawings.Act(end, _("Fin"), date_medium(end), kind), ""


def acts_of(story: Story) -> list[tuple[drawings.Act, str]]:
    found = [*_milestone_acts(story), *_report_acts(story), *_other_acts(story)]
    return sorted(found, key=lambda pair: pair[0].day)


_FLOW_WORDS = {
    VState.PAID: gettext_lazy("versé"),
    VState.ISSUED: gettext_lazy("avis émis"),
    VState.AUTHORISED: gettext_lazy("autorisé"),
    VState.RECOMMENDED: gettext_lazy("à autoriser"),
    VState.READY: gettext_lazy("à recommander"),
    VState.HELD: gettext_lazy("retenu"),
    VState.PLANNED: gettext_lazy("prévu"),
}


def flows_of(story: Story) -> list[drawings.Flow]:
    """The versements: paid ones on their day, the others in their year, never in the past."""
    found: list[drawings.Flow] = []
    seen_next = False
    for versement in story.versements:
        day = versement.paid_on or _expected_day(versement)
        is_next = versement.state != VState.PAID and not seen_next
        seen_next = seen_next or is_next
        word = str(_FLOW_WORDS[VState(versement.state)])
        paid = versement.state == VState.PAID
        found.append(drawings.Flow(day, versement.amount, word, paid=paid, next=is_next))
    return found


def _expected_day(versement: Versement) -> date:
    """The middle of its fiscal year, or three weeks from now when that is over."""
    middle = date(versement.fiscal_year, 11, 30)
    soon = date.fromordinal(clock.today().toordinal() + 21)
    return max(middle, soon)


def milestones_drawing(story: Story) -> drawings.Milestones:
    cycle: Cycle = story.alliance.cycle
    return drawings.milestones(
        start=cycle.starts_on,
        end=cycle.closes_on,
        today=clock.today(),
        acts=[act for act, _url in acts_of(story) if act.day <= cycle.closes_on],
        flows=flows_of(story),
    )


def steps_of(story: Story) -> list[Step]:
    """The same facts as the drawing, acts and money together, in the order of days."""
    today = clock.today()
    steps = [
        Step(act.kind, act.title, _when(act), act.day, act.kind == "done", url)
        for act, url in acts_of(story)
    ]
    for flow in flows_of(story):
        title = _("Versement de %(amount)s") % {"amount": money(flow.amount)}
        when = f"{flow.word}, {date_long(flow.day)}" if flow.paid else flow.word
        glyph = "done" if flow.paid else ("sent" if flow.next else "todo")
        steps.append(Step(glyph, title, when, flow.day, flow.paid and flow.day <= today))
    return sorted(steps, key=lambda step: step.day)


def _when(act: drawings.Act) -> str:
    day = date_long(act.day)
    return day if act.detail == date_medium(act.day) else f"{act.detail}, {day}"


# --- Money


@dataclass(frozen=True)
class EnvelopeView:
    """The envelope of the cycle, in dollars; ``drawing`` is None while its amount is unknown."""

    envelope: Envelope | None
    received: Decimal
    drawing: drawings.Envelope | None
    note: str


def envelope_view(story: Story) -> EnvelopeView:
    """What was received, then where it went; one query.

    Administration and coordination come from the reports that were submitted.
    """
    alliance = story.alliance
    tallies = ProjectTally.objects.filter(alliance=alliance)
    spent = {
        "paid": _sum(tallies, "paid"),
        "granted": _sum(tallies.filter(state__in=Project.SUPPORTED), "granted"),
        "own": _sum(
            FinancialLine.objects.filter(
                report__alliance=alliance,
                report__submitted_at__isnull=False,
                category__in=["administration", "mobilisation"],
            ),
            "amount",
        ),
    }
    envelope: Any = Envelope.objects.filter(alliance=alliance).annotate(**spent).first()
    received = sum((v.amount for v in story.versements if v.state == VState.PAID), ZERO)
    if envelope is None or envelope.amount is None:
        return EnvelopeView(envelope, received, None, "")
    paid, own = envelope.paid, envelope.own
    to_pay = max(envelope.granted - paid, ZERO)
    free = received - paid - own - to_pay
    # The drawing opens what was received: what is promised beyond it is said in the note.
    covered = min(to_pay, max(received - paid - own, ZERO))
    left = sum(1 for v in story.versements if v.state != VState.PAID)
    drawing = drawings.envelope(
        total=envelope.amount,
        total_label=_("enveloppe %(cycle)s") % {"cycle": alliance.cycle.slug},
        received=received,
        to_receive_note=_("en %(n)s versements") % {"n": left} if left > 1 else "",
        parts=[
            drawings.Part(_("Versé aux projets"), paid, "piv"),
            drawings.Part(_("Coordination"), own, "dark"),
            drawings.Part(
                _("Engagé, à verser") if free >= 0 else _("Engagé, couvert"), covered, "hatch"
            ),
            drawings.Part(_("Non engagé"), max(free, ZERO), "dashed"),
        ],
        engaged_parts=3,
    )
    return EnvelopeView(envelope, received, drawing, _envelope_note(story, to_pay, free))


def _sum(rows: QuerySet[Any], field: str) -> Coalesce:
    """The sum of ``field`` over ``rows``, in dollars, inside another query."""
    whole = rows.order_by().annotate(every=Value(1)).values("every")
    totals = whole.annotate(total=Sum(field)).values("total")
    return Coalesce(
        Subquery(totals), ZERO, output_field=DecimalField(max_digits=14, decimal_places=2)
    )


def _envelope_note(story: Story, to_pay: Decimal, free: Decimal) -> str:
    submitted = [r for r in story.reports.values() if r.submitted_at is not None]
    if free < 0:
        return _("%(to_pay)s engagés à verser, dont %(beyond)s au-delà du reçu") % {
            "to_pay": money(to_pay),
            "beyond": money(-free),
        }
    if not submitted:
        return _("Au %(day)s") % {"day": date_long(clock.today())}
    last = max(submitted, key=lambda report: report.period.fiscal_year)
    return _("Coordination selon la reddition %(year)s") % {"year": last.period}


# --- People, seats, documents


@dataclass(frozen=True)
class Seats:
    held: int
    total: int
    last_held: int | None
    last_year: int | None


def seats_of(alliance: Alliance) -> Seats | None:
    """Seats of every body today, and a year ago when they were counted; one query."""
    today = clock.today()
    counts = list(SeatCount.objects.filter(body__alliance=alliance, on__lte=today).order_by("on"))
    now = _seats_on(counts, today)
    if now is None:
        return None
    year_ago = date(today.year - 1, 12, 31)
    before = _seats_on(counts, year_ago)
    return Seats(now[0], now[1], before[0] if before else None, year_ago.year if before else None)


def _seats_on(counts: list[SeatCount], day: date) -> tuple[int, int] | None:
    """Seats held and seats in all, from the last count of each body on ``day``."""
    last = {count.body_id: count for count in counts if count.on <= day}
    if not last:
        return None
    return sum(c.lived_experience for c in last.values()), sum(c.seats for c in last.values())


def team_of(alliance: Alliance) -> list[Membership]:
    """The Table's people and the DGSQ's adviser, in one query."""
    found = (
        Membership.objects.active_on(clock.today())
        .filter(territory=alliance.territory_id, user__is_active=True)
        .select_related("user")
    )
    order = {"coordination": 0, "direction": 1, "advisor": 2, "partner": 3}
    return sorted(found, key=lambda member: (order.get(member.role, 9), member.user.full_name))


def recent_documents(alliance: Alliance) -> list[Document]:
    return list(
        Document.objects.filter(alliance=alliance, state=Document.State.READY).order_by(
            "-dated_on", "-pk"
        )[:4]
    )
