"""What the portal finds of each norm in a request, and where each norm is written."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances import clock
from alliances.money import ZERO
from alliances.templatetags.portal import percentage
from fqis.models import EligibilityCheck, Project
from fqis.norms import five_years_after
from fqis.wording import date_long
from plans.models import PlanVersion, Priority

Kind = EligibilityCheck.Kind

# Where each norm is written, as a person would look for it.
SOURCES: dict[str, Promise] = {
    Kind.BODY: gettext_lazy(
        "Guide de 2017, « Projets » : organismes admissibles. Centres de recherche ajoutés en 2024."
    ),
    Kind.NATURE: gettext_lazy(
        "Guide de 2017, « Projets » : lutte contre la pauvreté et l’exclusion sociale, initiative"
        " novatrice, expérimentale ou structurante, recherche."
    ),
    Kind.EXCLUDED: gettext_lazy(
        "Guide de 2017, « Projets » : ni mission globale, ni immobilisations, ni dépense faite"
        " avant l’acceptation."
    ),
    Kind.DURATION: gettext_lazy("Guide de 2024, §4.2 : convention de cinq ans au plus."),
    Kind.PRIORITY: gettext_lazy("Guide de 2024, §4.2 : réponse aux priorités du plan."),
    Kind.CUMULATION: gettext_lazy("Normes du FQIS : limite du cycle, fixée par la DGSSAC."),
}


@dataclass(frozen=True)
class Finding:
    """``answer``: what the portal finds, None when only a person can say; ``said``: in words."""

    kind: str
    answer: bool | None
    said: str

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def source(self) -> str:
        return str(SOURCES[self.kind])


@dataclass(frozen=True)
class CheckLine:
    """A norm on the screen: what the portal finds, and what a person answered."""

    finding: Finding
    check: EligibilityCheck | None


def findings_of(project: Project) -> list[Finding]:
    """Each norm, in the order of the guide; three queries."""
    return [
        _body(project),
        Finding(Kind.NATURE, None, _("Lisez la description de la demande.")),
        _excluded(project),
        _duration(project),
        _priority(project),
        _cumulation(project),
    ]


def check_lines(project: Project) -> list[CheckLine]:
    answered = {
        check.kind: check
        for check in EligibilityCheck.objects.filter(project=project).select_related("checked_by")
    }
    return [CheckLine(one, answered.get(one.kind)) for one in findings_of(project)]


def _body(project: Project) -> Finding:
    organisation = project.organisation
    return Finding(
        Kind.BODY,
        organisation.is_eligible,
        _("%(name)s : %(legal)s.")
        % {"name": organisation.name, "legal": organisation.get_legal_class_display()},
    )


def _excluded(project: Project) -> Finding:
    said = _("Début prévu le %(day)s : rien de ce qui précède l’acceptation n’est payé.") % {
        "day": date_long(project.starts_on)
    }
    return Finding(Kind.EXCLUDED, None, said)


def _duration(project: Project) -> Finding:
    latest = five_years_after(project.starts_on)
    return Finding(
        Kind.DURATION,
        project.ends_on < latest,
        _("Du %(start)s au %(end)s.")
        % {"start": date_long(project.starts_on), "end": date_long(project.ends_on)},
    )


def _priority(project: Project) -> Finding:
    version = (
        PlanVersion.objects.filter(plan__alliance=project.alliance_id)
        .in_force_on(clock.today())
        .first()
    )
    if version is None:
        return Finding(Kind.PRIORITY, False, _("Aucun plan approuvé n’est en vigueur aujourd’hui."))
    lineage = project.priority_lineage
    served = Priority.objects.filter(version=version, lineage=lineage).first() if lineage else None
    if served is None:
        said = _("Aucune priorité de la version %(n)s, en vigueur.") % {"n": version.number}
        return Finding(Kind.PRIORITY, False, said)
    said = _("« %(title)s », version %(n)s, en vigueur.") % {
        "title": served.title,
        "n": version.number,
    }
    return Finding(Kind.PRIORITY, True, said)


def _cumulation(project: Project) -> Finding:
    """The fund is public money: over the limit alone, the norm is broken. Under it, a person says
    which other sources are public too."""
    limit = project.alliance.cycle.public_funding_limit
    others = project.sources.aggregate(total=Sum("amount"))["total"] or ZERO
    least = project.amount_requested / (project.amount_requested + others) * Decimal(100)
    if limit is None:
        return Finding(
            Kind.CUMULATION,
            None,
            _("Limite du cycle à confirmer. Le FQIS paierait %(share)s du coût.")
            % {"share": percentage(least)},
        )
    said = _("Limite du cycle : %(limit)s du coût. Le FQIS paierait %(share)s.") % {
        "limit": percentage(limit),
        "share": percentage(least),
    }
    if limit == 100:
        return Finding(Kind.CUMULATION, True, said)
    return Finding(Kind.CUMULATION, False if least > limit else None, said)
