"""Avenants for the tests, made through the services so that every rule holds."""

from datetime import date
from typing import Any

from alliances import clock
from alliances.models import User
from conventions.avenants import services
from conventions.avenants.changes import Changes, Row, rows_of
from conventions.models import Avenant, Convention, Party
from conventions.terms import TrancheSpec
from tests.factories import person

REASON = "La ministre prolonge le cycle."


def schedule(convention: Convention) -> list[Row]:
    """The rows as they are, to change some of them."""
    return rows_of(convention.tranches.all())


def with_spec(row: Row, **changes: Any) -> Row:
    return row._replace(spec=row.spec._replace(**changes))


def moved(convention: Convention) -> list[Row]:
    """The last tranche but one paid in the year of the last."""
    rows = schedule(convention)
    year = rows[-1].spec.fiscal_year
    return [*rows[:-2], with_spec(rows[-2], fiscal_year=year), rows[-1]]


def new_row(year: int, amount: Any, kind: str = "plan_approved", about: int = 0) -> Row:
    return Row(None, TrancheSpec(year, amount, kind, about))


def draft_avenant(
    convention: Convention, *, by: User | None = None, reason: str = REASON, **changes: Any
) -> Avenant:
    return services.create_avenant(
        convention, by=by or person("analyst"), reason=reason, changes=Changes(**changes)
    )


def sent_avenant(convention: Convention, *, by: User | None = None, **changes: Any) -> Avenant:
    by = by or person("analyst")
    return services.send_avenant(draft_avenant(convention, by=by, **changes), by=by)


def sign_all(avenant: Avenant, *, on: date | None = None, but: str = "") -> Avenant:
    """Every party signs, except the one named ``but``."""
    analyst, delegate = person("analyst"), person("delegate")
    for party in avenant.signatories.exclude(name=but).filter(signed_on=None):
        services.record_avenant_signature(
            party,
            by=delegate if party.kind == Party.Kind.MINISTRY else analyst,
            signed_on=on or clock.today(),
            signer="Une personne",
        )
    return Avenant.objects.for_pages().get(pk=avenant.pk)


def signed_avenant(convention: Convention, *, on: date | None = None, **changes: Any) -> Avenant:
    return sign_all(sent_avenant(convention, **changes), on=on)
