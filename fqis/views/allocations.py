"""The national split of a cycle's total: simulated side by side, then confirmed."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from alliances.drawings import tile_map
from alliances.errors import Refusal, StaleAct
from alliances.exports import export_response
from alliances.models import Cycle, Territory
from alliances.permissions import can, holds_national, require
from alliances.scoping import person_of
from fqis import services
from fqis.figures import Figure, read_figures
from fqis.forms.allocations import (
    ConfirmAllocationForm,
    FiguresForm,
    NewScenarioForm,
    ScenarioForm,
)
from fqis.models import Allocation, AllocationFigure, EnvelopeMove
from fqis.selectors import allocations as selectors
from fqis.services.allocations import CONFIRM, PREPARE, outcome_of, published_envelopes
from fqis.views.acts import ids_in

SALT = "fqis.figures"


def _reader(request: HttpRequest) -> None:
    if not holds_national(person_of(request)):
        raise PermissionDenied


def _crumbs(*last: tuple[str, str]) -> list[dict[str, str]]:
    links = [(_("Enveloppes"), reverse("envelopes")), *last]
    return [{"label": label, "url": url} for label, url in links]


def _envelopes_page(
    request: HttpRequest, form: Form | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "cycles": selectors.cycles_with_money(),
        "open_moves": EnvelopeMove.objects.filter(state=EnvelopeMove.State.PROPOSED).count(),
        "may_prepare": can(person_of(request), PREPARE),
        "form": form or NewScenarioForm(),
    }
    return render(request, "fqis/envelopes.html", context, status=status)


@require_safe
def envelopes(request: HttpRequest) -> HttpResponse:
    """Every cycle: its total, what its envelopes say, its scenarios."""
    _reader(request)
    return _envelopes_page(request)


@require_POST
def new_scenario(request: HttpRequest) -> HttpResponse:
    """A scenario from the published total, or like another one (``comme``)."""
    require(person_of(request), PREPARE)
    form = NewScenarioForm(request.POST)
    source = Allocation.objects.filter(pk__in=ids_in(request.POST.getlist("comme"))).first()
    if form.is_valid():
        try:
            made = services.create_scenario(
                form.cleaned_data["cycle"],
                form.cleaned_data["name"],
                by=person_of(request),
                like=source,
            )
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Scénario « %(name)s » ouvert.") % {"name": made.name})
            return redirect("allocation", made.pk)
    return _envelopes_page(request, form, status=422)


def _get(pk: int) -> Allocation:
    return get_object_or_404(
        Allocation.objects.select_related("cycle", "changed_by", "confirmed_by"), pk=pk
    )


def _scenario_page(
    request: HttpRequest, allocation: Allocation, *, status: int = 200, **forms: Any
) -> HttpResponse:
    reader = person_of(request)
    lines = selectors.lines_of(allocation)
    outcome = outcome_of(allocation)
    rows = selectors.rows_of(lines, outcome)
    is_draft = allocation.state == Allocation.State.DRAFT
    form = forms.pop("form", None) or ScenarioForm(allocation=allocation, lines=lines)
    context = {
        "allocation": allocation,
        "crumbs": _crumbs((allocation.name, "")),
        "rows": rows,
        "outcome": outcome,
        "is_draft": is_draft,
        "reduced": [row for row in rows if (row.difference or 0) < 0],
        "above_cycle": is_draft and allocation.total > (allocation.cycle.envelope_total or 0),
        "tiles": tile_map(selectors.tiles_of(rows)),
        "may_prepare": is_draft and can(reader, PREPARE),
        "may_confirm": is_draft and can(reader, CONFIRM),
        "prepared_by_reader": allocation.changed_by_id == reader.pk,
        "form": form,
        "fixed_rows": _fixed_rows(allocation, form, rows),
        "confirm_form": ConfirmAllocationForm(allocation=allocation),
        **forms,
    }
    return render(request, "fqis/allocation.html", context, status=status)


def _fixed_rows(
    allocation: Allocation, form: ScenarioForm, rows: list[selectors.Row]
) -> list[dict[str, Any]]:
    """For each territory, its fixed amount: to write, or published and only to read."""
    published = published_envelopes(allocation.cycle)
    return [
        {
            "name": row.line.place.name,
            "published": row.line.place_id in published,
            "amount": row.line.fixed,
            "reason": row.line.fixed_reason,
            "field": form[f"fixed_{row.line.place_id}"],
            "reason_field": form[f"reason_{row.line.place_id}"],
        }
        for row in rows
    ]


def allocation(request: HttpRequest, pk: int) -> HttpResponse:
    """A scenario and what it gives; POST changes its parameters."""
    _reader(request)
    found = _get(pk)
    if export := request.GET.get("export"):
        rows = selectors.rows_of(selectors.lines_of(found), outcome_of(found))
        return export_response(
            export, f"repartition-{found.pk}", selectors.columns(), selectors.cells(rows)
        )
    if request.method != "POST":
        return _scenario_page(request, found)
    require(person_of(request), PREPARE)
    form = ScenarioForm(request.POST, allocation=found, lines=selectors.lines_of(found))
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            services.change_scenario(
                found,
                by=person_of(request),
                total=cleaned["total"],
                increase=cleaned["increase"],
                idms_share=cleaned["idms_share"],
                fixed=form.fixed,
                revision=cleaned["revision"],
            )
        except StaleAct as refusal:
            form.add_error(NON_FIELD_ERRORS, str(refusal))
            return _scenario_page(request, _get(pk), form=form, status=409)
        except Refusal as refusal:
            form.add_error(refusal.field or NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, _("Scénario calculé."))
            return redirect("allocation", pk)
    return _scenario_page(request, found, form=form, status=422)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The minister decided: the scenario gives every envelope its amount."""
    require(person_of(request), CONFIRM)
    found = _get(pk)
    form = ConfirmAllocationForm(request.POST, allocation=found)
    if form.is_valid():
        try:
            services.confirm_allocation(
                found,
                by=person_of(request),
                on=form.cleaned_data["decided_on"],
                reference=form.cleaned_data["reference"],
                revision=form.cleaned_data["revision"],
            )
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect("allocation", pk)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
            form.add_error(field, str(refusal))
        else:
            done = _("Répartition confirmée. Les enveloppes ont leur montant.")
            messages.success(request, done)
            return redirect("allocation", pk)
    return _scenario_page(request, found, confirm_form=form, status=422)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Scenarios of one cycle side by side: ``?r=1&r=2``; all of them when none is chosen, and the
    last cycle when none is named."""
    _reader(request)
    asked_cycle = request.GET.get("cycle")
    cycles = Cycle.objects.exclude(envelope_total=None).order_by("-starts_on")
    cycle = get_object_or_404(Cycle, slug=asked_cycle) if asked_cycle else cycles.first()
    if cycle is None:
        return redirect("envelopes")
    every = list(Allocation.objects.filter(cycle=cycle).order_by("pk"))
    asked = ids_in(request.GET.getlist("r"))
    chosen = [one for one in every if one.pk in asked] or every
    rows = selectors.compared(chosen)
    context = {
        "cycle": cycle,
        "crumbs": _crumbs((_("Scénarios côte à côte"), "")),
        "every": every,
        "chosen": selectors.headed(chosen, rows),
        "chosen_ids": {one.pk for one in chosen},
        "rows": rows,
    }
    return render(request, "fqis/allocation_compare.html", context)


def figures(request: HttpRequest, cycle: str) -> HttpResponse:
    """The figures of a cycle; a file is read first, then written once the person has seen it."""
    _reader(request)
    found = get_object_or_404(Cycle, slug=cycle)
    may_prepare = can(person_of(request), PREPARE)
    context: dict[str, Any] = {
        "cycle": found,
        "crumbs": _crumbs((_("Chiffres"), "")),
        "may_prepare": may_prepare,
        "form": FiguresForm(initial={"cycle": found.pk}),
    }
    status = 200
    if request.method == "POST":
        require(person_of(request), PREPARE)
        if "lues" in request.POST:
            return _write_figures(request, found)
        form = FiguresForm(request.POST, request.FILES)
        context["form"], status = form, 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            reading = read_figures(upload.name, upload.read(), Territory.objects.all())
            context["reading"] = reading
            if not reading.errors:
                context["signed"], status = _sign(reading.figures), 200
    context["figures"] = AllocationFigure.objects.filter(cycle=found).select_related("place")
    return render(request, "fqis/figures.html", context, status=status)


def _sign(read: list[Figure]) -> str:
    lines = [[one.place.pk, one.kind, str(one.value), one.year, one.source] for one in read]
    return signing.dumps(lines, salt=SALT, compress=True)


def _write_figures(request: HttpRequest, cycle: Cycle) -> HttpResponse:
    try:
        lines = signing.loads(request.POST["lues"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        messages.error(request, _("Cette lecture a expiré. Choisissez le fichier de nouveau."))
        return redirect("allocation_figures", cycle.slug)
    places = Territory.objects.in_bulk()
    read = [
        Figure(
            places[place],
            kind,
            AllocationFigure._meta.get_field("value").to_python(value),
            year,
            source,
        )
        for place, kind, value, year, source in lines
    ]
    try:
        count = services.write_figures(cycle, read, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = ngettext("%(n)s chiffre écrit.", "%(n)s chiffres écrits.", count)
        messages.success(request, done % {"n": count})
    return redirect("allocation_figures", cycle.slug)
