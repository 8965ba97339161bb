"""The worker applies a checked register, or undoes it: set-based, one transaction, all or nothing.

Each row is what the services would leave; the rules of the database hold every one of them.
"""

from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as_portal
from alliances.models import Organisation, User
from alliances.money import ZERO
from alliances.services.documents import next_numbers
from fqis.models import (
    Decision,
    Envelope,
    FundingSource,
    ImportLine,
    Project,
    ProjectAgreement,
    ProjectInstalment,
    ProjectPayment,
    ProjectPlace,
    ProjectResult,
    RegisterImport,
)
from fqis.models.results import Said
from fqis.register_import.checking import OUTCOMES
from fqis.selectors.imports import envelope_left
from fqis.services.imports import lock_import, record

State = RegisterImport.State
SUPPORTED = "(" + ", ".join(f"'{one.value}'" for one in Project.SUPPORTED) + ")"
OUTCOME = (
    "CASE l.state "
    + " ".join(f"WHEN '{state}' THEN '{outcome}'" for state, outcome in OUTCOMES.items())
    + " END"
)


class Changed(Exception):
    """The register is no longer what was checked; the message says in what."""


def apply_lines(pk: int) -> RegisterImport:
    """Makes a project of each line, with its decision, its money and its people.

    What was checked is asked again, the envelope's row locked: a file that no longer fits goes
    back to be checked, whole.
    """
    with acting_as_portal():
        source = lock_import(pk)
        if source.state != State.APPLYING:
            return source
        by = source.applied_by
        assert by is not None
        try:
            with transaction.atomic():
                _ask_again(source)
                _write(source, by)
                _check_constraints()
        except (Changed, DatabaseError) as error:
            source.give_back(why=str(error) if isinstance(error, Changed) else "changed")
            source.save()
            return source
        source.finish()
        source.save()
        record(
            source,
            by=by,
            verb="apply_import",
            summary=_("a inscrit %(n)s projets du registre « %(file)s »"),
            **source.summary,
        )
        return source


def _check_constraints() -> None:
    """What waits for a commit is asked now, while there is a way back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _run(sql: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def _ask_again(source: RegisterImport) -> None:
    Envelope.objects.select_for_update().filter(alliance=source.alliance_id).first()
    granted = ImportLine.objects.filter(source=source).aggregate(models.Sum("granted"))
    total = granted["granted__sum"] or ZERO
    left = envelope_left(source.alliance)
    if total and (left is None or total > left):
        raise Changed("envelope")
    twice = _run(
        """
        SELECT 1 FROM fqis_importline l
        JOIN fqis_project p ON p.alliance_id = %s AND p.organisation_id = l.organisation_ref
        WHERE l.source_id = %s AND alliances_name_key(p.title) = alliances_name_key(l.title)
        LIMIT 1
        """,
        source.alliance_id,
        source.pk,
    )
    if twice:
        raise Changed("double")


def _write(source: RegisterImport, by: User) -> None:
    _write_bodies(source)
    _number(source)
    first, moment = {"alliance_id": source.alliance_id}, clock.now()
    acted = {"recorded_by_id": by.pk, "recorded_at": moment}
    _insert(
        Project,
        source,
        {
            "id": "l.project_ref",
            "number": "l.number",
            "title": "l.title",
            "description": "l.description",
            "organisation_id": "l.organisation_ref",
            "priority_id": "l.priority_ref",
            "priority_lineage": "l.priority_lineage",
            "amount_requested": "l.requested",
            "amount_granted": "l.granted",
            "starts_on": "l.starts_on",
            "ends_on": "l.ends_on",
            "people_expected": "l.people_expected",
            # Its agreement is of an accepted project; what followed is written after it.
            "state": f"CASE WHEN l.state IN {SUPPORTED} THEN 'accepted' ELSE l.state END",
            "received_on": "l.received_on",
            "decided_on": "l.decided_on",
        },
        {**first, "registered_at": moment, "registered_by_id": by.pk},
    )
    project = {"project_id": "l.project_ref"}
    _insert(
        Decision,
        source,
        {
            **project,
            "outcome": OUTCOME,
            "on": "l.decided_on",
            "reason": "l.reason",
            "amount": "l.granted",
        },
        acted,
        where="l.decided_on IS NOT NULL",
    )
    _insert(
        ProjectPlace,
        source,
        {**project, "mrc_id": "m"},
        {},
        join="CROSS JOIN LATERAL unnest(l.mrc_refs) AS m",
    )
    name = "coalesce(nullif(l.other_name, ''), 'Autres sources')"
    _insert(
        FundingSource,
        source,
        {**project, "name": name, "amount": "l.other_money"},
        {"is_confirmed": False},
        where="l.other_money IS NOT NULL",
    )
    _write_follow_up(source, by)


def _write_follow_up(source: RegisterImport, by: User) -> None:
    """The agreement on paper, its one instalment, what was paid, the people, the last state."""
    project, moment = {"project_id": "l.project_ref"}, clock.now()
    acted = {"recorded_by_id": by.pk, "recorded_at": moment}
    signed = "l.agreed_on IS NOT NULL"
    _insert(
        ProjectAgreement,
        source,
        {
            **project,
            "amount": "l.granted",
            "starts_on": "l.starts_on",
            "ends_on": "l.ends_on",
            "carrier_signed_on": "l.agreed_on",
            "table_signed_on": "l.agreed_on",
        },
        {
            "state": ProjectAgreement.State.SIGNED.value,
            "prepared_at": moment,
            "prepared_by_id": by.pk,
            "signed_at": moment,
            "signed_by_id": by.pk,
        },
        where=signed,
    )
    agreement = "JOIN fqis_projectagreement a ON a.project_id = l.project_ref"
    _insert(
        ProjectInstalment,
        source,
        {"agreement_id": "a.id", "amount": "l.granted"},
        {"rank": 1, "condition": ProjectInstalment.Condition.SIGNATURE.value},
        join=agreement,
    )
    _run(
        """
        UPDATE fqis_project p
        SET state = l.state, agreed_on = l.agreed_on, closed_on = l.closed_on
        FROM fqis_importline l
        WHERE l.source_id = %s AND p.id = l.project_ref
          AND ROW(p.state::text, p.agreed_on) IS DISTINCT FROM ROW(l.state, l.agreed_on)
        """,
        source.pk,
    )
    _insert(
        ProjectPayment,
        source,
        {**project, "instalment_id": "i.id", "on": "l.paid_on", "amount": "l.paid"},
        acted,
        where="l.paid IS NOT NULL",
        join=f"{agreement} JOIN fqis_projectinstalment i ON i.agreement_id = a.id",
    )
    today = f"date '{clock.today().isoformat()}'"
    year = f"coalesce(l.closed_on, least(l.ends_on, {today})) - interval '3 months'"
    _insert(
        ProjectResult,
        source,
        {
            **project,
            "fiscal_year": f"extract(year FROM {year})",
            "people_reached": "l.people_reached",
            "people_reached_said": _said("l.people_reached"),
            "people_in_poverty": "l.people_in_poverty",
            "people_in_poverty_said": _said("l.people_in_poverty"),
        },
        {
            **acted,
            "state": ProjectResult.State.ACCEPTED.value,
            "accepted_at": moment,
            "accepted_by_id": by.pk,
        },
        where="l.people_reached IS NOT NULL",
    )


def _said(figure: str) -> str:
    """What is known of a figure: a zero is confirmed, a blank is missing."""
    return (
        f"CASE WHEN {figure} IS NULL THEN '{Said.MISSING.value}'"
        f" WHEN {figure} = 0 THEN '{Said.ZERO.value}' ELSE '{Said.REPORTED.value}' END"
    )


def _write_bodies(source: RegisterImport) -> None:
    """The organisations the territory did not know, once each."""
    new = (
        ImportLine.objects.filter(source=source, organisation_ref=None)
        .order_by("organisation_key", "line")
        .distinct("organisation_key")
    )
    made = {
        line.organisation_key: Organisation(
            territory_id=source.territory_id,
            name=line.organisation_name,
            neq=line.organisation_neq,
            legal_class=line.organisation_class,
            is_registered=bool(line.organisation_neq),
            city=line.organisation_city,
        )
        for line in new
    }
    if not made:
        return
    Organisation.objects.bulk_create(made.values(), batch_size=1_000)
    _run(
        """
        UPDATE fqis_importline l SET organisation_ref = m.pk, organisation_made = true
        FROM unnest(%s::text[], %s::bigint[]) AS m (key, pk)
        WHERE l.source_id = %s AND l.organisation_ref IS NULL AND l.organisation_key = m.key
        """,
        list(made),
        [one.pk for one in made.values()],
        source.pk,
    )


def _number(source: RegisterImport) -> None:
    """The numbers of the series, without hole, in the order of the lines; and the keys."""
    alliance = source.alliance
    count = ImportLine.objects.filter(source=source).count()
    numbers = next_numbers(
        f"P{source.territory_id}", FiscalYear.of(alliance.cycle.starts_on), count
    )
    _run(
        """
        UPDATE fqis_importline l
        SET number = %s || lpad((%s + r.rank)::text, greatest(4, length((%s + r.rank)::text)), '0'),
            project_ref = nextval(pg_get_serial_sequence('fqis_project', 'id'))
        FROM (SELECT id, row_number() OVER (ORDER BY line) - 1 AS rank
              FROM fqis_importline WHERE source_id = %s) r
        WHERE l.id = r.id
        """,
        f"{alliance.territory.abbreviation.upper()}-",
        numbers[0],
        numbers[0],
        source.pk,
    )


def _insert(
    model: type[models.Model],
    source: RegisterImport,
    read: Mapping[str, str],
    given: Mapping[str, Any],
    *,
    where: str = "true",
    join: str = "",
) -> int:
    """One row of ``model`` for each line: ``read`` from it, or ``given`` to all; what neither
    says takes the default of its field."""
    common = {"territory_id": source.territory_id, **given}
    for field in model._meta.local_concrete_fields:
        if field.primary_key or field.column in read or field.column in common or field.null:
            continue
        common[str(field.column)] = field.get_default()
    columns = ", ".join(f'"{name}"' for name in [*read, *common])
    values = ", ".join([*read.values(), *("%s" for _name in common)])
    return _run(
        f"INSERT INTO {model._meta.db_table} ({columns})"  # noqa: S608
        f" SELECT {values} FROM fqis_importline l {join}"
        f" WHERE l.source_id = %s AND {where} ORDER BY l.line",
        *common.values(),
        source.pk,
    )


def undo_lines(pk: int) -> RegisterImport:
    """Takes every project of the file back, or says that something followed. The database
    decides (``fqis_undo_import``)."""
    with acting_as_portal():
        source = lock_import(pk)
        if source.state != State.UNDOING:
            return source
        by = source.undone_by
        assert by is not None
        try:
            with transaction.atomic():
                _run("SELECT fqis_undo_import(%s)", source.pk)
                _check_constraints()
        except DatabaseError:
            source.keep(why="followed")
            source.save()
            return source
        source.forget()
        source.save()
        summary = _("a annulé l’import de %(n)s projets du registre « %(file)s »")
        record(source, by=by, verb="undo_import", summary=summary)
        return source
