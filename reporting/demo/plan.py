"""The plans of the story: written, returned, approved, begun again."""

from datetime import date, timedelta
from decimal import Decimal

from alliances.services.comments import post_comment
from conventions.selectors import signed_convention
from plans.models import (
    Action,
    Indicator,
    NationalPriority,
    Objective,
    PlanVersion,
    SectionText,
)
from plans.selectors.review import requirements_of
from plans.selectors.threads import corrections_of, element_field, roots
from plans.services.actions import IndicatorLine, save_action
from plans.services.elements import (
    add_objective,
    add_priority,
    update_action,
    update_indicator,
)
from plans.services.modifications import open_version
from plans.services.opinions import give_opinion
from plans.services.order import move_element
from plans.services.review import PointEntry, save_points
from plans.services.sections import save_section_text
from plans.services.versions import (
    approve_version,
    return_version,
    submit_version,
    validate_version,
)

from .chapter import Chapter
from .means import MEANS
from .words import LOGIC, PRIORITIES, RETURNED, REWRITTEN, SECTION_TEXTS, WIDENED

# The sections a version in the middle of its writing still lacks.
UNFINISHED = ["2c", "10b", "10f"]
PLACE = ("priority__rank", "rank")


class PlanStory(Chapter):
    """How one territory's plan came to where it stands."""

    texts = SECTION_TEXTS
    priorities = PRIORITIES
    means = MEANS

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

    def rework(self, day: date) -> None:
        """What the widened version changes, and what is said of it."""
        self.on(day, self.coordination, self._rework, hour=14)
        self.on(day + timedelta(days=8), self.advisor, self._ask, hour=9)
        self.on(day + timedelta(days=10), self.coordination, self._reply, hour=16)

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
                for title, baseline, target in goal["actions"]:
                    self._act(objective, title, Decimal(baseline), Decimal(target))

    def _act(self, objective: Objective, title: str, baseline: Decimal, target: Decimal) -> None:
        """An action as ``means`` tells it, with its indicator."""
        told = self.means[title]
        mrcs = list(self.alliance.territory.mrcs.order_by("name"))
        save_action(
            None,
            objective,
            by=self.coordination,
            fields={
                "title": title,
                "means": told.means,
                "population": told.population,
                "mrcs": mrcs[self.rank % told.places :: told.places],
                "people_to_reach": told.people,
                "expected_result": told.result,
                "lead": told.lead,
                "collaborators": told.collaborators,
                "starts_on": told.starts_on,
                "ends_on": told.ends_on,
                "budget": self._budget(told.share),
            },
            indicators=[
                IndicatorLine(
                    fields={
                        "name": told.indicator,
                        "baseline": baseline,
                        "target": target,
                        "unit": told.unit,
                        "frequency": told.frequency,
                    }
                )
            ],
        )

    def _budget(self, share: int) -> Decimal | None:
        """So many thousandths of the convention, to the nearest hundred dollars."""
        convention = signed_convention(self.alliance)
        return round(convention.amount * share / 100_000) * Decimal(100) if convention else None

    def _add_action(self) -> None:
        objective = Objective.objects.filter(version=self._open()).order_by(*PLACE)[0]
        title = "Ouvrir une cuisine-école dans un centre communautaire"
        self._act(objective, title, Decimal(0), Decimal(30))

    def _rework(self) -> None:
        """What the third version changes: a text, an action that leads otherwise, one that moves,
        one that is new."""
        version, by = self._open(), self.coordination
        text = SectionText.objects.select_related("section").get(version=version, section__code="3")
        save_section_text(
            version, text.section, by=by, html=f"<p>{REWRITTEN}</p>", revision=text.revision
        )
        actions = Action.objects.filter(version=version)
        shared = actions.get(title="Mettre en commun le transport des denrées")
        update_action(
            shared,
            by=by,
            means=shared.means.replace("cinq organismes", "huit organismes"),
            lead="Table en sécurité alimentaire",
            people_to_reach=1500,
        )
        move_element(actions.get(title="Jumeler des aînés et des bénévoles"), by=by, up=True)
        last = Objective.objects.filter(version=version).order_by(*PLACE).reverse()[0]
        self._act(last, "Accompagner vers un logement stable", Decimal(4), Decimal(25))

    def _ask(self) -> None:
        version = self._open()
        post_comment(
            version,
            by=self.advisor,
            alliance=self.alliance,
            field="3",
            body="Pouvez-vous dire d’où vient la priorité sur l’itinérance?",
        )
        action = Action.objects.get(version=version, title="Ouvrir une halte-chaleur")
        post_comment(
            version,
            by=self.cast.analyst,
            alliance=self.alliance,
            field=element_field("action", action.lineage),
            body="Le budget compte-t-il la sécurité la nuit?",
        )

    def _reply(self) -> None:
        version = self._open()
        asked = roots(version).get(field="3")
        post_comment(
            version,
            by=self.coordination,
            alliance=self.alliance,
            body="Elle vient des consultations de septembre, à Shawinigan et à La Tuque.",
            answers=asked,
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
