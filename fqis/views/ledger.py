"""The ledger of an Alliance."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances import clock
from alliances.exports import export_response
from alliances.models import Alliance
from alliances.scoping import alliance_page
from alliances.templatetags.portal import date_long, money
from fqis.forms.ledger import LedgerForm
from fqis.selectors import ledger as selectors

PAGE = 50


@require_safe
@alliance_page()
def ledger(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every movement up to a day; ``export=csv`` or ``xlsx`` gives them all."""
    form = LedgerForm({"au": request.GET.get("au") or clock.today().isoformat()})
    until = form.until
    if export := request.GET.get("export"):
        lines = selectors.movements(alliance, until)
        return export_response(
            export,
            f"grand-livre-{alliance.territory.slug}-{until.isoformat()}",
            selectors.ledger_columns(),
            selectors.ledger_cells(lines),
        )
    sums = selectors.balances(alliance, until)
    page = Paginator(range(sums.count), PAGE).get_page(request.GET.get("page"))
    offset = (page.number - 1) * PAGE
    context = {
        "alliance": alliance,
        "tab": "finances",
        "page_title": _("Grand livre"),
        "lede": _("Le %(day)s, il reste %(left)s de l’enveloppe; la Table a %(held)s en main.")
        % {"day": date_long(until), "left": money(sums.envelope_left), "held": money(sums.in_hand)},
        "filters": form,
        "sums": sums,
        "until": until,
        "page": page,
        "lines": selectors.movements(alliance, until, limit=PAGE, offset=offset),
    }
    return render(request, "fqis/ledger.html", context)
