"""What was sent for signature and comes back on paper: a convention, and each of its avenants."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from alliances.models import Alliance
from conventions.models import Avenant, AvenantSignatory, Convention, Party, Signatory

CONVENTIONS = [Convention.State.SENT, Convention.State.SIGNED, Convention.State.ENDED]
AVENANTS = [Avenant.State.SENT, Avenant.State.SIGNED]


@dataclass(frozen=True)
class Paper:
    """One text and its parties; ``avenant`` is None for the convention itself."""

    convention: Convention
    avenant: Avenant | None = None

    @property
    def key(self) -> str:
        """Names the text in a form: « convention », « avenant-2 »."""
        return f"avenant-{self.avenant.number}" if self.avenant else "convention"

    @property
    def code(self) -> str:
        document = (self.avenant or self.convention).document
        return document.code if document else ""

    @property
    def parties(self) -> list[Party]:
        found: Sequence[Party] = list((self.avenant or self.convention).signatories.all())
        return sorted(found, key=lambda party: party.rank)

    def party_of(self, number: int, total: int) -> Party | None:
        """Whose signature sheet a page is: the last pages are the parties', in their order."""
        parties = self.parties
        place = number - (total - len(parties)) - 1
        return parties[place] if 0 <= place < len(parties) else None

    def sheet_title(self, party: Party) -> str:
        words = {"number": self.convention.number, "party": party.name[:150]}
        if self.avenant is None:
            return _("Convention %(number)s signée, %(party)s") % words
        return _("Avenant no %(n)s à la convention %(number)s signé, %(party)s") % (
            words | {"n": self.avenant.number}
        )

    @property
    def text_label(self) -> str:
        if self.avenant is None:
            return _("Texte de la convention")
        return _("Texte de l’avenant no %(n)s") % {"n": self.avenant.number}


def papers_of(alliance: Alliance) -> list[Paper]:
    """The last convention sent, then its avenants; nothing before it is sent. Four queries."""
    convention = (
        alliance.conventions.filter(state__in=CONVENTIONS, document__isnull=False)
        .select_related("document", "alliance__territory", "alliance__cycle")
        .prefetch_related(Prefetch("signatories", Signatory.objects.order_by("rank")))
        .order_by("-starts_on", "-pk")
        .first()
    )
    if convention is None:
        return []
    avenants = (
        Avenant.objects.filter(convention=convention, state__in=AVENANTS, document__isnull=False)
        .select_related("document")
        .prefetch_related(Prefetch("signatories", AvenantSignatory.objects.order_by("rank")))
        .order_by("number")
    )
    return [Paper(convention), *(Paper(convention, avenant) for avenant in avenants)]
