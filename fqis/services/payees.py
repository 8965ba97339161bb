"""An avenant changes who is paid: a notice to the former payee, not paid, is annulled and its money
goes back to be recommended and authorised, to the new one.

What is already sent to the payments system waits for its answer first, and the avenant with it.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.models import Alliance, Document, User
from alliances.services import documents, journal
from alliances.services.notifications import notify, people_with
from conventions.models import Avenant, Convention
from fqis.documents import ANNULMENT_KIND, annulment_data
from fqis.models import PaymentLine, Versement
from fqis.wording import versement_name

State = Versement.State
UNPAID = [State.AUTHORISED, State.ISSUED]


def unpaid_notices(alliance_id: int) -> list[Versement]:
    rows = Versement.objects.filter(alliance=alliance_id, state__in=UNPAID)
    return list(rows.select_related("notice", "tranche__convention").order_by("pk"))


def check_payee(convention: Convention) -> None:
    """Refuses another payee while a notice is sent without an answer, or bears a deduction."""
    for versement in unpaid_notices(convention.alliance_id):
        assert versement.notice is not None
        words = {"notice": versement.notice.number}
        if PaymentLine.objects.open().filter(versement=versement).exists():
            raise Refusal(
                _(
                    "L’avis %(notice)s est envoyé au paiement, au nom de la partie actuelle :"
                    " attendez sa réponse avant la dernière signature."
                )
                % words
            )
        if versement.deductions.exists():
            raise Refusal(
                _(
                    "Un recouvrement est déduit de l’avis %(notice)s, au nom de la partie"
                    " actuelle : payez-le avant la dernière signature."
                )
                % words
            )


def replace_notices(alliance: Alliance, avenant: Avenant, *, by: User) -> None:
    """Gives up each unpaid notice to the former payee, its number kept, and plans its money again
    in the same tranche."""
    for versement in unpaid_notices(alliance.pk):
        former, notice = versement_name(versement), versement.notice
        assert notice is not None
        words = {"n": avenant.number, "notice": notice.number, "versement": former}
        versement.cancel(
            by=by,
            reason=_("L’avenant no %(n)s change la partie qui est payée.") % words,
        )
        versement.save()
        annul_notice(versement, notice, by=by)
        again = Versement.objects.create(
            alliance=alliance,
            tranche=versement.tranche,
            fiscal_year=versement.fiscal_year,
            amount=versement.amount,
            parked_from=versement.parked_from,
        )
        journal.record(
            by=by,
            verb="replace_notice",
            summary=_(
                "a annulé l’avis %(notice)s, que l’avenant no %(n)s adresse à une autre partie"
            )
            % words,
            alliance=alliance,
            target=again,
            url=alliance.url("versement", again.pk),
            former=versement.pk,
        )
        notify(
            {
                *people_with("edit_report", alliance),
                *people_with("review_report", alliance),
                *people_with("confirm_payment", alliance),
            },
            alliance=alliance,
            subject=_("%(alliance)s : avis %(notice)s annulé") % {"alliance": alliance, **words},
            body=_(
                "L’avenant no %(n)s change la partie qui est payée : l’avis %(notice)s est annulé,"
                " et rien n’a été payé. Un nouvel avis suivra."
            )
            % words,
            url=alliance.url("versement", again.pk),
        )


def annul_notice(versement: Versement, notice: Document, *, by: User) -> Document:
    """The record that takes the place of a notice says who gave it up, when and why; a notice that
    is not drawn yet never will be."""
    if notice.state != Document.State.READY:
        notice = documents.annul_document(notice)
    with words_of(versement.alliance.cycle, notice.language):
        documents.create_document(
            ANNULMENT_KIND,
            by=by,
            title=_("Annulation de l’avis %(notice)s") % {"notice": notice.number},
            data=annulment_data(versement, notice),
            alliance=versement.alliance,
            subject=versement,
            language=notice.language,
            replaces=notice,
        )
    return notice


def lock_notices(alliance_id: int) -> None:
    """Before the versements, as the worker that draws them does."""
    held = Versement.objects.filter(alliance=alliance_id, state__in=UNPAID).values("notice")
    rows = Document.objects.filter(Q(pk__in=held)).select_for_update(of=("self",)).order_by("pk")
    list(rows.values_list("pk"))
