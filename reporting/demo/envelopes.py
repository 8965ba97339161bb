"""How two Tables share their envelope, and a move of money that nobody has decided yet."""

from datetime import date
from decimal import Decimal

from alliances.models import Alliance
from fqis.models import Envelope, EnvelopeSplit
from fqis.services import decide_split, propose_move, write_split
from fqis.services.splits import Part, Share

from .agenda import Agenda
from .chapter import Chapter
from .people import Cast

SHARES = {
    "administration": Share(
        Decimal("7.5"), "Une demi-tâche de comptabilité, l’audit annuel et le loyer (fictif)."
    ),
    "mobilisation": Share(
        Decimal("12.5"),
        "Une agente de mobilisation, le transport et la garde d’enfants des personnes en situation"
        " de pauvreté qui siègent (fictif).",
    ),
}


class Sharing(Chapter):
    """The sharing of one envelope: by percentages in Mauricie, by amounts in Estrie."""

    def share(self, day: date) -> None:
        self.on(day, self.coordination, self._write)
        self.on(date(day.year, day.month, day.day + 6), self.direction, self._decide)

    def change_mind(self, day: date) -> None:
        """A new sharing waits for the direction."""
        self.on(day, self.coordination, lambda: self._write(kept=Decimal(10)))

    def _envelope(self) -> Envelope:
        return Envelope.objects.select_related("alliance__cycle").get(alliance=self.alliance)

    def _write(self, *, kept: Decimal = Decimal(30)) -> None:
        mrcs = list(self.alliance.territory.mrcs.order_by("name"))
        envelope = self._envelope()
        assert envelope.amount is not None
        if self.profile.slug == "mauricie":
            each = ((100 - kept) / len(mrcs)).quantize(Decimal("0.1"))
            parts = [Part(mrc, percent=each) for mrc in mrcs]
        else:
            each = envelope.amount // (2 * len(mrcs)) // 1000 * 1000
            parts = [Part(mrc, amount=each) for mrc in mrcs]
            parts.append(Part(name="Communautés rurales", percent=Decimal(5)))
        write_split(envelope, by=self.coordination, parts=parts, shares=SHARES)

    def _decide(self) -> None:
        draft = EnvelopeSplit.objects.get(envelope=self._envelope(), state="draft")
        decide_split(draft, by=self.direction)


def propose_a_move(agenda: Agenda, cast: Cast, source: Alliance, target: Alliance) -> None:
    """From a territory whose convention is not signed: nothing there is committed."""

    def propose() -> None:
        found = Envelope.objects.select_related("alliance__territory")
        propose_move(
            found.get(alliance=source),
            found.get(alliance=target),
            by=cast.budget,
            amount=Decimal("150000.00"),
            reason="La convention tarde d’un exercice : une part ne sera pas dépensée (fictif).",
        )

    agenda.add(date(2026, 11, 18), cast.budget, propose)
