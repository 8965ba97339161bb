"""Payments: their reconciliation, the batches that went, the answers that came back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import User
from alliances.permissions import holds_national
from alliances.scoping import person_of
from alliances.templatetags.portal import money
from fqis import services
from fqis.forms.payments import CorrectForm, PaymentFilter, RejectForm
from fqis.models import PaymentBatch, PaymentLine
from fqis.permissions import may_pay_somewhere
from fqis.selectors import payments as selectors
from fqis.views.acts import add_refusal, ids_in

PAGE = 50


def reader_of(request: HttpRequest) -> User:
    """The person, who reads the money of every territory; 403 to anybody else."""
    user = person_of(request)
    if not holds_national(user):
        raise PermissionDenied
    return user


def payer_of(request: HttpRequest) -> User:
    """The person, who confirms payments; 403 to anybody else."""
    user = person_of(request)
    if not may_pay_somewhere(user):
        raise PermissionDenied
    return user


def tabs(current: str) -> list[dict[str, Any]]:
    pages = [
        ("payments", _("Avis")),
        ("payment_batches", _("Lots envoyés")),
        ("payment_answers", _("Réponses")),
    ]
    return [
        {"label": label, "url": reverse(name), "current": name == current} for name, label in pages
    ]


def crumbs(*last: tuple[str, str]) -> list[dict[str, str]]:
    links = [(_("Versements"), reverse("versements")), *last]
    return [{"label": label, "url": url} for label, url in links]


def under_payments(*last: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs((_("Paiements"), reverse("payments")), *last)


@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """The reconciliation; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    user = reader_of(request)
    filters = PaymentFilter(request.GET, queryset=selectors.notices())
    found = filters.qs
    if export := request.GET.get("export"):
        return export_response(
            export, "paiements", selectors.columns(), selectors.cells(found.iterator())
        )
    sums = selectors.totals(found)
    context = {
        "tabs": tabs("payments"),
        "crumbs": crumbs((_("Paiements"), "")),
        "filters": filters.form,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "situations": [(key, label, sums[key]) for key, label in selectors.SITUATIONS.items()],
        "whole": sums[selectors.ALL],
        "controls": selectors.controls(found, sums),
        "oldest": selectors.oldest_wait(),
        "may_pay": may_pay_somewhere(user),
    }
    return render(request, "fqis/payments.html", context)


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    context = {
        "tabs": tabs("payment_batches"),
        "crumbs": crumbs((_("Paiements"), "")),
        "page": Paginator(selectors.batches(), PAGE).get_page(request.GET.get("page")),
        "may_pay": may_pay_somewhere(user),
    }
    return render(request, "fqis/payment_batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request: HttpRequest) -> HttpResponse:
    """The notices to send, all chosen at first; POST numbers the batch and freezes its file."""
    user = payer_of(request)
    found = list(selectors.sendable(user))
    chosen = {one.pk for one in found}
    if request.method == "POST":
        asked = ids_in(request.POST.getlist("v"))
        try:
            batch = services.create_batch(asked, by=user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            chosen &= asked
        else:
            messages.success(request, _sent(batch))
            return redirect("payment_batch", batch.document.number)
    context = {
        "crumbs": under_payments((_("Préparer un lot"), "")),
        "found": found,
        "chosen": chosen,
        "total": sum((one.amount for one in found if one.pk in chosen), start=0),
        "to_correct": selectors.to_correct(),
        "yours": selectors.yours(user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fqis/payment_batch_new.html", context, status=status)


def _sent(batch: PaymentBatch) -> str:
    return ngettext(
        "Lot %(number)s prêt : %(n)s avis, %(total)s. Téléchargez le fichier, puis déposez-le"
        " dans le système financier.",
        "Lot %(number)s prêt : %(n)s avis, %(total)s. Téléchargez le fichier, puis déposez-le"
        " dans le système financier.",
        batch.count,
    ) % {"number": batch.document.number, "n": batch.count, "total": money(batch.total)}


def _batch(number: str) -> PaymentBatch:
    return get_object_or_404(selectors.batches(), document__number=number)


def _batch_page(
    request: HttpRequest,
    batch: PaymentBatch,
    *,
    bound: tuple[int, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = person_of(request)
    may_pay = may_pay_somewhere(user)
    rows = []
    for line in selectors.lines_of(batch):
        form: Form | None = None
        if bound is not None and bound[0] == line.pk:
            form = bound[1]
        elif may_pay and line.versement.authorised_by_id != user.pk:
            form = _form_for(line)
        rows.append({"line": line, "form": form, "refused": bool(form and form.is_bound)})
    context = {
        "batch": batch,
        "crumbs": under_payments(
            (_("Lots envoyés"), reverse("payment_batches")), (batch.document.number, "")
        ),
        "rows": rows,
        "may_pay": may_pay,
    }
    return render(request, "fqis/payment_batch.html", context, status=status)


def _form_for(line: PaymentLine) -> Form | None:
    """What may be done with a line now: reject it, correct its rejection, or nothing."""
    kinds: dict[str, type[Form]] = {"sent": RejectForm, "rejected": CorrectForm}
    kind = kinds.get(line.situation)
    return kind(auto_id=f"id_{line.pk}_%s") if kind else None


@require_safe
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch, line by line."""
    reader_of(request)
    return _batch_page(request, _batch(number))


ACTS: dict[str, tuple[type[Form], Callable[..., PaymentLine]]] = {
    "rejeter": (RejectForm, services.reject_payment),
    "corriger": (CorrectForm, services.correct_payment),
}


@require_POST
def line_act(request: HttpRequest, number: str, rank: int, act: str) -> HttpResponse:
    """Rejects a payment by hand, or says what was corrected."""
    user = payer_of(request)
    found = _batch(number)
    line = get_object_or_404(selectors.lines_of(found), rank=rank)
    if act not in ACTS:
        raise Http404
    kind, run = ACTS[act]
    form = kind(request.POST, auto_id=f"id_{line.pk}_%s")
    if form.is_valid():
        try:
            run(line, by=user, **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _done(act))
            return redirect("payment_batch", number)
    return _batch_page(request, found, bound=(line.pk, form), status=422)


def _done(act: str) -> str:
    if act == "rejeter":
        return _("Rejet consigné. La Table et la DGSQ connaissent le motif.")
    return _("Correction consignée. L’avis peut aller dans un prochain lot.")
