"""Committees of the story: requests of the autumn, checked, scored, decided in a sitting."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from alliances import clock
from alliances.identity import acting_as
from alliances.models import Organisation, User
from fqis import services
from fqis.models import Committee, Criterion, EligibilityCheck, Project, Sitting
from plans.models import PlanVersion, Priority

from .agenda import moment_of
from .chapter import Chapter

RECEIVED = date(2026, 9, 28)
CHECKED = date(2026, 10, 9)
SCORED = date(2026, 10, 27)
CLOSED = date(2026, 11, 5)
COMING = date(2026, 12, 3)
# Title, dollars asked, people expected, and what the sitting of November gave.
REQUESTS = [
    ("Épicerie solidaire du quartier", 38_000, 240, "accepted"),
    ("Transport collectif vers les services", 52_000, 160, "accepted"),
    ("Ateliers de réparation de vélos", 18_000, 90, "refused"),
    ("Accompagnement budgétaire en milieu rural", 27_500, 130, "deferred"),
    ("Halte-chaleur d’hiver", 44_000, 300, ""),
    ("Jardins partagés des écoles", 21_000, 180, ""),
]
# The partner withdrew from one that the sitting decided, and one to come.
WITHDRAWN = (1, 4)
COMMENTS = [
    "Le besoin est bien dit, et le milieu est déjà réuni autour du projet.",
    "Les partenaires sont nommés, mais leur apport reste à confirmer.",
    "Le budget est clair ; la suite après la dernière année l’est moins.",
]
UNTOLD = "Description de la demande lue, et confirmée au téléphone avec l’organisme."


class Committees(Chapter):
    """One territory's committee: a sitting held, another to come, a person withdrawn."""

    def tell(self) -> None:
        self.partner = self.cast.of(self.alliance, "partner")
        self.at(RECEIVED, self.coordination, self._receive)
        self.at(CHECKED, self.coordination, self._check)
        self.at(CHECKED + timedelta(days=1), self.coordination, self._form)
        self.at(CHECKED + timedelta(days=4), self.partner, self._withdraw)
        for rank, person in enumerate((self.direction, self.coordination, self.partner)):
            self.at(SCORED, person, partial(self._score, person, rank), hour=13)
        self.at(SCORED + timedelta(days=2), self.coordination, self._plan)
        self.at(CLOSED, self.coordination, self._hold, hour=15)
        self.at(CLOSED + timedelta(days=5), self.coordination, self._plan_next)

    def at(self, day: date, by: User, act: Callable[[], None], *, hour: int = 10) -> None:
        with clock.at(moment_of(day, hour)), acting_as(by):
            act()

    def _receive(self) -> None:
        by = self.coordination
        version = PlanVersion.objects.filter(plan__alliance=self.alliance).in_force_on(RECEIVED)
        priorities = list(Priority.objects.filter(version__in=version).order_by("rank"))
        carriers = list(
            Organisation.objects.filter(territory=self.alliance.territory)
            .exclude(legal_class=Organisation.LegalClass.OTHER)
            .exclude(pk__in=[self.alliance.table_id, self.alliance.fiduciary_id or 0])
            .order_by("pk")[: len(REQUESTS)]
        )
        self.projects = [
            services.register_project(
                self.alliance,
                by=by,
                title=title,
                organisation=carriers[rank % len(carriers)],
                amount_requested=Decimal(asked),
                starts_on=date(2027, 1, 11),
                ends_on=date(2027, 12, 17),
                priority=priorities[rank % len(priorities)],
                people_expected=people,
                received_on=RECEIVED,
                pools_people=rank % 2 == 0,
                pools_material=rank % 3 == 0,
                sources=[services.Source("Municipalité", Decimal(asked) / 4, rank % 2 == 0)],
            )
            for rank, (title, asked, people, _given) in enumerate(REQUESTS)
        ]

    def _check(self) -> None:
        Kind = EligibilityCheck.Kind
        for project in self.projects:
            for kind, reason in (
                (Kind.NATURE, "Lutte contre la pauvreté, auprès des personnes elles-mêmes."),
                (Kind.EXCLUDED, "Ni mission globale, ni immobilisations ; rien n’est dépensé."),
            ):
                services.answer_check(
                    project, by=self.coordination, kind=kind, is_met=True, reason=reason
                )
            services.analyse_project(project, by=self.coordination, because=UNTOLD)

    def _form(self) -> None:
        by = self.coordination
        self.committee: Committee = services.create_committee(
            self.alliance,
            by=by,
            name="Comité de sélection des projets",
            mandate="Analyse les demandes déposées au printemps et à l’automne, et décide.",
        )
        for person in (self.coordination, self.direction, self.partner):
            services.add_member(self.committee, by=by, person=person)
        services.refer_projects(self.committee, self.projects, by=by)

    def _withdraw(self) -> None:
        for rank in WITHDRAWN:
            services.declare_conflict(
                self.projects[rank],
                by=self.partner,
                reason="Je siège au conseil d’administration de l’organisme.",
            )

    def _score(self, person: User, rank: int) -> None:
        """The direction scores all, the coordination all but one, the partner what is decided."""
        missing = {self.direction: 0, self.coordination: 1, self.partner: 2}[person]
        criteria = list(Criterion.objects.filter(committee=self.committee).order_by("rank"))
        for place, project in enumerate(self.projects[: len(self.projects) - missing]):
            if person == self.partner and place in WITHDRAWN:
                continue
            for column, criterion in enumerate(criteria):
                services.write_score(
                    project,
                    criterion,
                    by=person,
                    value=2 + (place + column + rank) % 4,
                    comment=COMMENTS[rank] if column == rank else "",
                )

    def _plan(self) -> None:
        by = self.coordination
        self.sitting: Sitting = services.plan_sitting(
            self.committee, by=by, on=CLOSED, place="Salle du conseil, et par visioconférence"
        )
        services.list_projects(self.sitting, self._decided(), by=by)

    def _decided(self) -> list[Project]:
        return [one for one, row in zip(self.projects, REQUESTS, strict=True) if row[3]]

    def _hold(self) -> None:
        by, given = self.coordination, {row[0]: (row[1], row[3]) for row in REQUESTS}
        services.write_presences(
            self.sitting, [self.coordination, self.direction, self.partner], by=by
        )
        for item in self.sitting.items.select_related("project"):
            asked, outcome = given[item.project.title]
            services.prepare_item(
                item,
                by=by,
                outcome=outcome,
                amount=Decimal(asked) * 9 / 10 if outcome == "accepted" else None,
                conditions="Déposer un rapport d’étape en juin 2027."
                if outcome == "accepted"
                else "",
                reason={
                    "refused": "Le projet rejoint peu de personnes en situation de pauvreté.",
                    "deferred": "Le comité attend la confirmation de la municipalité.",
                }.get(outcome, ""),
            )
        services.close_sitting(self.sitting, by=by)

    def _plan_next(self) -> None:
        by = self.coordination
        coming = services.plan_sitting(self.committee, by=by, on=COMING, place="Visioconférence")
        services.list_projects(
            coming,
            list(Project.objects.filter(pk__in=[one.pk for one in self.projects[3:]])),
            by=by,
        )
