"""One organisation and its projects, across years; for the ministry, across territories."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from alliances.fiscal import FiscalYear
from alliances.models import Organisation
from alliances.money import ZERO
from fqis.models import Project

from .register import register_across


@dataclass(frozen=True)
class CarrierYear:
    """What an organisation received in a fiscal year of decision, in dollars."""

    year: FiscalYear
    projects: int
    granted: Decimal


@dataclass(frozen=True)
class Carrier:
    """``organisations`` are the rows that carry its NEQ where the person reads."""

    organisation: Organisation
    organisations: list[Organisation]
    asked: int
    supported: int
    requested: Decimal
    granted: Decimal
    years: list[CarrierYear]

    @property
    def territories(self) -> list[str]:
        return list(dict.fromkeys(one.territory.name for one in self.organisations))


def same_organisation(organisation: Organisation) -> QuerySet[Organisation]:
    """Itself, and the rows of its NEQ in the other territories the person reads."""
    same = Q(pk=organisation.pk)
    if organisation.neq:
        same |= Q(neq=organisation.neq)
    return Organisation.objects.filter(same).select_related("territory").order_by("territory__rank")


def projects_of(carrier: Organisation) -> QuerySet[Project]:
    return register_across().filter(organisation__in=same_organisation(carrier).order_by())


def carrier_of(organisation: Organisation) -> Carrier:
    """Three queries, whatever the number of projects."""
    found = Project.objects.filter(organisation__in=same_organisation(organisation).order_by())
    sums = found.aggregate(
        asked=Count("pk"),
        supported=Count("pk", filter=Q(state__in=Project.SUPPORTED)),
        requested=Sum("amount_requested"),
        granted=Sum("amount_granted"),
    )
    months = (
        found.filter(state__in=Project.SUPPORTED)
        .order_by()
        .values_list("decided_on__year", "decided_on__month")
        .annotate(n=Count("pk"), granted=Sum("amount_granted"))
    )
    years: dict[int, CarrierYear] = {}
    for calendar, month, number, granted in months:
        start = calendar if month > 3 else calendar - 1
        before = years.get(start, CarrierYear(FiscalYear(start), 0, ZERO))
        years[start] = CarrierYear(
            FiscalYear(start), before.projects + number, before.granted + granted
        )
    return Carrier(
        organisation,
        list(same_organisation(organisation)),
        sums["asked"],
        sums["supported"],
        sums["requested"] or ZERO,
        sums["granted"] or ZERO,
        [years[start] for start in sorted(years, reverse=True)],
    )
