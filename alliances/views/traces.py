"""What was said, deposited and done: documents, journal and notifications."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances import selectors
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.forms import DepositForm, DocumentFilter, JournalFilter
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.services import documents as document_services
from alliances.services import notifications as notification_services

PAGE = 50


def _documents_page(request: HttpRequest, alliance: Alliance, form: DepositForm) -> dict:
    found = DocumentFilter(
        request.GET, queryset=selectors.documents_of(alliance), kinds=selectors.kinds_of(alliance)
    )
    return {
        "alliance": alliance,
        "tab": "documents",
        "page_title": _("Documents"),
        "lede": _("Les documents officiels et les fichiers déposés, chacun avec son empreinte."),
        "filters": found.form,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "may_deposit": can(person_of(request), "add_document", alliance),
    }


@require_safe
@alliance_page()
def documents(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    context = _documents_page(request, alliance, DepositForm())
    return render(request, "alliances/documents.html", context)


@require_POST
@alliance_page("add_document")
def deposit(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = DepositForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            document = document_services.deposit_document(
                form.cleaned_data["file"],
                by=person_of(request),
                alliance=alliance,
                title=form.cleaned_data["title"],
                kind=form.cleaned_data["kind"],
            )
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("« %(title)s » est déposé. Toutes les personnes de l’Alliance le voient.")
            messages.success(request, done % {"title": document.title})
            return redirect(alliance.url("documents"))
    context = _documents_page(request, alliance, form)
    return render(request, "alliances/documents.html", context, status=422)


@require_safe
@alliance_page("view_journal")
def journal(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every act on the Alliance; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = JournalFilter(
        request.GET,
        queryset=selectors.journal_of(alliance),
        people=selectors.journal_people(alliance),
        verbs=selectors.journal_verbs(alliance),
    )
    if export := request.GET.get("export"):
        name = f"journal-{alliance.territory.slug}-{alliance.cycle.slug}"
        rows = selectors.journal_rows(found.qs)
        return export_response(export, name, selectors.journal_columns(), rows)
    context = {
        "alliance": alliance,
        "tab": "journal",
        "page_title": _("Journal"),
        "lede": _("Qui a fait quoi, quand et pourquoi. Rien ne s’y efface."),
        "filters": found.form,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "alliances/journal.html", context)


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    found = selectors.notifications_of(person_of(request))
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "unread": found.filter(read_at=None).count(),
    }
    return render(request, "alliances/notifications.html", context)


@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Marks the person's notices as read: one, or all of them."""
    only = request.POST.get("pk", "")
    notification_services.mark_read(person_of(request), int(only) if only.isdigit() else None)
    return redirect("notifications")
