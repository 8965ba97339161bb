"""The answers of the finance system: read first, then applied once, line by line."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.exports import CSV, XLSX
from alliances.models import User
from alliances.permissions import can
from alliances.services import documents, journal
from fqis.models import PaymentAnswer, PaymentAnswerLine, PaymentLine, Versement
from fqis.payment_files import ANSWER_KIND, ANSWER_SERIES, fingerprint, read_answer_file
from fqis.permissions import PAY, may_pay_somewhere
from fqis.services.payment_batches import check_rejectable, reject_payment
from fqis.services.versements import check_payable, confirm_payment, used_reference
from fqis.sheets import LineError
from fqis.wording import date_long, local_day, money, time_fr

Status = PaymentAnswerLine.Status
Outcome = PaymentAnswerLine.Outcome


@transaction.atomic
def read_answer(content: bytes, *, by: User) -> tuple[PaymentAnswer, bool]:
    """Keeps an answer file and what its lines say; applies nothing. The file of an answer already
    read is recognised: that answer comes back, with False.

    Refuses a file that is no answer (see ``read_answer_file``).
    """
    if not may_pay_somewhere(by):
        raise PermissionDenied
    lines = read_answer_file(content)
    if isinstance(lines, LineError):
        raise Refusal(lines.message, field="file")
    mark = fingerprint(lines)
    known = PaymentAnswer.objects.filter(fingerprint=mark).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            answer = _keep(content, mark, by=by)
    except IntegrityError:
        return PaymentAnswer.objects.get(fingerprint=mark), False
    PaymentAnswerLine.objects.bulk_create(
        PaymentAnswerLine(answer=answer, **vars(line)) for line in lines
    )
    journal.record(
        by=by,
        verb="read_payment_answer",
        summary=_("a lu la réponse de paiement %(number)s") % {"number": answer.document.number},
        target=answer,
    )
    return answer, True


def _keep(content: bytes, mark: str, *, by: User) -> PaymentAnswer:
    document = documents.create_document(
        ANSWER_KIND,
        by=by,
        title=_("Réponse de paiement"),
        data={},
        series=ANSWER_SERIES,
        by_worker=False,
    )
    is_workbook = content.startswith(b"PK")
    answer = PaymentAnswer.objects.create(document=document, fingerprint=mark, read_by=by)
    documents.store_file(
        document, content, "xlsx" if is_workbook else "csv", mime=XLSX if is_workbook else CSV
    )
    return answer


@dataclass(frozen=True)
class Checked:
    """What a line would do now: settle ``line``, or nothing and ``error`` says why."""

    said: PaymentAnswerLine
    line: PaymentLine | None = None
    error: str = ""

    @property
    def will(self) -> str:
        """confirm · reject · none"""
        if self.error:
            return "none"
        return "confirm" if self.said.status == Status.PAID else "reject"


def check_answer(answer: PaymentAnswer, *, by: User) -> list[Checked]:
    """The dry run: what each line would do if ``by`` applied it now. Four queries, no writing."""
    said = list(answer.lines.order_by("number"))
    numbers = {one.notice_number for one in said}
    lines: dict[tuple[str, str], PaymentLine] = {}
    for line in PaymentLine.objects.filter(
        versement__notice__number__in=numbers
    ).select_related(
        "batch__document", "versement__notice", "versement__authorised_by",
        "versement__payment_confirmed_by",
    ):  # fmt: skip
        notice = line.versement.notice
        assert notice is not None
        lines[line.batch.document.number, notice.number] = line
    notices = set(
        Versement.objects.filter(notice__number__in=numbers).values_list(
            "notice__number", flat=True
        )
    )
    references = {one.reference for one in said if one.reference}
    used = set(
        Versement.objects.filter(payment_reference__in=references).values_list(
            "payment_reference", flat=True
        )
    )
    checked, seen = [], set[str]()
    for one in said:
        found = lines.get((one.batch_number, one.notice_number))
        try:
            if one.unreadable:
                raise Refusal(one.unreadable)
            if one.notice_number not in notices:
                raise Refusal(
                    _("Aucun avis ne porte le numéro « %(number)s ».")
                    % {"number": one.notice_number}
                )
            if found is None:
                raise Refusal(
                    _("L’avis %(notice)s n’est pas dans le lot « %(batch)s ».")
                    % {"notice": one.notice_number, "batch": one.batch_number}
                )
            if one.notice_number in seen:
                raise Refusal(_("Cet avis est déjà à une ligne plus haut."))
            _check(one, found, used, by=by)
        except Refusal as refusal:
            checked.append(Checked(one, error=str(refusal)))
        else:
            seen.add(one.notice_number)
            if one.status == Status.PAID:
                used.add(one.reference)
            checked.append(Checked(one, found))
    return checked


def _check(said: PaymentAnswerLine, line: PaymentLine, used: set[str], *, by: User) -> None:
    versement = line.versement
    assert said.dated_on is not None
    assert said.amount is not None
    if not can(by, PAY, versement):
        raise Refusal(_("Vous ne confirmez pas les paiements de ce territoire."))
    if said.amount != versement.amount:
        raise Refusal(
            _("L’avis est de %(notice)s : le fichier dit %(said)s.")
            % {"notice": money(versement.amount), "said": money(said.amount)}
        )
    if said.status == Status.REJECTED:
        check_rejectable(line, by=by, on=said.dated_on, reason=said.reason)
        return
    check_payable(versement, line, by=by, paid_on=said.dated_on)
    if said.dated_on < local_day(line.sent_at):
        raise Refusal(
            _("Le paiement ne peut précéder l’envoi du lot, le %(day)s.")
            % {"day": date_long(line.sent_at)}
        )
    if said.reference in used:
        raise used_reference()


def seal_of(checked: Iterable[Checked]) -> str:
    """A short mark of what a dry run showed: applied, it must still be true."""
    shown = ",".join(f"{one.said.number}:{one.will}" for one in checked)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


@transaction.atomic
def apply_answer(answer: PaymentAnswer, *, by: User, seal: str = "") -> list[Checked]:
    """Confirms or rejects exactly the good lines, in one transaction; the others stay, with why.

    Refuses an answer already applied (who and when), one of which no line is good, and, with the
    ``seal`` of a dry run, one that would not do what was shown.
    """
    if not may_pay_somewhere(by):
        raise PermissionDenied
    answer = (
        PaymentAnswer.objects.select_for_update(of=("self",))
        .select_related("document", "applied_by")
        .get(pk=answer.pk)
    )
    if answer.applied_at is not None:
        raise StaleAct(
            _("%(who)s l’a déjà appliquée le %(day)s à %(time)s. Elle s’applique une seule fois.")
            % {
                "who": answer.applied_by,
                "day": date_long(answer.applied_at),
                "time": time_fr(answer.applied_at),
            }
        )
    _lock_versements(answer)
    checked = check_answer(answer, by=by)
    if seal and seal != seal_of(checked):
        raise StaleAct(_("La situation a changé depuis cette lecture. Relisez-la avant d’agir."))
    if all(one.error for one in checked):
        raise Refusal(_("Aucune ligne ne peut être appliquée."))
    settled = [_settle(one, by=by) for one in checked]
    PaymentAnswerLine.objects.bulk_update(
        [one.said for one in settled], ["outcome", "message", "line"]
    )
    answer.applied_at, answer.applied_by = clock.now(), by
    answer.save(update_fields=["applied_at", "applied_by"])
    _record_applied(answer, settled, by=by)
    return settled


def _lock_versements(answer: PaymentAnswer) -> None:
    numbers = answer.lines.order_by().values("notice_number")
    found = Versement.objects.filter(notice__number__in=numbers)
    list(found.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _settle(checked: Checked, *, by: User) -> Checked:
    said, line = checked.said, checked.line
    try:
        if line is None:
            raise Refusal(checked.error)
        assert said.dated_on is not None
        if said.status == Status.PAID:
            confirm_payment(line.versement, by=by, paid_on=said.dated_on, reference=said.reference)
            said.outcome = Outcome.CONFIRMED
        else:
            reject_payment(line, by=by, on=said.dated_on, reason=said.reason)
            said.outcome = Outcome.REJECTED
    except Refusal as refusal:
        said.outcome, said.message = Outcome.REFUSED, str(refusal)[:300]
        return Checked(said, error=said.message)
    said.line = line
    return checked


def _record_applied(answer: PaymentAnswer, settled: list[Checked], *, by: User) -> None:
    counts = {name: sum(one.said.outcome == name for one in settled) for name in Outcome.values}
    journal.record(
        by=by,
        verb="apply_payment_answer",
        summary=_(
            "a appliqué la réponse %(number)s : %(paid)s payés, %(rejected)s rejetés,"
            " %(refused)s lignes non appliquées"
        )
        % {
            "number": answer.document.number,
            "paid": counts[Outcome.CONFIRMED],
            "rejected": counts[Outcome.REJECTED],
            "refused": counts[Outcome.REFUSED],
        },
        target=answer,
        outcomes=counts,
    )
