"""The navigation of every page: where each side goes, and how much waits for the person."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from alliances.models import User
from alliances.permissions import can, holds_national, memberships_of
from alliances.roles import Side
from reporting.selectors.home import current_alliances
from reporting.selectors.reports import territories_with
from reporting.selectors.todos import count_todos


@dataclass(frozen=True)
class NavItem:
    label: str | Promise
    url: str
    current: bool = False
    count: int = 0


Link = tuple[str | Promise, str]


def navigation(request: HttpRequest) -> dict[str, object]:
    """``nav_items`` and ``current_user_label``, read only by the pages that show them."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return {"nav_items": [], "current_user_label": ""}
    assert user is not None
    return {
        "nav_items": SimpleLazyObject(
            lambda: nav_items(user, request.path, counted=getattr(request, "counts_todos", True))
        ),
        "current_user_label": SimpleLazyObject(lambda: current_user_label(user)),
    }


def nav_items(user: User, path: str, *, counted: bool = True) -> list[NavItem]:
    """The links of the person's side; the one whose address begins ``path`` is current.

    ``counted``: with the number of things that wait for the person.
    """
    links = _links(user)
    current = _current([url for _label, url in links], path)
    waiting = count_todos(user) if counted else 0
    return [
        NavItem(label, url, current=url == current, count=waiting if url == "/" else 0)
        for label, url in links
    ]


def _current(urls: list[str], path: str) -> str:
    """The longest address that ``path`` goes on from; an Alliance's report is under « Redditions »
    for those who have them all in one list."""
    reports = reverse("report_queue")
    if reports in urls and reports in path:
        return reports
    inside = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(inside, key=len, default="")


def _links(user: User) -> list[Link]:
    links: list[Link] = [(_("À faire"), reverse("home"))]
    sides = {membership.spec.side for membership in memberships_of(user)}
    if holds_national(user):
        links += [
            (_("National"), reverse("national")),
            (_("Alliances"), reverse("alliance_list")),
            (_("Plans"), reverse("plan_board")),
            (_("Projets"), reverse("register")),
        ]
        if territories_with(user, "accept_report"):
            links.append((_("Redditions"), reverse("report_queue")))
        links.append((_("Versements"), reverse("versements")))
        if can(user, "allocate") or can(user, "confirm_allocation"):
            links.append((_("Enveloppes"), reverse("envelopes")))
    elif Side.DGSQ in sides:
        links += [
            (_("Mes alliances"), reverse("alliance_list")),
            (_("Plans"), reverse("plan_board")),
            (_("Projets"), reverse("register")),
            (_("Redditions"), reverse("report_queue")),
        ]
    elif Side.TABLE in sides:
        links += [*_links_of_table(user), (_("Pratiques"), reverse("practices"))]
    if can(user, "manage_people"):
        links.append((_("Personnes"), reverse("people")))
    return [*links, (_("Aide"), reverse("help"))]


def _links_of_table(user: User) -> list[Link]:
    """One Alliance: straight to it; several: their list."""
    current = current_alliances(user)
    if len(current) != 1:
        return [(_("Mes alliances"), reverse("alliance_list"))]
    return [
        (_("Mon alliance"), current[0].get_absolute_url()),
        (_("Projets"), current[0].url("projects")),
    ]


def current_user_label(user: User) -> str:
    """« Table, Mauricie » or « DGSSAC, analyse »."""
    memberships = memberships_of(user)
    if not memberships:
        return ""
    first = memberships[0]
    if first.territory is None:
        return f"{first.spec.side.label}, {str(first.spec.label).lower()}"
    territories = list(dict.fromkeys(str(m.territory) for m in memberships if m.territory))
    return f"{first.spec.side.label}, {', '.join(territories)}"
