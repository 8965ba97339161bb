"""The projects that wait for a Table: requests to decide, projects to close."""

from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, User
from alliances.permissions import rights_of
from alliances.todo import Todo
from fqis.models import Project


def pending(user: User) -> list[QuerySet[Alliance]]:
    """The Alliances with requests to decide, then those with projects over and not closed."""
    return [_to_decide(user), _ended(user)]


def todo(user: User) -> list[Todo]:
    """One thing for each Alliance and act; two queries."""
    return [_decision_todo(one) for one in _to_decide(user)] + [
        _result_todo(one) for one in _ended(user)
    ]


def _to_decide(user: User) -> QuerySet[Alliance]:
    states = [Project.State.RECEIVED, Project.State.ANALYSED]
    return _with_projects(user, Q(projects__state__in=states), "projects__received_on")


def _ended(user: User) -> QuerySet[Alliance]:
    ended = Q(projects__state=Project.State.UNDER_WAY, projects__ends_on__lt=clock.today())
    return _with_projects(user, ended, "projects__ends_on")


def _with_projects(user: User, which: Q, day: str) -> QuerySet[Alliance]:
    """The Alliances that have such projects where ``user`` decides: ``number`` and ``oldest``."""
    territories = [pk for pk, held in rights_of(user).on.items() if "decide_projects" in held]
    return (
        Alliance.objects.for_pages()
        .filter(which, territory__in=territories)
        .annotate(number=Count("projects"), oldest=Min(day))
    )


def _decision_todo(alliance: Any) -> Todo:
    return Todo(
        title=ngettext(
            "%(n)s projet attend une décision",
            "%(n)s projets attendent une décision",
            alliance.number,
        )
        % {"n": alliance.number},
        url=f"{alliance.url('projects')}?etat=a-decider",
        button=_("Voir les demandes"),
        alliance=alliance,
        since=alliance.oldest,
        detail=str(alliance.territory),
    )


def _result_todo(alliance: Any) -> Todo:
    return Todo(
        title=ngettext(
            "%(n)s projet est fini sans bilan",
            "%(n)s projets sont finis sans bilan",
            alliance.number,
        )
        % {"n": alliance.number},
        url=f"{alliance.url('projects')}?etat=sans-bilan",
        button=_("Consigner les bilans"),
        alliance=alliance,
        since=alliance.oldest,
        detail=str(alliance.territory),
    )
