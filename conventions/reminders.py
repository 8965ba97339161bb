"""Reminding a party of its signature: an act, with its author and whom it wrote to."""

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Organisation, User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.notifications import notify, people_with, write_to
from alliances.templatetags.portal import date_long, moment

from .models import Avenant, AvenantSignatory, Convention, Party, Signatory, SignatureReminder

REMIND = "record_signature"


@transaction.atomic
def remind_party(party: Signatory | AvenantSignatory, *, by: User) -> SignatureReminder:
    """Writes to those who sign for a party, or who gather its sheet, and keeps the trace.

    Refuses a party that signed, what is not in signature, a party reminded today, and one for
    whom nobody can be written to.
    """
    require(by, REMIND, party)
    text = _locked(party)
    convention = text.convention if isinstance(text, Avenant) else text
    party = (
        type(party)._default_manager.select_related("recorded_by", "organisation").get(pk=party.pk)
    )
    _check(party, is_open=text.state == "sent")
    people, organisation = _recipients(party, convention.alliance)
    told = [str(one) for one in people]
    if organisation is not None:
        told.append(f"{organisation.name} ({organisation.email})")
    if not told:
        raise Refusal(_("Personne ne peut être relancé pour cette partie : invitez-la d’abord."))
    reminder = SignatureReminder.objects.create(
        convention=convention,
        signatory=party if isinstance(party, Signatory) else None,
        avenant_party=party if isinstance(party, AvenantSignatory) else None,
        sent_on=clock.today(),
        sent_by=by,
        told=", ".join(told),
    )
    _write(text, party, people, organisation, by=by)
    journal.record(
        by=by,
        verb="remind_party",
        summary=_("a relancé %(party)s pour sa signature : %(told)s")
        % {"party": party.name, "told": reminder.told},
        alliance=convention.alliance,
        target=party,
        url=_url(text, convention.alliance),
    )
    return reminder


def _locked(party: Signatory | AvenantSignatory) -> Convention | Avenant:
    """What the party signs: two reminders at once wait for each other."""
    if isinstance(party, AvenantSignatory):
        found = Avenant.objects.for_acts().select_for_update(of=("self",))
        return found.get(pk=party.avenant_id)
    return Convention.objects.for_acts().select_for_update(of=("self",)).get(pk=party.convention_id)


def _check(party: Signatory | AvenantSignatory, *, is_open: bool) -> None:
    if party.signed_on is not None:
        raise StaleAct(
            _("%(who)s a déjà consigné la signature de cette partie le %(when)s.")
            % {"who": party.recorded_by, "when": moment(party.recorded_at)}
        )
    if not is_open:
        raise Refusal(_("Ce texte n’est pas en signature."))
    today = party.reminders.filter(sent_on=clock.today()).select_related("sent_by").first()
    if today is not None:
        raise StaleAct(
            _("%(who)s a déjà relancé cette partie le %(when)s.")
            % {"who": today.sent_by, "when": moment(today.sent_at)}
        )


def _recipients(party: Party, alliance: Alliance) -> tuple[list[User], Organisation | None]:
    """Who signs in the portal; for a party without an account, the Table that gathers its sheet,
    and its own address when it is known."""
    rights = {Party.Kind.MINISTRY: "sign_convention", Party.Kind.TABLE: "sign_for_table"}
    people = people_with(rights.get(Party.Kind(party.kind), "edit_governance"), alliance)
    organisation = party.organisation
    is_outside = party.kind in (Party.Kind.FIDUCIARY, Party.Kind.INCOMING)
    if is_outside and organisation is not None and organisation.email:
        return people, organisation
    return people, None


def _url(text: Convention | Avenant, alliance: Alliance) -> str:
    if isinstance(text, Avenant):
        return alliance.url("avenant", text.number)
    return alliance.url("convention")


def _write(
    text: Convention | Avenant,
    party: Party,
    people: list[User],
    organisation: Organisation | None,
    *,
    by: User,
) -> None:
    is_avenant = isinstance(text, Avenant)
    convention = text.convention if isinstance(text, Avenant) else text
    alliance = convention.alliance
    words = {
        "party": party.name,
        "number": convention.number,
        "n": text.number if is_avenant else "",
        "day": date_long(text.sent_at),
        "territory": alliance.territory,
    }
    subject = _("%(territory)s : signature attendue, %(party)s") % words
    body = (
        _(
            "L’avenant no %(n)s à la convention %(number)s, envoyé le %(day)s, attend la signature"
            " de : %(party)s."
        )
        if is_avenant
        else _("La convention %(number)s, envoyée le %(day)s, attend la signature de : %(party)s.")
    ) % words
    notify(people, alliance=alliance, subject=subject, body=body, url=_url(text, alliance), but=by)
    if organisation is not None:
        write_to(organisation, alliance=alliance, subject=subject, body=body)
