"""« Vérifier ce document »: a public page that says a document's number, its date and its
fingerprint, and nothing else. No place, no amount, no person."""

import re
from dataclasses import dataclass
from datetime import date

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances.identity import acting_as_portal
from alliances.models import Document
from alliances.services.documents import kind_label

# A code has a million million values: the limit only spares the machine.
MAX_UNKNOWN_CODES = 30
FORGET_AFTER = 300  # seconds


@dataclass(frozen=True)
class Verified:
    """All that a stranger may know of a document."""

    kind: str
    number: str
    dated_on: date
    state: str
    sha256: str
    code: str
    replaced_by: str
    replaced_on: date | None


def cleaned_code(text: str) -> str:
    """``7kq4 - m2xd`` → ``7KQ4M2XD``."""
    return re.sub(r"[\W_]", "", text).upper()


def find(code: str) -> Verified | None:
    """What a stranger may know of the document behind a code; None for an unknown code."""
    with acting_as_portal():
        document = Document.objects.select_related("replaced_by").filter(code=code).first()
        if document is None:
            return None
        later: Document | None = getattr(document, "replaced_by", None)
        return Verified(
            kind=str(kind_label(document.kind)),
            number=document.number,
            dated_on=document.dated_on,
            state=document.state,
            sha256=document.sha256,
            code=document.typed_code,
            replaced_by=(later.number or later.typed_code) if later else "",
            replaced_on=later.dated_on if later else None,
        )


def _unknown_codes_key(request: HttpRequest) -> str:
    return f"verify:{get_adapter().get_client_ip(request)}"


def _form(request: HttpRequest, *, status: int, typed: str = "", error: str = "") -> HttpResponse:
    context = {"typed": typed, "error": error}
    return render(request, "alliances/verify.html", context, status=status)


@login_not_required  # anybody who holds a document may check it
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code printed on the document."""
    typed = request.GET.get("code", "")
    code = cleaned_code(typed)
    if "code" not in request.GET:
        return _form(request, status=200)
    if not code:
        return _form(request, status=422, error=_("Entrez le code imprimé sur le document."))
    if not re.fullmatch(r"[0-9A-Z]{8}", code):
        error = _("Un code compte huit lettres ou chiffres, par exemple 7KQ4-M2XD.")
        return _form(request, status=422, typed=typed, error=error)
    return redirect("verify_document", f"{code[:4]}-{code[4:]}")


@login_not_required  # the address of the QR code printed on every document
@require_safe
def verify_document(request: HttpRequest, code: str) -> HttpResponse:
    """Says what a document is, and lets its holder compare a file with it."""
    key = _unknown_codes_key(request)
    unknown = cache.get(key, 0)
    if unknown >= MAX_UNKNOWN_CODES:
        error = _("Vous avez essayé trop de codes. Réessayez dans cinq minutes.")
        return _form(request, status=429, typed=code, error=error)
    verified = find(cleaned_code(code))
    if verified is None:
        cache.set(key, unknown + 1, FORGET_AFTER)
        error = _(
            "Aucun document du portail ne porte ce code. Relisez-le sur le document : une lettre"
            " ou un chiffre a pu être confondu."
        )
        return _form(request, status=404, typed=code, error=error)
    return render(request, "alliances/verify_document.html", {"document": verified})
