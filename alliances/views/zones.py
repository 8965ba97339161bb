"""The zones that the plan favours."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import registers
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import Alliance, DevitalisedZone
from alliances.register_forms import ZoneFilter, ZoneForm
from alliances.scoping import alliance_page, person_of
from alliances.services import zones as zone_services
from alliances.views.registers import EDIT, PAGE, file_name, form_page, register_page, save_form


@require_safe
@alliance_page()
def zones(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = ZoneFilter(request.GET, queryset=registers.zones_of(alliance), alliance=alliance)
    if export := request.GET.get("export"):
        columns, rows = registers.zone_columns(), registers.zone_rows(found.qs)
        return export_response(export, file_name(alliance, "zones"), columns, rows)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = register_page(
        request,
        alliance,
        "zones",
        _("Zones de dévitalisation"),
        lede=ngettext(
            "%(n)s zone que le plan privilégie.", "%(n)s zones que le plan privilégie.", count
        )
        % {"n": count},
        filters=found.form,
        sort=request.GET.get("tri", ""),
        page=page,
    )
    return render(request, "alliances/registers_zones.html", context)


def _zone(alliance: Alliance, pk: int) -> DevitalisedZone:
    zone = get_object_or_404(registers.zones_of(alliance), pk=pk)
    zone.alliance = alliance
    return zone


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def zone_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = ZoneForm(request.POST or None, alliance=alliance)
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        added, status, more = save_form(
            form,
            lambda: zone_services.add_zone(alliance, by=person_of(request), **form.values),
            dict,
        )
        if added:
            done = _("« %(name)s » est inscrite. Le plan la montre.") % {"name": added}
            messages.success(request, done)
            following = "zone_new" if "again" in request.POST else "zones"
            return redirect(alliance.url(following))
    return form_page(
        request,
        alliance,
        form,
        here="zones",
        title=_("Inscrire une zone"),
        verb=_("Inscrire la zone"),
        again=_("Inscrire et passer à la suivante"),
        back=alliance.url("zones"),
        status=status,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def zone_edit(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    zone = _zone(alliance, pk)
    form = ZoneForm(request.POST or None, alliance=alliance, initial=ZoneForm.initial_of(zone))
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        saved, status, more = save_form(
            form,
            lambda: zone_services.change_zone(
                zone, by=person_of(request), revision=form.cleaned_data["revision"], **form.values
            ),
            lambda: ZoneForm.initial_of(_zone(alliance, pk)),
        )
        if saved:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": saved})
            return redirect(alliance.url("zones"))
    return form_page(
        request,
        alliance,
        form,
        here="zones",
        title=_("Modifier la zone"),
        lede=str(zone),
        verb=_("Enregistrer la zone"),
        back=alliance.url("zones"),
        status=status,
        removal={
            "label": _("Retirer la zone"),
            "url": alliance.url("zone_remove", pk),
            "question": _(
                "La zone quitte le registre. Les versions du plan déjà transmises la gardent, et"
                " le journal en garde la trace."
            ),
        },
        **more,
    )


@require_POST
@alliance_page(EDIT)
def zone_remove(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    zone = _zone(alliance, pk)
    try:
        zone_services.remove_zone(zone, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("« %(name)s » est retirée du registre.") % {"name": zone})
    return redirect(alliance.url("zones"))
