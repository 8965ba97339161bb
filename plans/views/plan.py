"""The plan's tab, and a version as it reads."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances import clock
from alliances.models import Alliance, User
from alliances.permissions import can, role_of, standing_in
from alliances.scoping import alliance_page, person_of
from plans import selectors
from plans.completeness import check
from plans.decision_forms import (
    ApproveForm,
    NewVersionForm,
    OpinionForm,
    ReturnForm,
    ValidateForm,
)
from plans.models import Plan, PlanVersion
from plans.views.cards import consensus_context, deadline_context
from plans.views.downloads import downloads_context
from plans.wording import last_act, state_words, title_of, turn_of


def _line(version: PlanVersion, reader: User) -> dict[str, Any]:
    return {
        "version": version,
        "title": title_of(version),
        "state": state_words(version, reader),
        "act": last_act(version),
        "url": version.plan.alliance.url("plan_version", version.number),
    }


def _asked_day(request: HttpRequest) -> date:
    """The day of « version en vigueur le … » in the address; today otherwise."""
    try:
        return date.fromisoformat(request.GET.get("le", ""))
    except ValueError:
        return clock.today()


def plan_context(request: HttpRequest, alliance: Alliance, **forms: Any) -> dict[str, Any]:
    """What the tab shows: the open version, the one in force, all the versions."""
    reader = person_of(request)
    plan = Plan.objects.filter(alliance=alliance).first()
    versions = selectors.versions_of(plan) if plan else []
    for version in versions:
        version.plan.alliance = alliance
    opened = next((one for one in versions if one.state in PlanVersion.OPEN), None)
    day = _asked_day(request)
    in_force = next((one for one in versions if one.is_in_force_on(day)), None)
    current = any(one.state == PlanVersion.State.APPROVED for one in versions)
    may_write = can(reader, "edit_plan", alliance)
    return {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Plan"),
        "lede": _("Le plan que le territoire écrit, transmet et fait vivre."),
        "plan": plan,
        "is_late": plan is not None and selectors.is_late(plan, versions),
        "opened": _line(opened, reader) if opened else None,
        "turn": turn_of(opened) if opened else None,
        "completeness": check(opened) if opened and opened.is_writable else None,
        "may_write": may_write,
        "in_force": _line(in_force, reader) if in_force else None,
        "priorities": selectors.priorities_of(in_force) if in_force else [],
        "lines": [_line(one, reader) for one in versions],
        "day": day,
        "is_today": day == clock.today(),
        "may_open": may_write and current and not opened,
        "next_number": versions[0].number + 1 if versions else 1,
        "new_version_form": NewVersionForm(canvas_id=plan.canvas_id if plan else None),
        "corrections": selectors.corrections_of(opened, reader) if opened else None,
        "may_comment": can(reader, "comment", alliance),
        "opened_sections": selectors.opened_sections(opened) if opened else [],
        "may_abandon": may_write and opened is not None and _is_abandonable(opened, current),
        **consensus_context(request, alliance, opened or (versions[0] if versions else None)),
        **deadline_context(request, plan, versions),
        **forms,
    }


@require_safe
@alliance_page()
def plan(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return render(request, "plans/plan.html", plan_context(request, alliance))


def _is_abandonable(version: PlanVersion, is_in_force: bool) -> bool:
    """A draft nobody transmitted, while another version stays in force."""
    return version.state == PlanVersion.State.DRAFT and is_in_force


def version_context(
    request: HttpRequest, alliance: Alliance, version: PlanVersion, **forms: Any
) -> dict[str, Any]:
    """What the reading page shows: every section, the logic, and the acts of the reader."""
    reader = person_of(request)
    state = PlanVersion.State
    submitted = version.state == state.SUBMITTED
    opinions = selectors.opinions_of(version)
    opinion = next((one for one in opinions if one.submitted_at == version.submitted_at), None)
    points = selectors.points_of(version)
    role = role_of(reader, alliance)
    threads = selectors.threads(version, reader)
    sheet = selectors.sheet_of(version)
    asked = request.GET.get("priorite", "")
    selectors.fold(sheet.priorities, int(asked) if asked.isdecimal() else None)
    return {
        **_line(version, reader),
        "alliance": alliance,
        "tab": "plan",
        "sheet": sheet,
        "registers": selectors.registers_for(version, [line.section for line in sheet.lines]),
        "turn": turn_of(version),
        "may_write": version.is_writable and can(reader, "edit_plan", alliance),
        "may_validate": submitted and can(reader, "validate_plan", alliance),
        "may_give_opinion": submitted and opinion is None and can(reader, "give_opinion", alliance),
        "reads_review": role is not None and role.is_ministry and version.submitted_at is not None,
        "review": selectors.Progress(selectors.requirements_of(version), points),
        "opinion": opinion,
        "opinions": opinions,
        "corrections": selectors.Corrections.among(threads),
        "open_remarks": sum(1 for one in threads if selectors.becomes_correction(one.comment)),
        "may_comment": can(reader, "comment", alliance),
        "opened_sections": selectors.opened_sections(version),
        "may_return": version.state in (state.SUBMITTED, state.VALIDATED)
        and can(reader, "validate_plan", alliance),
        "may_approve": version.state == state.VALIDATED and can(reader, "approve_plan", alliance),
        "validated_by_reader": version.validated_by_id == reader.pk,
        "acting_for": standing_in(reader, "approve_plan", alliance),
        "opinion_form": OpinionForm(version=version),
        "validate_form": ValidateForm(version=version, opinion=opinion),
        "return_form": ReturnForm(version=version, points=selectors.to_correct(version)),
        "approve_form": ApproveForm(version=version),
        "downloads": downloads_context(version),
        **consensus_context(request, alliance, version),
        **forms,
    }


@require_safe
@alliance_page()
def version(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = selectors.get_version(alliance, number)
    return render(request, "plans/version.html", version_context(request, alliance, found))
