"""The answers of the finance system: read, shown line by line, applied."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import User
from alliances.templatetags.portal import date_long
from fqis import services
from fqis.forms.payments import AnswerForm
from fqis.models import PaymentAnswer
from fqis.payment_files import ANSWER_COLUMNS
from fqis.permissions import may_pay_somewhere
from fqis.selectors import payments as selectors
from fqis.services.payment_answers import Checked, seal_of
from fqis.views.acts import add_refusal
from fqis.views.payments import PAGE, crumbs, payer_of, reader_of, tabs, under_payments


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    context = {
        "tabs": tabs("payment_answers"),
        "crumbs": crumbs((_("Paiements"), "")),
        "page": Paginator(selectors.answers(), PAGE).get_page(request.GET.get("page")),
        "may_pay": may_pay_somewhere(user),
    }
    return render(request, "fqis/payment_answers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_answer(request: HttpRequest) -> HttpResponse:
    """Reads a file; it is applied from its own page, once the person has seen every line."""
    user = payer_of(request)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer, is_new = services.read_answer(form.cleaned_data["file"].read(), by=user)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if not is_new:
                messages.warning(request, _known(answer))
            return redirect("payment_answer", answer.document.number)
    context = {
        "crumbs": under_payments((_("Importer une réponse"), "")),
        "form": form,
        "columns": ANSWER_COLUMNS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fqis/payment_answer_new.html", context, status=status)


def _known(answer: PaymentAnswer) -> str:
    words = {
        "number": answer.document.number,
        "who": answer.applied_by or answer.read_by,
        "day": date_long(answer.applied_at or answer.read_at),
    }
    if answer.applied_at:
        return (
            _(
                "Ce fichier est la réponse %(number)s : %(who)s l’a déjà appliquée le %(day)s. Rien"
                " n’est appliqué deux fois."
            )
            % words
        )
    return _("Ce fichier est la réponse %(number)s, déjà lue par %(who)s le %(day)s.") % words


def _answer(number: str) -> PaymentAnswer:
    return get_object_or_404(selectors.answers(), document__number=number)


def _settled(answer: PaymentAnswer) -> list[Checked]:
    """The lines of an answer that was applied, as they were settled."""
    return [Checked(said, error=said.message) for said in answer.lines.order_by("number")]


def _page(
    request: HttpRequest, answer: PaymentAnswer, user: User, *, status: int = 200
) -> HttpResponse:
    is_applied, may_pay = answer.applied_at is not None, may_pay_somewhere(user)
    # Who only reads sees what the person who read the file would do.
    by = user if may_pay else answer.read_by
    checked = _settled(answer) if is_applied else services.check_answer(answer, by=by)
    counts = {will: sum(one.will == will for one in checked) for will in ("confirm", "reject")}
    context: dict[str, Any] = {
        "answer": answer,
        "crumbs": under_payments(
            (_("Réponses"), reverse("payment_answers")), (answer.document.number, "")
        ),
        "is_applied": is_applied,
        "good": [one for one in checked if not one.error],
        "bad": [one for one in checked if one.error],
        "paid_total": sum(
            (one.said.amount for one in checked if one.will == "confirm" and one.said.amount),
            start=0,
        ),
        "counts": counts,
        "seal": seal_of(checked),
        "may_pay": may_pay,
    }
    return render(request, "fqis/payment_answer.html", context, status=status)


@require_safe
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """The dry run of an answer, or what came of it."""
    user = reader_of(request)
    return _page(request, _answer(number), user)


@require_POST
@reauthentication_required(enabled=lambda request: settings.MFA_REQUIRED)
def apply(request: HttpRequest, number: str) -> HttpResponse:
    """Confirms and rejects the good lines that the person has seen."""
    user = payer_of(request)
    found = _answer(number)
    try:
        settled = services.apply_answer(found, by=user, seal=request.POST.get("seal") or "absent")
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, _answer(number), user, status=409)
    words = {
        "paid": sum(one.will == "confirm" for one in settled),
        "rejected": sum(one.will == "reject" for one in settled),
        "left": sum(bool(one.error) for one in settled),
    }
    messages.success(
        request,
        _(
            "Réponse appliquée. Payés : %(paid)s. Rejetés : %(rejected)s. Lignes non appliquées :"
            " %(left)s. Les Tables et la DGSQ sont avisées."
        )
        % words,
    )
    return redirect("payment_answer", number)
