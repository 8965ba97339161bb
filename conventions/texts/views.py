"""The text of a convention, its Word document, the templates of each cycle."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.formatting import clean_html, editable
from alliances.models import Alliance, User
from alliances.scoping import alliance_page, person_of
from alliances.word import MIME
from conventions import documents, forms
from conventions.models import Convention, ConventionTemplate
from conventions.permissions import may_write_templates
from conventions.selectors import current_convention, is_draft_visible

from . import selectors, services
from .word_document import word_document
from .wording import FIELDS


def _page(
    request: HttpRequest, template: str, alliance: Alliance, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = {"alliance": alliance, "tab": "convention", **context}
    return render(request, f"conventions/{template}.html", context, status=status)


def _rich(request: HttpRequest, saved: str) -> SafeString:
    """What the rich box opens with: what was typed and refused, else what is saved."""
    typed = request.POST.get("body")
    return selectors.shown_html(saved if typed is None else clean_html(typed))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("prepare_convention")
def convention_text(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The analyst adjusts the text of a draft, and sees what its fields become."""
    found = current_convention(alliance)
    if found is None:
        raise Http404
    if found.state != Convention.State.DRAFT and request.method != "POST":
        return redirect(alliance.url("convention"))
    text = selectors.text_shown(found)
    initial = {"body": editable(text.body), "revision": text.revision}
    form = forms.TextForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.adjust_text(found, by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field == "body" else None, str(refusal))
            else:
                messages.success(request, _("Le texte de cette convention est ajusté."))
                return redirect(alliance.url("convention") + "#texte")
    return _page(
        request,
        "text",
        alliance,
        status=status,
        page_title=_("Ajuster le texte"),
        lede=_("Ce texte ne vaut que pour la convention %(number)s.") % {"number": found.number},
        form=form,
        text=text,
        rich=_rich(request, text.body),
        preview=selectors.convention_preview(found),
        fields=FIELDS.items(),
        back_url=alliance.url("convention"),
    )


@require_safe
@alliance_page()
def convention_docx(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The convention as a Word document: what its PDF is frozen from, else the draft."""
    found = current_convention(alliance)
    is_draft = found is not None and found.state == Convention.State.DRAFT
    if found is None or (is_draft and not is_draft_visible(person_of(request), found)):
        raise Http404
    with words_of(alliance.cycle, alliance.territory.default_language):
        frozen = found.document.data if found.document else {}
        data = frozen if "body" in frozen else documents.convention_data(found)
        content = word_document(data, is_draft=is_draft)
    response = HttpResponse(content, content_type=MIME)
    response["Content-Disposition"] = f'attachment; filename="{found.number}.docx"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# --- What empowers the Table


# --- The templates of the texts


def _writer(request: HttpRequest) -> User:
    person = person_of(request)
    if not may_write_templates(person):
        raise PermissionDenied
    return person


def _known(cycle: str, language: str) -> list[ConventionTemplate]:
    """The versions of one template, the last first."""
    if language not in ConventionTemplate.Language.values:
        raise Http404
    found = list(
        ConventionTemplate.objects.for_pages().filter(cycle__slug=cycle, language=language)
    )
    if not found:
        raise Http404
    return found


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The template in force of each cycle and language, and the version being written."""
    _writer(request)
    context = {"rows": selectors.template_rows()}
    return render(request, "conventions/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, cycle: str, language: str) -> HttpResponse:
    """Write the next version of a template; see what it becomes in a convention."""
    person = _writer(request)
    versions = _known(cycle, language)
    last = versions[0]
    draft = None if last.is_published else last
    initial = {"body": editable(last.body), "revision": draft.revision if draft else None}
    form = forms.TextForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.save_template(last.cycle, language, by=person, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field == "body" else None, str(refusal))
            else:
                messages.success(
                    request, _("La version est enregistrée. Relisez l’aperçu, puis publiez-la.")
                )
                return redirect(reverse("convention_template", args=[cycle, language]) + "#apercu")
    shown = selectors.version_shown(versions, request.GET.get("version", ""))
    context = {
        "form": form,
        "versions": versions,
        "last": last,
        "draft": draft,
        "fields": FIELDS.items(),
        "preview": selectors.template_preview(last),
        "rich": _rich(request, last.body),
        "shown": shown,
        "shown_html": selectors.shown_html(shown.body) if shown else "",
    }
    return render(request, "conventions/template.html", context, status=status)


@require_POST
def template_publish(request: HttpRequest, cycle: str, language: str) -> HttpResponse:
    person = _writer(request)
    last = _known(cycle, language)[0]
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        published = services.publish_template(last, by=person, revision=revision)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("La version %(n)s est publiée. Les prochaines conventions en partent.")
        messages.success(request, done % {"n": published.version})
    return redirect("convention_template", cycle, language)
