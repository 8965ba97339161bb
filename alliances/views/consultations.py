"""The consultations that the plan's vision, needs and priorities come from."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import registers
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import Alliance, Consultation
from alliances.register_forms import ConsultationFilter, ConsultationForm
from alliances.scoping import alliance_page, person_of
from alliances.services import consultations as services
from alliances.views.registers import EDIT, PAGE, file_name, form_page, register_page, save_form


@require_safe
@alliance_page()
def consultations(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = ConsultationFilter(
        request.GET, queryset=registers.consultations_of(alliance), alliance=alliance
    )
    if export := request.GET.get("export"):
        columns, rows = registers.consultation_columns(), registers.consultation_rows(found.qs)
        return export_response(export, file_name(alliance, "consultations"), columns, rows)
    context = register_page(
        request,
        alliance,
        "consultations",
        _("Consultations"),
        lede=registers.consultations_words(found.qs),
        filters=found.form,
        sort=request.GET.get("tri", ""),
        page=Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
    )
    return render(request, "alliances/registers_consultations.html", context)


def _consultation(alliance: Alliance, pk: int) -> Consultation:
    consultation = get_object_or_404(registers.consultations_of(alliance), pk=pk)
    consultation.alliance = alliance
    return consultation


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def consultation_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = ConsultationForm(request.POST or None, alliance=alliance)
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        added, status, more = save_form(
            form,
            lambda: services.add_consultation(alliance, by=person_of(request), **form.values),
            dict,
        )
        if added:
            done = _("« %(name)s » est inscrite. Le plan la montre.") % {"name": added}
            messages.success(request, done)
            following = "consultation_new" if "again" in request.POST else "consultations"
            return redirect(alliance.url(following))
    return form_page(
        request,
        alliance,
        form,
        here="consultations",
        title=_("Inscrire une consultation"),
        verb=_("Inscrire la consultation"),
        again=_("Inscrire et passer à la suivante"),
        back=alliance.url("consultations"),
        status=status,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def consultation_edit(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    consultation = _consultation(alliance, pk)
    stored = ConsultationForm.initial_of(consultation)
    form = ConsultationForm(request.POST or None, alliance=alliance, initial=stored)
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        saved, status, more = save_form(
            form,
            lambda: services.change_consultation(
                consultation,
                by=person_of(request),
                revision=form.cleaned_data["revision"],
                **form.values,
            ),
            lambda: ConsultationForm.initial_of(_consultation(alliance, pk)),
        )
        if saved:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": saved})
            return redirect(alliance.url("consultations"))
    return form_page(
        request,
        alliance,
        form,
        here="consultations",
        title=_("Modifier la consultation"),
        lede=str(consultation),
        verb=_("Enregistrer la consultation"),
        back=alliance.url("consultations"),
        status=status,
        removal={
            "label": _("Retirer la consultation"),
            "url": alliance.url("consultation_remove", pk),
            "question": _(
                "La consultation quitte le registre. Les versions du plan déjà transmises la"
                " gardent, et le journal en garde la trace."
            ),
        },
        **more,
    )


@require_POST
@alliance_page(EDIT)
def consultation_remove(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    consultation = _consultation(alliance, pk)
    try:
        services.remove_consultation(consultation, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("« %(name)s » est retirée du registre.") % {"name": consultation}
        messages.success(request, done)
    return redirect(alliance.url("consultations"))
