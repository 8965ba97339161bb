"""The projects that wait for a Table: requests to check, to score, to decide, projects to close."""

from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, User
from alliances.permissions import rights_of
from alliances.todo import Todo
from fqis.models import Committee, Project, Sitting
from fqis.selectors.committees import to_score

from .project_follow_up import ending_soon, instalments_due


def pending(user: User) -> list[QuerySet[Any]]:
    """The Alliances with requests to check or to decide, projects over and not closed, results to
    accept, instalments due, projects that end soon; the committees that await one's scores. Each
    is found at its first project, however many there are."""
    each = (_received(), _analysed(), _over(), _told(), _due(), _soon())
    alliances = Alliance.objects.filter(territory__in=_where_decides(user))
    return [
        *(alliances.filter(Exists(projects.filter(alliance=OuterRef("pk")))) for projects in each),
        _to_score(user),
    ]


def todo(user: User) -> list[Todo]:
    """One thing for each Alliance and act, or committee; seven queries."""
    return [
        *(_check_todo(one) for one in _with(user, _received(), "projects__received_on")),
        *(_decision_todo(one) for one in _with(user, _analysed(), "projects__received_on")),
        *(_result_todo(one) for one in _with(user, _over(), "projects__ends_on")),
        *(_accept_todo(one) for one in _to_accept(user)),
        *(_pay_todo(one) for one in _with(user, _due(), "projects__agreed_on")),
        *(_ending_todo(one) for one in _with(user, _soon(), "projects__ends_on")),
        *(_score_todo(one) for one in _to_score(user)),
    ]


def _received() -> QuerySet[Project]:
    return Project.objects.filter(state=Project.State.RECEIVED)


def _analysed() -> QuerySet[Project]:
    return Project.objects.filter(state=Project.State.ANALYSED)


def _over() -> QuerySet[Project]:
    return Project.objects.filter(state=Project.State.UNDER_WAY, ends_on__lt=clock.today())


def _told() -> QuerySet[Project]:
    return Project.objects.filter(results__state="submitted")


def _due() -> QuerySet[Project]:
    return Project.objects.filter(pk__in=instalments_due().values("agreement__project"))


def _soon() -> QuerySet[Project]:
    return Project.objects.filter(ending_soon())


def _to_score(user: User) -> QuerySet[Committee]:
    """The committees where ``user`` has projects to score: ``number``, and the next sitting."""
    return (
        Committee.objects.filter(referrals__in=to_score(user))
        .select_related("alliance__territory", "alliance__cycle")
        .annotate(
            number=Count("referrals", distinct=True),
            next_on=Min("sittings__on", filter=Q(sittings__state=Sitting.State.PLANNED)),
        )
    )


def _to_accept(user: User) -> QuerySet[Alliance]:
    """With the ``number`` of results, not of projects, and the latest ``year``."""
    return (
        _where(user)
        .filter(projects__results__state="submitted")
        .annotate(
            number=Count("projects__results"),
            oldest=Min("projects__results__submitted_at__date"),
            year=Max("projects__results__fiscal_year"),
        )
    )


def _where_decides(user: User) -> list[int]:
    return [pk for pk, held in rights_of(user).on.items() if "decide_projects" in held]


def _where(user: User) -> QuerySet[Alliance]:
    return Alliance.objects.for_pages().filter(territory__in=_where_decides(user))


def _with(user: User, projects: QuerySet[Project], day: str) -> QuerySet[Alliance]:
    """The Alliances that have such projects where ``user`` decides: ``number`` and ``oldest``."""
    found = _where(user).filter(projects__in=projects.values("pk"))
    return found.annotate(number=Count("projects"), oldest=Min(day))


def _of(alliance: Any, title: str, where: str, button: str) -> Todo:
    """One thing to do for the Table, that leads to its rows: ``where`` under the Alliance."""
    page, _mark, query = where.partition("?")
    return Todo(
        title=title % {"n": alliance.number},
        url=f"{alliance.url(page)}?{query}",
        button=button,
        alliance=alliance,
        since=alliance.oldest,
        detail=str(alliance.territory),
    )


def _check_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s demande attend ses contrôles d’admissibilité",
        "%(n)s demandes attendent leurs contrôles d’admissibilité",
        alliance.number,
    )
    return _of(alliance, title, "projects?etat=received", _("Vérifier les demandes"))


def _decision_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s projet attend une décision", "%(n)s projets attendent une décision", alliance.number
    )
    return _of(alliance, title, "projects?etat=a-decider", _("Voir les demandes"))


def _result_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s projet est fini sans bilan", "%(n)s projets sont finis sans bilan", alliance.number
    )
    return _of(alliance, title, "projects?etat=sans-bilan", _("Consigner les bilans"))


def _accept_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s résultat de projet est à accepter",
        "%(n)s résultats de projets sont à accepter",
        alliance.number,
    )
    where = f"project_results?exercice={alliance.year}&etat=submitted"
    return _of(alliance, title, where, _("Lire les résultats"))


def _pay_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s projet a un versement convenu à payer",
        "%(n)s projets ont un versement convenu à payer",
        alliance.number,
    )
    return _of(alliance, title, "projects?etat=a-payer", _("Voir les projets"))


def _ending_todo(alliance: Any) -> Todo:
    title = ngettext(
        "%(n)s projet finit d’ici trente jours",
        "%(n)s projets finissent d’ici trente jours",
        alliance.number,
    )
    return _of(alliance, title, "projects?etat=finit-bientot", _("Voir les projets"))


def _score_todo(committee: Any) -> Todo:
    return Todo(
        title=ngettext(
            "%(n)s projet attend vos notes", "%(n)s projets attendent vos notes", committee.number
        )
        % {"n": committee.number},
        url=committee.get_absolute_url(),
        button=_("Noter les projets"),
        alliance=committee.alliance,
        due_on=committee.next_on,
        detail=committee.name,
    )
