"""The ministry's remarks that a Table has not answered yet, gathered by what they are about."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import Comment, User
from alliances.roles import Side
from alliances.todo import Todo
from plans.models import PlanVersion
from plans.wording import name_of
from reporting.models import AnnualReport
from reporting.selectors.reports import territories_with

REPORT, VERSION = AnnualReport._meta.label_lower, PlanVersion._meta.label_lower


def pending(user: User) -> list[QuerySet[Comment]]:
    """The first open remark of each report and plan that ``user`` may answer for."""
    return [
        _open_remarks(user)
        .order_by("target_label", "target_id", "created_at", "pk")
        .distinct("target_label", "target_id")
    ]


def _open_remarks(user: User) -> QuerySet[Comment]:
    answered = Comment.objects.filter(answers=OuterRef("pk"), side=Side.TABLE.value)
    return (
        Comment.objects.filter(
            territory_id__in=territories_with(user, "edit_report"),
            target_label__in=[REPORT, VERSION],
            audience=Comment.Audience.ALL,
            answers=None,
            resolved_at=None,
            # The corrections of a return are in the plan to correct.
            is_correction=False,
        )
        .exclude(side=Side.TABLE.value)
        .exclude(Exists(answered))
        .select_related("author")
        .order_by("created_at", "pk")
    )


def todo(user: User) -> list[Todo]:
    """Remarks on reports and plans that ``user`` may answer; at most three queries."""
    by_target: dict[tuple[str, int], list[Comment]] = defaultdict(list)
    for remark in _open_remarks(user):
        by_target[remark.target_label, remark.target_id].append(remark)
    reports = _reports([pk for label, pk in by_target if label == REPORT])
    versions = _versions([pk for label, pk in by_target if label == VERSION])
    return [
        _on_report(reports[pk], remarks) if label == REPORT else _on_plan(versions[pk], remarks)
        for (label, pk), remarks in by_target.items()
    ]


def _reports(ids: list[int]) -> dict[int, AnnualReport]:
    return AnnualReport.objects.for_pages().in_bulk(ids) if ids else {}


def _versions(ids: list[int]) -> dict[int, PlanVersion]:
    rows = PlanVersion.objects.select_related("plan__alliance__territory", "plan__alliance__cycle")
    return rows.in_bulk(ids) if ids else {}


def _title(remarks: list[Comment], about: str) -> str:
    return ngettext(
        "Répondre à %(n)s remarque sur %(about)s",
        "Répondre à %(n)s remarques sur %(about)s",
        len(remarks),
    ) % {"n": len(remarks), "about": about}


def _who_wrote(remarks: list[Comment]) -> str:
    last = remarks[-1]
    return f"{last.author}, {Side(last.side).label}"


def _on_report(report: AnnualReport, remarks: list[Comment]) -> Todo:
    alliance = report.alliance
    return Todo(
        title=_title(remarks, _("la reddition %(year)s") % {"year": report.period}),
        url=alliance.url("report", str(report.period)) + "#remarques",
        button=_("Répondre"),
        alliance=alliance,
        since=timezone.localtime(remarks[0].created_at).date(),
        detail=_("De %(who)s. Votre versement attend cette analyse.")
        % {"who": _who_wrote(remarks)},
    )


def _on_plan(version: PlanVersion, remarks: list[Comment]) -> Todo:
    alliance = version.plan.alliance
    return Todo(
        title=_title(remarks, _("la %(plan)s") % {"plan": name_of(version)}),
        url=alliance.url("plan_threads", version.number) + f"#remarque-{remarks[0].pk}",
        button=_("Répondre"),
        alliance=alliance,
        since=timezone.localtime(remarks[0].created_at).date(),
        detail=_("De %(who)s.") % {"who": _who_wrote(remarks)},
    )
