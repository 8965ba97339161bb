"""The projects of the story: some fifteen hundred, at every point from received to completed."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as
from alliances.models import Mrc, Organisation
from fqis.models import Envelope, Project, ProjectInstalment
from fqis.services.agreements import Part, meet_condition, sign_agreement
from fqis.services.budgets import Line
from fqis.services.checks import analyse_project
from fqis.services.follow_up import abandon_project, complete_project, start_project
from fqis.services.organisations import register_organisation
from fqis.services.project_payments import record_payment
from fqis.services.projects import Source, decide_project, register_project
from fqis.services.results import record_result
from plans.models import PlanVersion, Priority

from .agenda import moment_of
from .chapter import Chapter
from .follow_up import FOLLOWED, FollowUp
from .money import split_tranches
from .registers import BROUGHT, Register, Request, Written, day_brought
from .words import INDIGENOUS_ORGANISATIONS, INITIATIVES, ORGANISATIONS, at_place

LAST_DAY = date(2026, 11, 22)
# In each territory, the projects told act by act; the others come from the Table's own register.
BY_HAND = 14
SOURCES = [
    "Municipalité",
    "Centraide",
    "Fondation régionale",
    "Porteur du projet",
    "Santé publique",
    "Caisse locale",
]


def _budget(asked: Decimal, others: list[Source]) -> list[Line]:
    """What a project costs in three lines, each paid in the same part by the fund."""
    total = asked + sum((source.amount for source in others), Decimal(0))
    costs = [
        ("salaries", "Une personne à la coordination", (total * 60 / 100).quantize(Decimal(1))),
        ("activities", "", (total * 25 / 100).quantize(Decimal(1))),
    ]
    lines = [
        Line(category, cost, (cost * asked / total).quantize(Decimal(1), ROUND_DOWN), said)
        for category, said, cost in costs
    ]
    last = total - sum((line.amount for line in lines), Decimal(0))
    return [
        *lines,
        Line("supplies", last, asked - sum((line.asked for line in lines), Decimal(0))),
    ]


class Projects(Chapter):
    """One territory's projects, each told from its first day to where it stands."""

    def tell(self) -> None:
        # Seeded: the demo is the same for everybody.
        self.random = Random(self.alliance.territory.slug)  # noqa: S311
        self.followed = 0
        first, priorities, places = self._read_plan()
        # On average, what the first two payments can carry.
        carried = sum(split_tranches(self._envelope(), 5)[:2], Decimal(0))
        self.average = carried * 8 / 10 / self.profile.projects
        carriers = self._register_carriers(first, places)
        span = (LAST_DAY - first).days
        total = self.profile.projects
        choices = self._titles(places, set(priorities))
        register = Register(self.alliance, self.coordination, self._as_coordination)
        for index in range(total):
            received = first + timedelta(days=3 + span * index // (total + 1))
            theme, title, people, place = next(choices)
            request = self._request(received, title, people, place, priorities[theme], carriers)
            if index % max(1, total // BY_HAND) and received < BROUGHT[-1]:
                register.write(self._written(request))
            else:
                self._tell_one(request)
        for project, written in register.bring():
            self._go_on(project, written)

    def _read_plan(self) -> tuple[date, dict[str, Priority], list[Mrc]]:
        """The first day a project can come, the priorities by national theme, and the MRCs."""
        with acting_as(self.coordination):
            version = (
                PlanVersion.objects.filter(
                    plan__alliance=self.alliance, in_force_from__isnull=False
                )
                .order_by("number")
                .first()
            )
            assert version is not None
            assert version.in_force_from is not None
            priorities = {
                theme.national_priority.code: priority
                for priority in Priority.objects.filter(version=version)
                for theme in priority.themes.select_related("national_priority")
            }
            places = list(self.alliance.territory.mrcs.all())
        return version.in_force_from + timedelta(days=12), priorities, places

    def _envelope(self) -> Decimal:
        with acting_as(self.coordination):
            amount = Envelope.objects.get(alliance=self.alliance).amount
        assert amount is not None
        return amount

    def _as_coordination(self, day: date, act: object, *, hour: int = 10) -> object:
        with clock.at(moment_of(day, hour)), acting_as(self.coordination):
            return act()  # type: ignore[operator]

    def _register_carriers(self, day: date, places: list[Mrc]) -> list[Organisation]:
        names = INDIGENOUS_ORGANISATIONS if self.alliance.territory.is_indigenous else ORGANISATIONS
        where = [place.name for place in places] or [self.alliance.territory.name]
        wanted = min(len(names) * len(where), max(8, self.profile.projects // 5))
        pairs = [(name, legal, place) for place in where for name, legal in names]
        self.random.shuffle(pairs)

        def register() -> list[Organisation]:
            return [
                register_organisation(
                    self.alliance,
                    by=self.coordination,
                    name=at_place(name, place),
                    neq=f"11{self.rank:02d}{number:06d}",
                    legal_class=legal,
                    city=place,
                )
                for number, (name, legal, place) in enumerate(pairs[:wanted], start=1)
            ]

        return self._as_coordination(day, register)  # type: ignore[return-value]

    def _titles(
        self, places: list[Mrc], themes: set[str]
    ) -> Iterator[tuple[str, str, int, Mrc | None]]:
        """Titles without end: each pair of an initiative and a place, then the same in phases."""
        initiatives = [item for item in INITIATIVES if item[0] in themes]
        where: list[Mrc | None] = list(places) or [None]
        pairs = [(item, place) for place in where for item in initiatives]
        phase = 1
        while True:
            self.random.shuffle(pairs)
            for (theme, title, people), place in pairs:
                text = at_place(title, place.name if place else self.alliance.territory.name)
                yield theme, text if phase == 1 else f"{text}, phase {phase}", people, place
            phase += 1

    def _request(
        self,
        received: date,
        title: str,
        people: int,
        place: Mrc | None,
        priority: Priority,
        carriers: list[Organisation],
    ) -> Request:
        pick = self.random
        asked = (self.average * pick.randrange(30, 170) / 100 / 250).quantize(Decimal(1)) * 250
        starts = received + timedelta(days=60)
        months = pick.choice([8, 10, 12, 12, 18, 24])
        return Request(
            received=received,
            title=title,
            carrier=pick.choice(carriers),
            priority=priority,
            place=place,
            asked=asked,
            starts=starts,
            ends=starts + timedelta(days=30 * months),
            expected=max(10, people * pick.randrange(50, 110) // 100),
            others=[
                Source(name, (asked * pick.randrange(10, 45) / 100).quantize(Decimal(1)), True)
                for name in pick.sample(SOURCES, pick.randrange(0, 3))
            ],
        )

    def _tell_one(self, request: Request) -> None:
        shared = self.random.random()
        place = request.place

        def register() -> Project:
            return register_project(
                self.alliance,
                by=self.coordination,
                title=request.title,
                organisation=request.carrier,
                amount_requested=request.asked,
                starts_on=request.starts,
                ends_on=request.ends,
                priority=request.priority,
                sources=request.others,
                budget=_budget(request.asked, request.others) if shared > 0.6 else [],
                mrcs=[place] if place and shared < 0.8 else [],
                people_expected=request.expected,
                received_on=request.received,
                is_structuring=shared > 0.85,
                pools_people=shared < 0.6,
                pools_material=0.2 < shared < 0.75,
                pools_money=shared > 0.7,
            )

        project = self._as_coordination(request.received, register)
        assert isinstance(project, Project)
        self._decide(project, request)

    def _outcome(self, decided: date, asked: Decimal) -> tuple[str, str, Decimal | None]:
        """The decision, its reason, the amount of an accepted project."""
        luck = self.random.random()
        if luck < 0.13:
            return (
                "refused",
                "Le projet ressemble à un autre, déjà soutenu dans le même milieu.",
                None,
            )
        if luck < 0.17 and decided > date(2026, 8, 1):
            return "deferred", "Le comité attend un budget révisé.", None
        share = self.random.choice([100, 100, 90, 80, 75])
        return "accepted", "", (asked * share / 100).quantize(Decimal("0.01"))

    def _written(self, request: Request) -> Written:
        """Where the project stood when the Table brought its register."""
        decided = request.received + timedelta(days=35)
        brought = day_brought(request.received)
        written = Written(request, brought)
        if decided > brought:
            return written
        outcome, reason, amount = self._outcome(decided, request.asked)
        written.outcome, written.reason, written.granted = outcome, reason, amount
        written.decided = decided
        agreed = decided + timedelta(days=14)
        if amount is not None and agreed <= brought:
            written.agreed = agreed
            written.begun = min(agreed + timedelta(days=11), brought)
            written.paid = (amount / 2).quantize(Decimal("0.01"))
        return written

    def _go_on(self, project: Project, written: Written) -> None:
        """What came after the register: results of each year, the last payment, the end."""
        expected = written.request.expected
        if written.decided is None:
            self._decide(project, written.request)
        if written.decided is None or written.granted is None:
            return
        if written.begun is None or written.paid is None:
            self._carry_out(project, written.decided, written.granted, expected)
            return
        self._tell_years(project, written.begun, expected, None)
        if self.random.random() < 0.03:
            self._quit(project, written.brought + timedelta(days=12))
        elif project.ends_on + timedelta(days=20) <= LAST_DAY:
            self._finish(project, written.granted - written.paid, expected)

    def _decide(self, project: Project, request: Request) -> None:
        decided = request.received + timedelta(days=35)
        if decided > LAST_DAY:
            return
        by = self.coordination
        outcome, reason, amount = self._outcome(decided, request.asked)

        def decide() -> None:
            analyse_project(project, by=by, because="Demande lue avec l’organisme, avant décision.")
            decide_project(
                project,
                by=by,
                outcome=outcome,
                on=decided,
                amount=amount,
                priority=request.priority if outcome == "accepted" else None,
                reason=reason,
            )

        self._as_coordination(decided, decide)
        if amount is not None:
            self._carry_out(project, decided, amount, request.expected)

    def _carry_out(self, project: Project, decided: date, amount: Decimal, expected: int) -> None:
        by = self.coordination
        agreed = decided + timedelta(days=14)
        if agreed > LAST_DAY:
            return
        half = (amount / 2).quantize(Decimal("0.01"))
        begun = agreed + timedelta(days=11)

        parts = [Part(half), Part(amount - half, "report", words="Rapport final")]
        closely = self._follow_closely(project, begun)

        def begin() -> None:
            if closely is None:
                sign_agreement(project, by=by, on=agreed, parts=parts)
            if begun <= LAST_DAY:
                record_payment(project, by=by, on=agreed, amount=half)

        if closely is not None:
            closely.sign(decided, agreed, parts)
        self._as_coordination(agreed, begin)
        if begun > LAST_DAY:
            return
        self._as_coordination(begun, lambda: start_project(project, by=by))
        if closely is not None:
            closely.spend(begun, LAST_DAY, half)
            closely.postpone(begun + timedelta(days=40), LAST_DAY)
        self._tell_years(project, begun, expected, closely)
        if self.random.random() < 0.03 and closely is None:
            self._quit(project, begun + timedelta(days=45))
            return
        if project.ends_on + timedelta(days=20) <= LAST_DAY:
            self._finish(project, amount - half, expected)

    def _tell_years(
        self, project: Project, begun: date, expected: int, closely: FollowUp | None
    ) -> None:
        """The results of each year that ended; of some, nobody said anything: they are missing."""
        for start in range(FiscalYear.of(begun).start, 2027):
            year = FiscalYear(start)
            told = year.last_day + timedelta(days=20)
            if told > LAST_DAY or told > project.ends_on:
                return
            share = self.random.randrange(30, 70)
            if closely is not None:
                closely.tell(told, year, expected, share)
            elif share >= 33:
                self._as_coordination(
                    told,
                    lambda year=year, share=share: self._tell_result(
                        project, year, expected, share
                    ),
                )

    def _quit(self, project: Project, day: date) -> None:
        note = "L’organisme a perdu sa coordonnatrice et renonce au projet."
        if day <= LAST_DAY:
            self._as_coordination(
                day, lambda: abandon_project(project, by=self.coordination, on=day, note=note)
            )

    def _follow_closely(self, project: Project, begun: date) -> FollowUp | None:
        """The first projects that live through a year's end, while there are few."""
        lives = begun <= LAST_DAY and project.ends_on > FiscalYear.of(begun).last_day
        if not lives or self.followed >= FOLLOWED:
            return None
        self.followed += 1
        return FollowUp(project, self.followed - 1, self.coordination, self._as_coordination)

    def _tell_result(self, project: Project, year: FiscalYear, expected: int, share: int) -> None:
        reached = expected * share // 100
        record_result(
            project,
            by=self.coordination,
            fiscal_year=year,
            people_reached=reached,
            people_in_poverty=reached * 7 // 10,
        )

    def _finish(self, project: Project, rest: Decimal, expected: int) -> None:
        day, by = project.ends_on + timedelta(days=15), self.coordination
        reached = expected * self.random.randrange(70, 130) // 100
        met = self.random.random() < 0.7

        def finish() -> None:
            last = ProjectInstalment.objects.filter(agreement__project=project, rank=2).first()
            if last is not None:
                meet_condition(last, by=by, on=day, note="Rapport final reçu.")
            record_payment(project, by=by, on=day, amount=rest)
            complete_project(
                project,
                by=by,
                on=day,
                people_reached=reached,
                people_in_poverty=reached * 7 // 10,
                note="Le projet s’est déroulé comme prévu.",
                targets_met=met,
            )

        self._as_coordination(day, finish, hour=14)
