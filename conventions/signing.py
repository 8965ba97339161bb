"""A signature before it is recorded: the same rules for a convention and for an avenant."""

from datetime import date

from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.templatetags.portal import date_long, moment

from .models import Party
from .permissions import may_record


def check_signature(
    signatory: Party, *, by: User, signed_on: date, signer: str, is_open: bool, drafted_on: date
) -> None:
    """Refuses a role that does not sign for this party, a party that already signed, what is not
    in signature, a day in the future or before the text was drafted, and a missing name."""
    if not may_record(by, signatory):
        raise Refusal(_("Votre rôle ne permet pas de consigner cette signature."))
    if signatory.signed_on is not None:
        raise StaleAct(
            _("%(who)s a déjà consigné la signature de cette partie le %(when)s.")
            % {"who": signatory.recorded_by, "when": moment(signatory.recorded_at)}
        )
    if not is_open:
        raise Refusal(_("Ce texte n’est pas en signature."))
    if signed_on > clock.today():
        raise Refusal(
            _("La date de signature est dans l’avenir. Entrez aujourd’hui ou un jour passé."),
            field="signed_on",
        )
    if signed_on < drafted_on:
        raise Refusal(
            _(
                "La version à signer a été préparée le %(day)s : la signature ne peut pas la"
                " précéder."
            )
            % {"day": date_long(drafted_on)},
            field="signed_on",
        )
    if not signer.strip():
        raise Refusal(_("Entrez le nom de la personne qui a signé."), field="signer")
