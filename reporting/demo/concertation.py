"""Who takes part in one territory's plan: registers, consensus, delay, shared practices."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from alliances import clock
from alliances.models import GovernanceBody, Mrc, Partner, PartnerCategory
from alliances.services.consultations import add_consultation
from alliances.services.governance import add_body, count_seats
from alliances.services.partners import add_partner
from alliances.services.zones import add_zone
from plans.models import Action, Endorsement, PlanVersion
from plans.selectors.content import content_of, fingerprint
from plans.services.answers import answer_endorsement
from plans.services.deadlines import extend_due_date
from plans.services.endorsements import ask_endorsements, link_of
from plans.services.practices import share_practice

from .chapter import Chapter
from .words import BODIES, CONSULTATIONS, CONSULTED_AGAIN, PARTNERS, RESERVATION

Consulted = tuple[int, str, str, int, int | None, str]
INDEX = "Indice de vitalité économique"
MOST_AFFECTED = ["Aînés qui vivent seuls", "Familles monoparentales", "Jeunes sans diplôme"]


class Concertation(Chapter):
    """The people around one territory's plan, and what they say of it."""

    partners = PARTNERS
    counted_again = date(2026, 1, 20)
    index_year = 2022

    def register(self, day: date) -> None:
        """Partners, bodies, zones and consultations, written before the plan that draws on them."""
        self.on(day, self.coordination, self._register, hour=9)
        self.on(day, self.coordination, self._consult, hour=10)
        self.on(day, self.coordination, lambda: self._count(1 + self.rank % 3), hour=11)
        self.on(self.counted_again, self.coordination, lambda: self._count(2 + self.rank % 3))
        again = [CONSULTED_AGAIN]
        self.on(self.counted_again, self.coordination, lambda: self._consult(again), hour=15)

    def agree(self, day: date) -> None:
        """Partners are asked, and answer within the week; some with a reservation."""
        self.on(day, self.coordination, self._ask, hour=8)
        self.on(day + timedelta(days=4), self.cast.portal, self._answer, hour=14)

    def delay(self, day: date, due_on: date, reason: str) -> None:
        self.on(day, self.cast.analyst, lambda: self._delay(due_on, reason))

    def share(self, day: date) -> None:
        self.on(day, self.coordination, self._share, hour=16)

    def _register(self) -> None:
        by, alliance = self.coordination, self.alliance
        places = list(Mrc.objects.filter(territory=alliance.territory_id).order_by("name"))
        categories = {
            one.code: one for one in PartnerCategory.objects.filter(cycle=alliance.cycle_id)
        }
        # Every territory lacks somebody: the matrix says who.
        for rank, (code, name, contribution) in enumerate(self.partners):
            if (rank + self.rank) % 7 == 6:
                continue
            place = places[(rank + self.rank) % len(places)] if places and rank % 2 else None
            add_partner(
                alliance,
                by=by,
                name=f"{name}, {place.name if place else alliance.territory.name}",
                category=categories[code],
                level="local" if place else "regional",
                mrc=place,
                contribution=contribution,
                email=f"{code}@{alliance.territory.slug}.example",
                joined_on=clock.today(),
            )
        for name, mandate, meetings, support in BODIES:
            add_body(
                alliance, name, by=by, mandate=mandate, meetings_per_year=meetings, support=support
            )
        for rank, place in enumerate(places[:2]):
            add_zone(
                alliance,
                by=by,
                mrc=place,
                index_name=INDEX,
                value=Decimal(-2 - rank) - Decimal(self.rank) / 10,
                year=self.index_year,
                source="Donnée fictive",
                most_affected=MOST_AFFECTED[(rank + self.rank) % len(MOST_AFFECTED)],
            )

    def _consult(self, held: Sequence[Consulted] = CONSULTATIONS) -> None:
        places = list(Mrc.objects.filter(territory=self.alliance.territory_id).order_by("name"))
        for rank, (ago, kind, title, people, poor, outcome) in enumerate(held):
            add_consultation(
                self.alliance,
                by=self.coordination,
                on=clock.today() - timedelta(days=ago),
                kind=kind,
                title=title,
                mrc=places[(rank + self.rank) % len(places)] if places and rank % 2 else None,
                people=people + self.rank,
                people_in_poverty=poor,
                outcome=outcome,
            )

    def _count(self, held: int) -> None:
        seats = 9 + self.rank % 6
        body = GovernanceBody.objects.filter(alliance=self.alliance).order_by("pk")[0]
        count_seats(
            body, by=self.coordination, on=clock.today(), seats=seats, lived_experience=held
        )

    def _version(self) -> PlanVersion:
        return PlanVersion.objects.open().get(plan__alliance=self.alliance)

    def _ask(self) -> None:
        partners = Partner.objects.filter(alliance=self.alliance).order_by("pk")[:6]
        ask_endorsements(self._version(), by=self.coordination, partners=list(partners))

    def _answer(self) -> None:
        version = self._version()
        asked = Endorsement.objects.filter(version=version, cancelled_at=None).order_by("pk")
        text = fingerprint(content_of(version))
        for rank, row in enumerate(asked):
            if rank == 5 and self.rank % 2:
                continue
            reserve = rank == 3 and self.rank % 3 == 0
            answer_endorsement(
                link_of(row).rstrip("/").rsplit("/", 1)[-1],
                answer="reservation" if reserve else "agree",
                sha256=text,
                name=f"Porte-parole {rank + 1}",
                title="Direction",
                text=RESERVATION if reserve else "",
            )

    def _delay(self, due_on: date, reason: str) -> None:
        plan = self.alliance.plan
        plan.refresh_from_db()
        assert plan.due_on is not None
        extend_due_date(
            plan,
            by=self.cast.analyst,
            due_on=due_on,
            reason=reason,
            expected_due_on=plan.due_on,
        )

    def _share(self) -> None:
        actions = Action.objects.filter(
            version__plan__alliance=self.alliance, version__state=PlanVersion.State.APPROVED
        ).order_by("objective__priority__rank", "objective__rank", "rank")
        action = actions[self.rank // 2 % 6]
        share_practice(
            action,
            by=self.coordination,
            title=action.title,
            summary=f"{action.means} Responsable : {action.lead}. Avec : {action.collaborators}.",
            result=action.expected_result,
            contact=self.coordination.email,
        )
