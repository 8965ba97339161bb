"""The plans of the story: written, returned, approved, begun again."""

from datetime import date, timedelta
from decimal import Decimal

from alliances.services.comments import post_comment
from plans.models import Action, Indicator, NationalPriority, PlanVersion, SectionText
from plans.selectors.review import requirements_of
from plans.selectors.threads import corrections_of
from plans.services.elements import (
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    update_indicator,
)
from plans.services.modifications import open_version
from plans.services.opinions import give_opinion
from plans.services.review import PointEntry, save_points
from plans.services.sections import save_section_text
from plans.services.versions import (
    approve_version,
    return_version,
    submit_version,
    validate_version,
)

from .chapter import Chapter
from .words import LOGIC, PRIORITIES, RETURNED, SECTION_TEXTS, WIDENED

# The sections a version in the middle of its writing still lacks.
UNFINISHED = ["2c", "10b", "10f"]


class PlanStory(Chapter):
    """How one territory's plan came to where it stands."""

    texts = SECTION_TEXTS
    priorities = PRIORITIES
    lead = "CDC"

    def write(self, day: date) -> None:
        """Version 1: every section and the whole logic, in two evenings."""
        self.on(day, self.coordination, self._write_texts, hour=19)
        self.on(day + timedelta(days=2), self.coordination, self._write_logic, hour=20)

    def submit(self, day: date) -> None:
        self.on(day, self.coordination, self._answer, hour=8)
        self.on(day, self.direction, lambda: submit_version(self._open(), by=self.direction))

    def send_back(self, day: date, reason: str) -> None:
        analyst = self.cast.analyst
        self.on(day, analyst, self._ask_corrections, hour=9)
        self.on(day, analyst, lambda: return_version(self._open(), by=analyst, reason=reason))

    def validate(self, day: date) -> None:
        analyst = self.cast.analyst
        self.on(day - timedelta(days=1), self.advisor, self._give_opinion, hour=15)
        self.on(day, analyst, self._review, hour=9)
        self.on(day, analyst, lambda: validate_version(self._open(), by=analyst))

    def approve(self, day: date) -> None:
        delegate = self.cast.delegate
        self.on(day, delegate, lambda: approve_version(self._open(), by=delegate, on=day))

    def modify(self, day: date, reason: str) -> None:
        """The next version, opened with the content of the one in force."""
        self.on(day, self.coordination, lambda: self._open_sections(reason, LOGIC))
        self.on(day + timedelta(days=9), self.coordination, self._add_action)

    def widen(self, day: date) -> None:
        """Another version, whose new means are still to be written."""
        reason = "La priorité sur l’itinérance demande d’autres moyens."
        self.on(day, self.coordination, lambda: self._open_sections(reason, WIDENED))

    def leave_unfinished(self, day: date) -> None:
        """What the coordination emptied to write it again, and has not written yet."""
        self.on(day, self.coordination, self._empty_sections)

    def _open_sections(self, reason: str, codes: list[str]) -> None:
        plan = self.alliance.plan
        sections = plan.canvas.sections.filter(code__in=codes)
        open_version(plan, by=self.coordination, reason=reason, sections=sections)

    def _ask_corrections(self) -> None:
        version = self._open()
        points = [
            PointEntry(one.pk, "to_correct", RETURNED[one.section.code])
            for one in requirements_of(version)
            if one.section.code in RETURNED
        ]
        save_points(version, points, by=self.cast.analyst)

    def _give_opinion(self) -> None:
        give_opinion(self._open(), by=self.advisor, stance="favourable")

    def _review(self) -> None:
        version = self._open()
        points = [PointEntry(one.pk, "in_order") for one in requirements_of(version)]
        save_points(version, points, by=self.cast.analyst)

    def _answer(self) -> None:
        """The Table answers each correction before it transmits again."""
        version = self._open()
        for one in corrections_of(version, self.coordination).pending:
            post_comment(
                version,
                by=self.coordination,
                alliance=self.alliance,
                body="C’est corrigé dans la section.",
                answers=one.comment,
            )

    def _open(self) -> PlanVersion:
        return PlanVersion.objects.open().get(plan__alliance=self.alliance)

    def _write_texts(self) -> None:
        version = self._open()
        for section in version.plan.canvas.sections.all():
            text = self.texts.get(section.code)
            if text:
                save_section_text(
                    version, section, by=self.coordination, html=f"<p>{text}</p>", revision=0
                )

    def _write_logic(self) -> None:
        version, by = self._open(), self.coordination
        themes = {
            one.code: one for one in NationalPriority.objects.filter(cycle=self.alliance.cycle)
        }
        mrcs = list(self.alliance.territory.mrcs.all())
        chosen = self.priorities if self.rank % 2 else self.priorities[:3]
        for item in chosen:
            priority = add_priority(
                version,
                by=by,
                title=item["title"],
                national_priorities=[themes[item["theme"]]],
                regional_link="Planification régionale de développement social",
            )
            for goal in item["objectives"]:
                objective = add_objective(priority, by=by, title=goal["title"])
                for rank, (title, unit, baseline, target) in enumerate(goal["actions"]):
                    action = add_action(
                        objective,
                        by=by,
                        title=title,
                        means="Une ressource partagée, un comité de suivi et un budget annuel.",
                        population="Personnes et familles à faible revenu",
                        mrcs=mrcs[rank::2],
                        people_to_reach=120 + 40 * rank,
                        expected_result="Un service stable, connu et utilisé",
                        lead=self.lead,
                        collaborators="Municipalités, organismes, santé publique",
                    )
                    add_indicator(
                        action,
                        by=by,
                        name=f"Nombre de {unit}",
                        baseline=Decimal(baseline),
                        target=Decimal(target),
                        unit=unit,
                    )

    def _add_action(self) -> None:
        version = self._open()
        action = Action.objects.filter(version=version).order_by("pk")[0]
        added = add_action(
            action.objective,
            by=self.coordination,
            title="Ouvrir une cuisine-école dans un centre communautaire",
            means="Une cuisine prêtée et deux formatrices à temps partiel.",
            population="Jeunes adultes et nouveaux arrivants",
            people_to_reach=60,
            expected_result="Trente personnes formées par année",
            lead="CAB",
            collaborators="Centre de services scolaire",
        )
        add_indicator(
            added,
            by=self.coordination,
            name="Personnes formées",
            baseline=Decimal(0),
            target=Decimal(30),
            unit="personnes",
        )

    def _empty_sections(self) -> None:
        version = self._open()
        texts = SectionText.objects.filter(version=version, section__code__in=UNFINISHED)
        for text in texts.select_related("section"):
            save_section_text(
                version, text.section, by=self.coordination, html="", revision=text.revision
            )
        indicator = Indicator.objects.filter(version=version).order_by("pk")[0]
        update_indicator(
            indicator,
            by=self.coordination,
            name=indicator.name,
            baseline=indicator.baseline,
            target=None,
            unit=indicator.unit,
        )
