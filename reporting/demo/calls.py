"""The calls for projects of the story: one closed in spring, one open, one to come, and what
organisations sent."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from alliances import clock
from alliances.identity import acting_as, acting_as_portal
from fqis.models import Call
from fqis.selectors.projects import priorities_in_force
from fqis.services import applications
from fqis.services.budgets import Line
from fqis.services.calls import CallTerms, Paper, close_call, extend_call, publish_call, write_call
from fqis.services.projects import Source
from fqis.services.submissions import Request, submit_application

from .agenda import moment_of
from .chapter import Chapter
from .papers import paper

# Who tells calls, and whether one is open at the end.
PLACES = {
    "bas-saint-laurent": True,
    "mauricie": True,
    "estrie": True,
    "montreal": True,
    "lanaudiere": False,
    "outaouais": True,
}
SELECTION = (
    "Un comité formé de partenaires et de personnes qui vivent la pauvreté lit chaque demande"
    " selon une grille rendue publique. La Table décide ensuite, par consensus."
)
FOLLOW_UP = "Chaque projet soutenu dit une fois par année qui il rejoint et ce qu’il change."
REQUESTS = [
    ("Maison des familles du quartier", "Cuisines collectives de l’hiver", "Familles", 90),
    ("Carrefour des aînés", "Visites d’amitié à domicile", "Personnes aînées seules", 60),
    ("Atelier du logement", "Bail compris, bail respecté", "Locataires à faible revenu", 120),
]


class Calls(Chapter):
    """One territory's calls."""

    def tell(self) -> None:
        slug = self.alliance.territory.slug
        if slug not in PLACES:
            return
        with acting_as(self.coordination):
            places = list(self.alliance.territory.mrcs.all()[:2])
        spring = self._publish(
            date(2026, 3, 2),
            title="Appel du printemps 2026",
            closes_at=moment_of(date(2026, 4, 10), 16),
            amount=Decimal("60000.00"),
            ceiling=Decimal("20000.00"),
            mrcs=places,
        )
        self._apply(spring, date(2026, 3, 30), 0)
        later = moment_of(date(2026, 4, 17), 16)
        reason = "La tempête a coupé le courant dans deux MRC."
        self._as(
            date(2026, 4, 8),
            lambda: extend_call(spring, by=self.coordination, closes_at=later, reason=reason),
        )
        with clock.at(later + timedelta(minutes=1)), acting_as_portal() as portal:
            close_call(spring.pk, by=portal)
        if PLACES[slug]:
            winter = self._publish(
                date(2026, 10, 26),
                title="Appel de l’hiver 2027 : rompre l’isolement",
                closes_at=moment_of(date(2027, 1, 29), 16),
                amount=Decimal("120000.00"),
                ceiling=Decimal("40000.00"),
            )
            for rank in (1, 2):
                self._apply(winter, date(2026, 11, 9 + 5 * rank), rank)

    def _as(self, day: date, act: Callable[[], object]) -> object:
        with clock.at(moment_of(day, 9)), acting_as(self.coordination):
            return act()

    def _publish(self, day: date, *, title: str, closes_at: datetime, **terms: object) -> Call:
        def publish() -> Call:
            call = write_call(
                self.alliance,
                CallTerms(
                    title=title,
                    presentation=(
                        "La Table cherche des projets portés à plusieurs, qui rejoignent des"
                        " personnes que les services rejoignent peu."
                    ),
                    opens_at=moment_of(day + timedelta(days=7), 9),
                    closes_at=closes_at,
                    selection=SELECTION,
                    frequency="Deux fois par année, au printemps et en hiver.",
                    follow_up=FOLLOW_UP,
                    priorities=list(priorities_in_force(self.alliance, day)[:3]),
                    papers=[
                        Paper("Lettre d’appui d’un partenaire"),
                        Paper("Derniers états financiers", is_required=False),
                    ],
                    **terms,  # type: ignore[arg-type]
                ),
                by=self.coordination,
            )
            return publish_call(call, by=self.coordination)

        return self._as(day, publish)  # type: ignore[return-value]

    def _apply(self, call: Call, day: date, rank: int) -> None:
        """An organisation writes and sends its application, in an afternoon."""
        name, title, population, people = REQUESTS[rank]
        place = self.alliance.territory.slug
        with clock.at(moment_of(day, 14)), acting_as_portal() as portal:
            row = applications.ask_link(call, email=f"projets{rank}@{place}.example", language="fr")
            row.link_sent_at = clock.now()
            row.save(update_fields=["link_sent_at"])
            letter = paper("appui.pdf", ["Nous appuyons ce projet.", name])
            applications.attach_file(row, letter, paper=call.papers.all()[0])
            asked, others = call.ceiling * 3 / 4, Decimal("6000.00")
            served = call.served.select_related("priority").all()[0]
            submit_application(
                row,
                Request(
                    organisation_name=name,
                    neq=f"116{rank}{self.rank:02d}0000",
                    legal_class="obnl",
                    city="",
                    contact_name="La direction",
                    contact_email=row.email,
                    contact_phone="",
                    title=title,
                    description=f"{title} : un projet porté par trois organismes du territoire.",
                    priority=served.priority,
                    population=population,
                    people_expected=people,
                    activities="Une rencontre par semaine, d’octobre à mai, dans trois lieux.",
                    partners="Municipalité, CLSC, organisme de quartier",
                    pooling="La municipalité prête ses locaux; le CLSC, une intervenante.",
                    starts_on=day + timedelta(days=100),
                    ends_on=day + timedelta(days=460),
                    amount_requested=asked,
                    mrcs=[one.mrc for one in call.places.select_related("mrc")],
                    pools_people=True,
                    pools_material=True,
                    budget=[
                        Line("salaries", asked, asked - 2000, "Une personne à la coordination"),
                        Line("activities", others, Decimal("2000.00")),
                    ],
                    sources=[Source("Municipalité", others, is_confirmed=rank != 2)],
                ),
                by=portal,
            )
