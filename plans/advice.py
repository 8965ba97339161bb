"""What would make a plan better without keeping it from leaving: advice, each with its link.

The same queries whatever the size of the plan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances.models import Alliance, Consultation, DevitalisedZone, GovernanceBody, Partner
from alliances.templatetags.portal import money0

from .completeness import Completeness, Kind, named
from .models import Action, CanvasSection, Indicator, PlanVersion, Priority, PriorityTheme
from .opening import Opening, opening_of

Register = CanvasSection.Register


@dataclass(frozen=True)
class Advice:
    """One thing to look at: its name, what is seen, where it is written."""

    label: str
    sentence: str
    section: CanvasSection
    url: str


class _Looked:
    """What the advice looks at in one version, read once each."""

    def __init__(self, version: PlanVersion) -> None:
        self.version = version
        self.alliance: Alliance = version.plan.alliance
        self.opening: Opening = opening_of(version)

    @cached_property
    def actions(self) -> list[Any]:
        return list(
            Action.objects.filter(version=self.version)
            .order_by("objective__priority__rank", "objective__rank", "rank")
            .values(
                "pk", "objective__priority__rank", "objective__rank", "rank",
                "starts_on", "ends_on", "budget",
            )
        )  # fmt: skip

    @cached_property
    def indicators(self) -> list[Any]:
        return list(
            Indicator.objects.filter(version=self.version)
            .order_by("action__objective__priority__rank", "action__objective__rank",
                      "action__rank", "rank")
            .values("action_id", "name", "baseline", "frequency")
        )  # fmt: skip

    def address(self, section: CanvasSection, kind: str = "", pk: int = 0) -> str:
        number = self.version.number
        if not kind or not self.opening.has(section) or not self.version.is_writable:
            return self.alliance.url("plan_section", number, section.code)
        return f"{self.alliance.url('plan_edit', number, section.code, kind, pk)}#{kind}-{pk}"

    def advice(
        self, kind: str, label: str, sentence: str, element: tuple[str, int] = ("", 0)
    ) -> list[Advice]:
        section = self.opening.section_for(kind)
        if section is None:
            return []
        return [Advice(label, sentence, section, self.address(section, *element))]

    def of_actions(self, rows: list[Any], label: str, sentence: str) -> list[Advice]:
        if not rows:
            return []
        codes = [
            f"{one['objective__priority__rank']}.{one['objective__rank']}.{one['rank']}"
            for one in rows
        ]
        return self.advice(
            Kind.MEANS, label, sentence % {"codes": named(codes)}, ("action", rows[0]["pk"])
        )

    def of_indicators(self, rows: list[Any], label: str, sentence: str) -> list[Advice]:
        if not rows:
            return []
        names = [f"« {one['name']} »" for one in rows]
        return self.advice(
            Kind.INDICATORS,
            label,
            sentence % {"names": named(names)},
            ("action", rows[0]["action_id"]),
        )


def _dates(plan: _Looked) -> list[Advice]:
    lacking = [one for one in plan.actions if not (one["starts_on"] and one["ends_on"])]
    return plan.of_actions(lacking, _("dates des actions"), _("Sans début ou fin : %(codes)s."))


def _budgets(plan: _Looked) -> list[Advice]:
    lacking = [one for one in plan.actions if one["budget"] is None]
    return plan.of_actions(lacking, _("budget des actions"), _("Sans budget : %(codes)s."))


def _baselines(plan: _Looked) -> list[Advice]:
    lacking = [one for one in plan.indicators if one["baseline"] is None]
    return plan.of_indicators(
        lacking, _("référence des indicateurs"), _("Sans valeur de référence : %(names)s.")
    )


def _frequencies(plan: _Looked) -> list[Advice]:
    lacking = [one for one in plan.indicators if not one["frequency"]]
    return plan.of_indicators(
        lacking, _("fréquence des indicateurs"), _("Sans fréquence de mesure : %(names)s.")
    )


def _themes(plan: _Looked) -> list[Advice]:
    linked = PriorityTheme.objects.filter(priority=OuterRef("pk"))
    alone = list(
        Priority.objects.filter(version=plan.version)
        .exclude(Exists(linked))
        .order_by("rank")
        .values_list("rank", "pk")
    )
    if not alone:
        return []
    codes = named([str(rank) for rank, _pk in alone])
    return plan.advice(
        Kind.PRIORITIES,
        _("lien national des priorités"),
        _("Sans priorité nationale : priorité %(codes)s.") % {"codes": codes},
        ("priorite", alone[0][1]),
    )


def _envelope(plan: _Looked) -> list[Advice]:
    """The budgets of the actions beside the convention's amount, when there is one."""
    convention = plan.alliance.conventions.order_by("-starts_on", "-pk").first()
    total = sum((one["budget"] for one in plan.actions if one["budget"]), Decimal(0))
    if convention is None or total <= convention.amount:
        return []
    return plan.advice(
        Kind.MEANS,
        _("budgets et enveloppe"),
        _("Les budgets des actions font %(total)s; la %(convention)s est de %(amount)s.")
        % {
            "total": money0(total),
            "convention": plan.alliance.cycle.agreement_word,
            "amount": money0(convention.amount),
        },
    )


def _registers(plan: _Looked) -> list[Advice]:
    """The registers that a section shows and that hold nothing."""
    registers: dict[str, tuple[type[Any], str]] = {
        Register.BODIES: (GovernanceBody, _("registre des instances")),
        Register.PARTNERS: (Partner, _("registre des partenaires")),
        Register.CONSULTATIONS: (Consultation, _("registre des consultations")),
        Register.ZONES: (DevitalisedZone, _("registre des zones")),
    }
    rows: dict[str, Any] = {
        f"has_{register}": Exists(model._default_manager.filter(alliance=OuterRef("pk")))
        for register, (model, _label) in registers.items()
    }
    has: Any = Alliance.objects.filter(pk=plan.alliance.pk).values(**rows).get()
    found = []
    for register, (_model, label) in registers.items():
        section = next((one for one in plan.opening.sections if one.register == register), None)
        if not has[f"has_{register}"] and section is not None:
            found.append(Advice(label, _("Rien n’y est inscrit."), section, plan.address(section)))
    return found


_LOOKS: list[Callable[[_Looked], list[Advice]]] = [
    _themes, _dates, _budgets, _envelope, _baselines, _frequencies, _registers,
]  # fmt: skip


def advice_on(version: PlanVersion, completeness: Completeness) -> list[Advice]:
    """What the canvas asks without requiring it, then what the plan shows, in that order."""
    asked = [
        Advice(point.requirement.short, point.gap, point.requirement.section, point.url)
        for point in completeness.advised
        if not point.is_met
    ]
    looked = _Looked(version)
    return [*asked, *(one for look in _LOOKS for one in look(looked))]
