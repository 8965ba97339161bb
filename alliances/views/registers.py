"""What the pages of the registers share: their frame, a form on its own page, a refused act."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.permissions import can
from alliances.register_forms import DayForm, RevisedForm
from alliances.scoping import person_of
from alliances.tabs import team_pages

PAGE = 50
EDIT = "edit_governance"


def register_page(
    request: HttpRequest, alliance: Alliance, here: str, title: str, **context: Any
) -> dict[str, Any]:
    """The context of a page under « Équipe »; ``here`` is its key among them."""
    return {
        "alliance": alliance,
        "tab": "team",
        "pages": team_pages(alliance, here),
        "page_title": title,
        "may_edit": can(person_of(request), EDIT, alliance),
        **context,
    }


def file_name(alliance: Alliance, what: str) -> str:
    return f"{what}-{alliance.territory.slug}-{alliance.cycle.slug}"


def form_page(
    request: HttpRequest,
    alliance: Alliance,
    form: Form,
    *,
    here: str,
    title: str,
    verb: str,
    back: str,
    lede: str = "",
    again: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A form on a page of its own; ``verb`` is on its button, ``again`` on the one that then opens
    an empty form."""
    shown = register_page(
        request,
        alliance,
        here,
        title,
        form=form,
        verb=verb,
        again=again,
        back=back,
        lede=lede,
        **context,
    )
    return render(request, "alliances/register_form.html", shown, status=status)


def save_form(
    form: RevisedForm, act: Callable[[], Any], stored: Callable[[], dict[str, Any]]
) -> tuple[Any, int, dict[str, Any]]:
    """The outcome of ``act`` on a valid form, the status of the page and what it shows: 422 with a
    refusal, 409 with what somebody else wrote meanwhile."""
    if not form.is_valid():
        return None, 422, {}
    try:
        return act(), 200, {}
    except StaleAct as stale:
        return None, 409, {"stale": stale, "meanwhile": form.said_meanwhile(stored())}
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None, 422, {}


def act_on_a_day(form: DayForm, act: Callable[..., Any]) -> tuple[bool, int]:
    """Whether an act with a day was done, and the status of the page that tells of a refusal."""
    if not form.is_valid():
        return False, 422
    try:
        act(**form.cleaned_data)
    except StaleAct as stale:
        form.add_error(None, str(stale))
        return False, 409
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False, 422
    return True, 200
