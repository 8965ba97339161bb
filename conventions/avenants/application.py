"""Applying an avenant: the convention, its tranches and its parties become what it wrote."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import MilestoneKind, User
from alliances.services import journal
from alliances.services.milestones import record_milestone
from conventions.models import Avenant, Tranche

from .words import in_words


def apply_avenant(avenant: Avenant, *, by: User) -> None:
    """Writes a signed avenant into its convention and records its milestone, which the money
    follows. Refuses an end that another convention has taken meanwhile."""
    _apply_terms(avenant)
    _apply_schedule(avenant)
    _apply_parties(avenant)
    convention = avenant.convention
    words = {"n": avenant.number, "changes": in_words(avenant)}
    journal.record(
        by=by,
        verb="sign_avenant",
        summary=_("a reçu la dernière signature de l’avenant no %(n)s : %(changes)s") % words,
        alliance=convention.alliance,
        target=avenant,
        reason=avenant.reason,
        url=convention.alliance.url("avenant", avenant.number),
    )
    assert avenant.signed_on is not None
    record_milestone(
        convention.alliance,
        MilestoneKind.AVENANT_SIGNED,
        by=by,
        on=avenant.signed_on,
        sequence=avenant.number,
        detail=in_words(avenant)[:200],
        url=convention.alliance.url("avenant", avenant.number),
        evidence=avenant.document,
    )


def _apply_terms(avenant: Avenant) -> None:
    convention = avenant.convention
    convention.amount, convention.ends_on = avenant.new_amount, avenant.new_ends_on
    try:
        with transaction.atomic():
            convention.save(update_fields=["amount", "ends_on"])
    except IntegrityError as error:
        raise Refusal(
            _("Une autre convention du territoire couvre déjà ces jours. Retirez cet avenant.")
        ) from error


def _apply_schedule(avenant: Avenant) -> None:
    for line in avenant.lines.select_related("tranche"):
        if line.tranche is None:
            Tranche.objects.create(convention=avenant.convention, **_after(line.after))
        elif line.after is None:
            line.tranche.removed_with = avenant
            line.tranche.save(update_fields=["removed_with"])
        elif line.after != line.before:
            for name, value in _after(line.after).items():
                setattr(line.tranche, name, value)
            line.tranche.save(update_fields=list(_after(line.after)))


def _after(values: tuple[object, ...] | None) -> dict[str, object]:
    assert values is not None
    names = ("rank", "fiscal_year", "amount", "waits_for", "waits_for_year")
    return dict(zip(names, values, strict=True))


def _apply_parties(avenant: Avenant) -> None:
    if avenant.table is None:
        return
    alliance = avenant.convention.alliance
    alliance.table, alliance.fiduciary = avenant.table, avenant.fiduciary
    alliance.save(update_fields=["table", "fiduciary"])
