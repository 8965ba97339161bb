"""Envelopes, conventions and versements of the story."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from alliances import clock
from alliances.exports import Cell, csv_file
from alliances.fiscal import FiscalYear
from alliances.models import Document, Mrc
from alliances.tasks import render_document
from alliances.templatetags.portal import date_long
from conventions.empowerment.services import record_resolution
from conventions.models import Convention, Scan, Signatory
from conventions.reminders import remind_party
from conventions.scans.services import receive_scan
from conventions.services import create_convention, record_signature, send_convention
from conventions.tasks import split_scan
from fqis.models import Envelope, EnvelopeAmount, PaymentLine, Recovery, Versement
from fqis.payment_files import ANSWER_COLUMNS
from fqis.selectors.payments import sendable
from fqis.services.authorisations import authorise_versement
from fqis.services.envelopes import confirm_amount, open_envelope, propose_amount
from fqis.services.holds import hold_versement, park_versement
from fqis.services.payment_answers import apply_answer, read_answer
from fqis.services.payment_batches import create_batch
from fqis.services.recoveries import decide_recovery, propose_recovery, receive_recovery
from fqis.services.versements import confirm_payment, recommend_versement

from .chapter import Chapter
from .money import split_tranches
from .papers import paper, scanned

ENVELOPE_DAY = date(2024, 10, 28)


@dataclass(frozen=True)
class Settlement:
    """What the payments office does of a versement once its notice is issued."""

    slug: str
    year: int
    sent_on: date
    answered_on: date | None = None
    rejected: str = ""


class Payments(Chapter):
    """How money reaches one territory. ``reference`` begins that of each payment."""

    reference = "FIN"

    envelope_day = ENVELOPE_DAY

    def confirm_envelope(self, amount: Decimal) -> None:
        self.give(
            self.envelope_day,
            lambda _envelope: amount,
            quality=Envelope.Quality.FICTIONAL,
            source="Données fictives de démonstration",
            reference=f"LETTRE-{self.rank:03d} (fictive)",
        )

    def give(
        self,
        day: date,
        amount: Callable[[Envelope], Decimal],
        *,
        quality: str,
        source: str,
        reference: str,
    ) -> None:
        """Proposed by the budget office, confirmed by the minister's delegate the same day."""
        budget, delegate = self.cast.budget, self.cast.delegate

        def propose() -> None:
            envelope = open_envelope(self.alliance)
            propose_amount(
                envelope,
                by=budget,
                amount=amount(envelope),
                quality=quality,
                source=source,
                on=clock.today(),
                reference=reference,
            )

        def confirm() -> None:
            waiting = EnvelopeAmount.objects.filter(state=EnvelopeAmount.State.PROPOSED)
            confirm_amount(waiting.get(envelope__alliance=self.alliance), by=delegate)

        self.on(day, budget, propose)
        self.on(day, delegate, confirm, hour=15)

    # --- Convention

    def sign_convention(self) -> None:
        """Drafted, sent, signed by each party; two MRCs are missing when the profile says so."""
        day, signed_on = self.profile.drafted_on, self.profile.signed_on
        last = signed_on or day + timedelta(days=50)
        self.on(day - timedelta(days=6), self.coordination, self._empower)
        self.on(day, self.cast.analyst, self._draft)
        self.on(day + timedelta(days=1), self.cast.analyst, self._send)
        self.on(day + timedelta(days=3), self.direction, lambda: self._sign(Signatory.Kind.TABLE))
        self.on(
            last if signed_on else day + timedelta(days=6),
            self.cast.delegate,
            lambda: self._sign(Signatory.Kind.MINISTRY),
            hour=16,
        )
        if not self.alliance.territory.mrc_cosigns:
            return
        mrcs = list(self.alliance.territory.mrcs.all())
        if signed_on is None:
            mrcs = mrcs[:-2]
        span = (last - day).days - 5
        for rank, mrc in enumerate(mrcs):
            when = day + timedelta(days=4 + span * rank // len(mrcs))
            self.on(when, self.cast.analyst, partial(self._sign, Signatory.Kind.MRC, mrc))
        if signed_on is None:
            self._scan_papers(day, first=len(mrcs) + 3)
            self.on(date(2026, 11, 12), self.cast.analyst, self._remind)

    def _remind(self) -> None:
        """Those who have not signed yet are written to, through the Table that gathers them."""
        for party in self._convention().signatories.missing():
            remind_party(party, by=self.cast.analyst)

    def _scan_papers(self, day: date, *, first: int) -> None:
        """Two sheets come back before they are recorded; later, one of the ``first`` missing, and
        another whose code was torn: it waits for a person."""
        for when, ranks, torn in (
            (day + timedelta(days=3), [3, 4], []),
            (date(2026, 11, 18), [first, first + 1], [first + 1]),
        ):
            self.on(when, self.cast.portal, self._render_convention, hour=13)
            self.on(when, self.coordination, partial(self._deposit, ranks, torn), hour=14)
            self.on(when, self.cast.portal, self._split, hour=15)

    def _render_convention(self) -> None:
        document = self._convention().document
        assert document is not None
        render_document(document.pk)

    def _deposit(self, ranks: list[int], torn: list[int]) -> None:
        file = scanned(self._convention(), ranks, torn=torn)
        receive_scan(self.alliance, by=self.coordination, file=file)

    def _split(self) -> None:
        for scan in Scan.objects.to_split().filter(alliance=self.alliance):
            split_scan(scan.pk)

    def _empower(self) -> None:
        today = clock.today()
        table, cycle = self.alliance.table, self.alliance.cycle
        lines = [
            f"{table}",
            f"Extrait du procès-verbal de la séance du {date_long(today - timedelta(days=8))}",
            "",
            f"Il est résolu de confirmer {table}",
            f"comme responsable de l'Alliance pour la solidarité {cycle.slug},",
            "et d'habiliter sa direction à signer la convention avec le ministère.",
            "",
            "Données fictives.",
        ]
        record_resolution(
            self.alliance,
            by=self.coordination,
            adopted_on=today - timedelta(days=8),
            file=paper("resolution.pdf", lines),
        )

    def _convention(self) -> Convention:
        return Convention.objects.get(alliance=self.alliance)

    def _draft(self) -> None:
        amount = Envelope.objects.get(alliance=self.alliance).amount
        assert amount is not None
        first = FiscalYear.of(self.profile.drafted_on).start
        years = list(range(first, 2029))
        waits = [("convention_signed", 0), ("plan_approved", 0)]
        waits += [("report_accepted", year - 1) for year in years[2:]]
        cycle = self.alliance.cycle
        create_convention(
            self.alliance,
            by=self.cast.analyst,
            amount=amount,
            starts_on=cycle.starts_on,
            ends_on=cycle.ends_on,
            tranches=[
                (year, part, kind, about)
                for year, part, (kind, about) in zip(
                    years, split_tranches(amount, len(years)), waits, strict=True
                )
            ],
        )

    def _send(self) -> None:
        send_convention(self._convention(), by=self.cast.analyst)

    def _sign(self, kind: str, mrc: Mrc | None = None) -> None:
        party = self._convention().signatories.get(kind=kind, mrc=mrc)
        by, signer = self.cast.analyst, f"Préfecture, {party.name}"
        if kind == Signatory.Kind.MINISTRY:
            by, signer = self.cast.delegate, str(self.cast.delegate)
        elif kind == Signatory.Kind.TABLE:
            by, signer = self.direction, str(self.direction)
        record_signature(party, by=by, signed_on=clock.today(), signer=signer)

    # --- Versements

    def recommend(self, year: int, day: date) -> None:
        self.on(
            day,
            self.cast.analyst,
            lambda: recommend_versement(
                self._versement(year), by=self.cast.analyst, note="La condition est remplie."
            ),
        )

    def authorise(self, year: int, day: date) -> None:
        """Authorised by the budget office; the portal renders the notice the same day."""
        budget = self.cast.budget
        self.on(day, budget, lambda: authorise_versement(self._versement(year), by=budget))
        self.on(day, self.cast.portal, lambda: self._render(year), hour=11)

    def pay(self, year: int, day: date) -> None:
        payments = self.cast.payments
        self.on(
            day,
            payments,
            lambda: confirm_payment(
                self._versement(year),
                by=payments,
                paid_on=day,
                reference=f"{self.reference}-{year}-{self.rank:03d}",
            ),
        )

    def settlement(
        self, year: int, sent_on: date, answered_on: date | None = None, rejected: str = ""
    ) -> Settlement:
        return Settlement(self.profile.slug, year, sent_on, answered_on, rejected)

    def send(self, year: int, day: date) -> None:
        """The payments office sends what is issued: this versement, and any other that waits."""
        self.on(day, self.cast.payments, lambda: self._send_issued(year), hour=14)

    def answer(self, year: int, day: date, *, rejected: str = "") -> None:
        """The finance system's file comes back: paid that day, or rejected with its reason."""
        self.on(day, self.cast.payments, lambda: self._answer(year, rejected), hour=15)

    def hold(self, year: int, day: date, reason: str) -> None:
        analyst = self.cast.analyst
        self.on(
            day, analyst, lambda: hold_versement(self._versement(year), by=analyst, reason=reason)
        )

    def _send_issued(self, year: int) -> None:
        payments = self.cast.payments
        if not PaymentLine.objects.filter(versement=self._versement(year)).exists():
            issued = sendable(payments).filter(authorised_at__lte=clock.now())
            create_batch(issued.values_list("pk", flat=True), by=payments)

    def _answer(self, year: int, rejected: str) -> None:
        line = PaymentLine.objects.get(versement=self._versement(year))
        notice = line.versement.notice
        assert notice is not None
        said: dict[str, Cell] = {
            "numero_lot": line.batch.document.number,
            "numero_avis": notice.number,
            "montant": line.amount,
            "statut": "rejeté" if rejected else "payé",
            "date": clock.today(),
            "reference": "" if rejected else f"FIN-{year}-{self.rank:03d}",
            "motif": rejected,
        }
        rows = [said]
        if rejected:
            # A line the portal cannot place is left aside, and says why.
            rows.append(said | {"numero_avis": "AV-2026-0900", "statut": "payé", "reference": "X"})
        file = csv_file(ANSWER_COLUMNS, [[row[name] for name in ANSWER_COLUMNS] for row in rows])
        answer, _is_new = read_answer(file, by=self.cast.payments)
        apply_answer(answer, by=self.cast.payments)

    def park(self, year: int, day: date, amount: Decimal, reason: str) -> None:
        """A disputed part waits, the rest goes on."""
        analyst = self.cast.analyst
        self.on(
            day,
            analyst,
            lambda: park_versement(self._versement(year), by=analyst, amount=amount, reason=reason),
        )

    # --- Recoveries

    def recover(self, year: int, day: date, kind: str, amount: Decimal, reason: str) -> None:
        """Proposed by the DGSQ, decided by the budget office; the letter is drawn the same day."""
        budget = self.cast.budget
        self.on(
            day,
            self.advisor,
            lambda: propose_recovery(
                self._versement(year), by=self.advisor, kind=kind, amount=amount, reason=reason
            ),
        )
        decided = day + timedelta(days=6)
        self.on(decided, budget, lambda: decide_recovery(self._recovery(), by=budget))
        self.on(decided, self.cast.portal, lambda: self._draw(self._recovery().letter), hour=11)

    def give_back(self, day: date) -> None:
        payments = self.cast.payments
        self.on(
            day,
            payments,
            lambda: receive_recovery(
                self._recovery(), by=payments, received_on=day, reference=f"REMB-{self.rank:03d}"
            ),
        )

    def _recovery(self) -> Recovery:
        return Recovery.objects.get(alliance=self.alliance)

    def _versement(self, year: int) -> Versement:
        return Versement.objects.get(alliance=self.alliance, fiscal_year=year, parked_from=None)

    def _render(self, year: int) -> None:
        self._draw(self._versement(year).notice)

    def _draw(self, document: Document | None) -> None:
        assert document is not None
        render_document(document.pk)
