"""A few projects followed closely: agreements of the portal's own, expenses, a change, results by
link in every state."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from alliances.fiscal import FiscalYear
from alliances.models import User
from fqis.models import Project, ProjectResult
from fqis.services.agreements import Part, prepare_agreement, sign_agreement
from fqis.services.changes import agree_change, propose_change
from fqis.services.expenses import record_expense
from fqis.services.good_practices import publish_practice
from fqis.services.result_links import ask_result, link_of, submit_by_link
from fqis.services.results import accept_result, return_result

from .papers import paper

FOLLOWED = 3  # in each territory
WHAT = ["Denrées et matériel", "Location de la salle", "Transport des participants"]
AsCoordination = Callable[[date, Callable[[], object]], object]


# What a project of a national theme teaches: the title, the text, and what somebody said of it.
LESSONS = {
    "securite-alimentaire": (
        "Cuisiner ensemble, puis s’entraider",
        "Les participants ont choisi les menus et l’horaire. Au troisième mois, ils s’étaient donné"
        " un tour de garde pour les enfants. Prévoyez une salle avec une cuisine et un coin pour"
        " jouer.",
        "« J’ai retrouvé le goût de cuisiner, et des voisins. »",
    ),
    "prevention": (
        "Aller vers les gens plutôt que les attendre",
        "Deux bénévoles se tenaient chaque jeudi à l’épicerie et à la clinique. La moitié des"
        " participants ne connaissaient aucun organisme. Prévoyez un téléphone et une personne qui"
        " rappelle le lendemain.",
        "« On ne m’avait jamais dit que j’y avais droit. »",
    ),
    "prejuges": (
        "Laisser la parole à ceux qui l’ont vécu",
        "Chaque rencontre s’ouvrait sur le récit d’une personne, préparé avec elle et payé. Les"
        " questions changeaient aussitôt de ton. Prévoyez un lieu calme pour l’avant et l’après.",
        "« Pour une fois, on m’a écoutée jusqu’au bout. »",
    ),
    "centres-villes": (
        "Convenir des gestes avec les commerçants",
        "Une entente d’une page dit qui appeler, à quelle heure et pourquoi. Les appels à la police"
        " ont baissé dès le deuxième mois. Prévoyez une rencontre tous les deux mois pour la"
        " relire.",
        "« Je sais où passer la nuit, et on m’y connaît par mon nom. »",
    ),
}


class FollowUp:
    """One project the Table follows through the portal; ``rank`` tells what becomes of it."""

    def __init__(self, project: Project, rank: int, by: User, act: AsCoordination) -> None:
        self.project, self.rank, self.by, self.act = project, rank, by, act

    def sign(self, decided: date, agreed: date, parts: list[Part]) -> None:
        """The agreement is prepared, then both sign it."""
        project, by = self.project, self.by
        prepared = decided + timedelta(days=4)
        self.act(
            prepared,
            lambda: prepare_agreement(
                project,
                by=by,
                starts_on=max(project.starts_on, decided),
                ends_on=project.ends_on,
                parts=parts,
                conditions="L’organisme nomme le FQIS dans ses communications.",
            ),
        )
        self.act(
            agreed,
            lambda: sign_agreement(
                project,
                by=by,
                on=agreed,
                carrier_signed_on=agreed - timedelta(days=3),
                carrier_signatory="Lise Roy, présidente",
                table_signatory="Marc Dion, direction",
                file=paper(f"convention-{project.number}.pdf", ["Convention de projet signée."]),
            ),
        )

    def spend(self, begun: date, last_day: date, amount: Decimal) -> None:
        """Three expenses, each against a line of the budget when there is one."""
        for step, what in enumerate(WHAT):
            day = begun + timedelta(days=25 + 30 * step)
            if day > min(last_day, self.project.ends_on):
                return
            self._spend(day, what, (amount / (9 + step)).quantize(Decimal("0.01")), step)

    def _spend(self, day: date, what: str, amount: Decimal, step: int) -> None:
        def spend() -> None:
            lines = list(self.project.budget.all())
            line = lines[step % len(lines)] if lines else None
            record_expense(self.project, by=self.by, on=day, what=what, amount=amount, line=line)

        self.act(day, spend)

    def postpone(self, day: date, last_day: date) -> None:
        """The end moves by two months, agreed by both; the third only proposes it."""
        if day > last_day or self.rank == 0:
            return
        later = self.project.ends_on + timedelta(days=60)

        def change() -> None:
            proposed = propose_change(
                self.project,
                by=self.by,
                reason="La salle n’est libre qu’à l’automne.",
                ends_on=later,
            )
            if self.rank == 1:
                agree_change(proposed, by=self.by, on=day, carrier_name="Lise Roy, présidente")
                self.project.ends_on = later

        self.act(day, change)

    def tell(self, told: date, year: FiscalYear, expected: int, share: int) -> None:
        """The carrier writes its results by the link: accepted, to accept, or returned."""
        self.act(told, lambda: self._tell(year, expected * share // 100))

    def _tell(self, year: FiscalYear, reached: int) -> ProjectResult:
        assert self.project.priority is not None
        theme = self.project.priority.national_priorities.all()[0]
        title, text, testimony = LESSONS[theme.code]
        row = ask_result(
            self.project,
            by=self.by,
            fiscal_year=year,
            email=f"projet-{self.project.number.lower()}@organisme.example",
        )
        result = submit_by_link(
            link_of(row).rsplit("/", 2)[1],
            name="Lise Roy, présidente",
            people_reached=reached,
            people_in_poverty=reached * 7 // 10 if self.rank else None,
            method="list" if self.rank else "attendance",
            carriers=2 if self.rank else None,
            carriers_said="" if self.rank else "not_applicable",
            sectors=["communautaire", "municipal"] if self.rank else [],
            pools_people_said="reported",
            pools_material_said="zero",
            testimony=testimony if self.rank else "",
        )
        if self.rank == 2:
            publish_practice(self.project, by=self.by, title=title, text=text)
            return accept_result(result, by=self.by)
        if self.rank == 0:
            return return_result(
                result, by=self.by, reason="Comptez chaque personne une seule fois."
            )
        return result
