"""Committees and their sittings as pages, minutes and lists of things to do need them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from alliances import clock
from alliances.models import Alliance, Membership, User
from alliances.money import ZERO
from alliances.roles import TABLE_ROLES
from fqis.models import (
    MAX_SCORE,
    Committee,
    CommitteeMember,
    ConflictOfInterest,
    Criterion,
    EnvelopeSplit,
    Project,
    Referral,
    Score,
    Sitting,
    SittingItem,
    SubEnvelope,
)


def committees_of(alliance: Alliance) -> QuerySet[Committee]:
    """With ``seats`` and ``to_decide``, how many projects wait for it."""
    return (
        Committee.objects.filter(alliance=alliance)
        .select_related("mrc", "alliance__territory", "alliance__cycle")
        .annotate(
            seats=Count("members", filter=Q(members__left_at=None), distinct=True),
            to_decide=Count(
                "referrals",
                filter=Q(referrals__project__state__in=Project.DECIDABLE),
                distinct=True,
            ),
        )
        .order_by("name", "pk")
    )


def places_of(alliance: Alliance) -> list[SubEnvelope]:
    """The sub-envelopes that a committee may spend."""
    return list(
        SubEnvelope.objects.filter(
            split__envelope__alliance=alliance, split__state=EnvelopeSplit.State.DECIDED
        ).select_related("mrc")
    )


def people_who_may_sit(committee: Committee) -> QuerySet[User]:
    """The people of the territory's Table who do not sit on it yet."""
    members = Membership.objects.active_on(clock.today()).filter(
        territory=committee.territory_id, role__in=TABLE_ROLES
    )
    return (
        User.objects.filter(is_active=True, pk__in=members.values("user"))
        .exclude(pk__in=committee.members.filter(left_at=None).values("person"))
        .order_by("full_name", "pk")
    )


def to_refer(alliance: Alliance) -> QuerySet[Project]:
    """The admissible projects that no committee has."""
    return (
        Project.objects.filter(alliance=alliance, state__in=Project.DECIDABLE, referral=None)
        .select_related("organisation")
        .order_by("received_on", "pk")
    )


@dataclass
class Average:
    """A project's mark out of 100, over the evaluators who scored every criterion."""

    complete: int = 0
    begun: int = 0
    total: Decimal | None = None
    by_criterion: dict[int, Decimal] = field(default_factory=dict)


def averages_of(projects: Iterable[int], criteria: Sequence[Criterion]) -> dict[int, Average]:
    """By project; one query. A mark is the weighted sum of scores over the scale, on 100."""
    given: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Score.objects.filter(
        project__in=list(projects), criterion__in=criteria, value__isnull=False
    ).values_list("project", "evaluator", "criterion", "value")
    for project, evaluator, criterion, value in rows.order_by():
        given[project][evaluator][criterion] = value or 0
    found = {}
    for project, people in given.items():
        whole = [scores for scores in people.values() if len(scores) == len(criteria)]
        average = Average(complete=len(whole), begun=len(people))
        if whole:
            marks = [sum(one.weight * scores[one.pk] for one in criteria) for scores in whole]
            average.total = _mean(marks) / MAX_SCORE
            average.by_criterion = {
                one.pk: _mean([scores[one.pk] for scores in whole]) for one in criteria
            }
        found[project] = average
    return found


def _mean(numbers: Sequence[int]) -> Decimal:
    return Decimal(sum(numbers)) / len(numbers)


@dataclass
class Dossier:
    """A project given to a committee, as the reader sees it."""

    referral: Referral
    average: Average
    mine: int
    is_scorable: bool
    shows_average: bool

    @property
    def project(self) -> Project:
        return self.referral.project


def dossiers_of(committee: Committee, user: User, *, sees_all: bool) -> list[Dossier]:
    """Three queries. Until they scored every criterion, evaluators do not see the others'."""
    criteria = list(committee.criteria.all())
    referrals = list(
        committee.referrals.select_related(
            "project__organisation", "project__alliance__territory", "project__alliance__cycle"
        ).order_by("project__number", "pk")
    )
    ids = [one.project_id for one in referrals]
    averages = averages_of(ids, criteria)
    mine = dict(
        Score.objects.filter(
            project__in=ids, evaluator=user, criterion__in=criteria, value__isnull=False
        )
        .order_by()
        .values_list("project")
        .annotate(n=Count("pk"))
    )
    return [
        Dossier(
            one,
            averages.get(one.project_id, Average()),
            mine.get(one.project_id, 0),
            one.project.state in Project.DECIDABLE,
            sees_all or mine.get(one.project_id, 0) == len(criteria),
        )
        for one in referrals
    ]


@dataclass
class GridRow:
    """A criterion, the reader's own score, and the average when they may see it."""

    criterion: Criterion
    score: Score | None
    average: Decimal | None


def grid_rows(committee: Committee, project: Project, user: User) -> list[GridRow]:
    criteria = list(committee.criteria.all())
    mine = {
        score.criterion_id: score
        for score in Score.objects.filter(project=project, evaluator=user, criterion__in=criteria)
    }
    done = len([score for score in mine.values() if score.value is not None]) == len(criteria)
    average = averages_of([project.pk], criteria).get(project.pk, Average()) if done else Average()
    return [GridRow(one, mine.get(one.pk), average.by_criterion.get(one.pk)) for one in criteria]


def comments_on(project: Project) -> QuerySet[Score]:
    return (
        Score.objects.filter(project=project)
        .exclude(comment="")
        .select_related("criterion", "evaluator")
        .order_by("criterion__rank", "evaluator__full_name", "pk")
    )


def conflicts_of(project: Project) -> QuerySet[ConflictOfInterest]:
    return ConflictOfInterest.objects.filter(project=project).select_related(
        "person", "declared_by", "withdrawn_by"
    )


def sitting_page(alliance: Alliance, pk: int) -> Sitting | None:
    return (
        Sitting.objects.filter(pk=pk, committee__alliance=alliance)
        .select_related(
            "committee__alliance__territory",
            "committee__alliance__cycle",
            "committee__mrc",
            "closed_by",
        )
        .first()
    )


@dataclass
class Agenda:
    """A project on the list of a sitting: its mark, and who of those present withdrew."""

    item: SittingItem
    average: Average
    withdrawn: list[str]

    @property
    def project(self) -> Project:
        return self.item.project


def agenda_of(sitting: Sitting) -> list[Agenda]:
    """Five queries whatever the length of the list."""
    items = list(
        sitting.items.select_related(
            "project__organisation",
            "project__alliance__territory",
            "project__alliance__cycle",
            "decision",
        ).order_by("project__number", "pk")
    )
    ids = [item.project_id for item in items]
    averages = averages_of(ids, list(sitting.committee.criteria.all()))
    withdrawn = withdrawn_of(sitting, ids)
    return [
        Agenda(
            item,
            averages.get(item.project_id, Average()),
            withdrawn.get(item.project_id, []),
        )
        for item in items
    ]


def withdrawn_of(sitting: Sitting, projects: Sequence[int]) -> dict[int, list[str]]:
    """The names of those present who withdrew, by project: as frozen once the sitting is closed."""
    found: dict[int, list[str]] = defaultdict(list)
    if sitting.state == Sitting.State.CLOSED:
        rows = sitting.withdrawals.select_related("person")
    else:
        rows = ConflictOfInterest.objects.filter(  # type: ignore[assignment]
            project__in=projects,
            withdrawn_at=None,
            person__in=sitting.presences.values("person"),
        ).select_related("person")
    for row in rows.order_by("person__full_name", "pk"):
        found[row.project_id].append(row.person.full_name)
    return found


def prepared_amount(sitting: Sitting) -> Decimal:
    """What the sitting is about to grant, in dollars."""
    return sitting.items.filter(decision=None).aggregate(total=Sum("amount"))["total"] or ZERO


def to_list(sitting: Sitting) -> QuerySet[Project]:
    """The committee's projects to decide that no sitting to come has."""
    planned = SittingItem.objects.filter(sitting__state=Sitting.State.PLANNED)
    return (
        Project.objects.filter(
            referral__committee=sitting.committee_id, state__in=Project.DECIDABLE
        )
        .exclude(pk__in=planned.values("project"))
        .select_related("organisation")
        .order_by("number", "pk")
    )


def to_score(user: User) -> QuerySet[Referral]:
    """The projects that wait for a score of ``user``: one row each."""
    missing = Criterion.objects.filter(committee=OuterRef("committee")).exclude(
        Exists(
            Score.objects.filter(
                criterion=OuterRef("pk"),
                project=OuterRef(OuterRef("project")),
                evaluator=user,
                value__isnull=False,
            )
        )
    )
    seats = CommitteeMember.objects.filter(
        committee=OuterRef("committee"), person=user, left_at=None
    )
    return Referral.objects.filter(
        Exists(missing), Exists(seats), project__state__in=Project.DECIDABLE
    )


def people_of_table(alliance: Alliance) -> QuerySet[User]:
    """The people of the Table of a territory, today."""
    members = Membership.objects.active_on(clock.today()).filter(
        territory=alliance.territory_id, role__in=TABLE_ROLES
    )
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by(
        "full_name", "pk"
    )
