"""Organisations that carry projects, known once in a territory."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Alliance, Organisation, User
from alliances.permissions import require
from alliances.services import journal


@transaction.atomic
def register_organisation(
    alliance: Alliance, *, by: User, name: str, neq: str, legal_class: str, city: str = ""
) -> Organisation:
    """Makes an organisation known in the territory. Refuses without a name or a class, a NEQ that
    is not ten digits, and a NEQ already known there (with the name it belongs to)."""
    require(by, "manage_projects", alliance)
    for refusal in refusals_of_organisation(alliance, name=name, neq=neq, legal_class=legal_class):
        raise refusal
    cleaned = neq_of(neq)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                territory=alliance.territory,
                name=name.strip(),
                neq=cleaned,
                legal_class=legal_class,
                is_registered=bool(cleaned),
                city=city.strip(),
            )
    except IntegrityError as error:
        raise _known(name.strip()) from error
    journal.record(
        by=by,
        verb="register_organisation",
        summary=_("a inscrit l’organisation %(name)s") % {"name": organisation.name},
        alliance=alliance,
        target=organisation,
    )
    return organisation


@transaction.atomic
def set_contact(
    organisation: Organisation, email: str, *, by: User, alliance: Alliance
) -> Organisation:
    """Says where the organisation that holds an Alliance's money receives its notices; empty, it
    receives none. Refuses an organisation that is not the Alliance's."""
    require(by, "prepare_convention", alliance)
    if organisation.pk not in (alliance.table_id, alliance.fiduciary_id):
        raise Refusal(_("Cette organisation n’est pas celle de l’alliance."))
    organisation.email = email.strip()
    organisation.save(update_fields=["email"])
    journal.record(
        by=by,
        verb="set_contact",
        summary=_("a écrit le courriel de contact de %(name)s") % {"name": organisation.name},
        alliance=alliance,
        target=organisation,
    )
    return organisation


def refusals_of_organisation(
    alliance: Alliance, *, name: str, neq: str, legal_class: str
) -> list[Refusal]:
    """Every rule that the description of a new organisation breaks."""
    broken, cleaned = _refusals_of_words(name=name, neq=neq, legal_class=legal_class), neq_of(neq)
    if cleaned and not any(refusal.field == "organisation_neq" for refusal in broken):
        known = Organisation.objects.filter(territory=alliance.territory, neq=cleaned).first()
        broken += [_known(known.name)] if known else []
    return broken


def refusals_of_identity(*, name: str, neq: str, legal_class: str) -> list[Refusal]:
    """Every rule that the identity of an applicant breaks: it must have a NEQ, which only the
    Indigenous organisations may lack."""
    broken = _refusals_of_words(name=name, neq=neq, legal_class=legal_class)
    if not neq_of(neq) and legal_class != Organisation.LegalClass.INDIGENOUS:
        broken.append(
            Refusal(_("Écrivez le NEQ de l’organisation, dix chiffres."), field="organisation_neq")
        )
    return broken


def _refusals_of_words(*, name: str, neq: str, legal_class: str) -> list[Refusal]:
    broken, cleaned = [], neq_of(neq)
    if not name.strip():
        broken.append(Refusal(_("Écrivez le nom de l’organisation."), field="organisation_name"))
    if legal_class not in Organisation.LegalClass.values:
        broken.append(
            Refusal(_("Choisissez la forme de l’organisation."), field="organisation_class")
        )
    if cleaned and not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) == 10):
        broken.append(
            Refusal(
                _("Un NEQ compte dix chiffres, par exemple 1140000000."), field="organisation_neq"
            )
        )
    return broken


def neq_of(text: str) -> str:
    """A NEQ as it is kept, without its spaces."""
    return "".join(text.split())


def _known(name: str) -> Refusal:
    return Refusal(
        _("Ce NEQ est déjà celui de « %(name)s » : choisissez-la dans la liste.") % {"name": name},
        field="organisation_neq",
    )
