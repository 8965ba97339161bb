"""The partners of an Alliance, and who is missing among them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import clock, registers
from alliances.exports import export_response
from alliances.models import Alliance, Partner
from alliances.permissions import can
from alliances.register_forms import DayForm, PartnerFilter, PartnerForm
from alliances.scoping import alliance_page, person_of
from alliances.services import partners as partner_services
from alliances.views.registers import (
    EDIT,
    PAGE,
    act_on_a_day,
    file_name,
    form_page,
    register_page,
    save_form,
)


@require_safe
@alliance_page()
def partners(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = PartnerFilter(request.GET, queryset=registers.partners_of(alliance), alliance=alliance)
    if export := request.GET.get("export"):
        rows = registers.partner_rows(found.qs)
        columns = registers.partner_columns()
        return export_response(export, file_name(alliance, "partenaires"), columns, rows)
    table = registers.matrix_of(alliance)
    context = register_page(
        request,
        alliance,
        "partners",
        _("Partenaires"),
        lede=registers.counts_words(table),
        filters=found.form,
        sort=request.GET.get("tri", ""),
        page=Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        matrix=table,
    )
    return render(request, "alliances/registers_partners.html", context)


@require_safe
@alliance_page()
def representativity(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Categories × MRCs: who takes part, who is missing (guide 2024, indicator 2.1)."""
    table = registers.matrix_of(alliance)
    if export := request.GET.get("export"):
        columns, rows = registers.matrix_columns(table), registers.matrix_rows(table)
        return export_response(export, file_name(alliance, "representativite"), columns, rows)
    context = register_page(
        request,
        alliance,
        "representativity",
        _("Représentativité"),
        lede=_("Qui participe à l’Alliance, par catégorie et par MRC, et qui manque."),
        matrix=table,
    )
    return render(request, "alliances/registers_matrix.html", context)


def _partner(alliance: Alliance, pk: int) -> Partner:
    found = registers.partners_of(alliance).select_related("updated_by")
    partner = get_object_or_404(found, pk=pk)
    partner.alliance = alliance
    return partner


def _partner_page(
    request: HttpRequest,
    alliance: Alliance,
    one: Partner,
    day_form: DayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_read = can(person_of(request), "view_journal", alliance)
    context = register_page(
        request,
        alliance,
        "partners",
        one.name,
        lede=one.category.name,
        partner=one,
        day_form=day_form or DayForm(initial={"on": clock.today(), "revision": one.revision}),
        history=registers.history_of(one) if may_read else [],
    )
    return render(request, "alliances/registers_partner.html", context, status=status)


@require_safe
@alliance_page()
def partner(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return _partner_page(request, alliance, _partner(alliance, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def partner_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = PartnerForm(request.POST or None, alliance=alliance)
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        added, status, more = save_form(
            form,
            lambda: partner_services.add_partner(alliance, by=person_of(request), **form.values),
            dict,
        )
        if added:
            done = _("« %(name)s » est inscrit. Le plan le montre.") % {"name": added}
            messages.success(request, done)
            following = "partner_new" if "again" in request.POST else "partners"
            return redirect(alliance.url(following))
    return form_page(
        request,
        alliance,
        form,
        here="partners",
        title=_("Inscrire un partenaire"),
        verb=_("Inscrire le partenaire"),
        again=_("Inscrire et passer au suivant"),
        back=alliance.url("partners"),
        status=status,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def partner_edit(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    one = _partner(alliance, pk)
    form = PartnerForm(request.POST or None, alliance=alliance, initial=PartnerForm.initial_of(one))
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        saved, status, more = save_form(
            form,
            lambda: partner_services.change_partner(
                one, by=person_of(request), revision=form.cleaned_data["revision"], **form.values
            ),
            lambda: PartnerForm.initial_of(_partner(alliance, pk)),
        )
        if saved:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": saved})
            return redirect(alliance.url("partner", pk))
    return form_page(
        request,
        alliance,
        form,
        here="partners",
        title=_("Modifier le partenaire"),
        lede=one.name,
        verb=_("Enregistrer le partenaire"),
        back=alliance.url("partner", pk),
        status=status,
        **more,
    )


@require_POST
@alliance_page(EDIT)
def partner_leave(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    one, form = _partner(alliance, pk), DayForm(request.POST)
    act = partial(partner_services.leave, one, by=person_of(request))
    done, status = act_on_a_day(form, act)
    if not done:
        return _partner_page(request, alliance, _partner(alliance, pk), form, status)
    messages.success(request, _("Le départ de « %(name)s » est consigné.") % {"name": one})
    return redirect(alliance.url("partner", pk))


@require_POST
@alliance_page(EDIT)
def partner_back(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    one, form = _partner(alliance, pk), DayForm(request.POST)
    act = partial(partner_services.come_back, one, by=person_of(request))
    done, status = act_on_a_day(form, act)
    if not done:
        return _partner_page(request, alliance, _partner(alliance, pk), form, status)
    messages.success(request, _("Le retour de « %(name)s » est consigné.") % {"name": one})
    return redirect(alliance.url("partner", pk))
