"""The texts of a version: one writer never covers another without knowing."""

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.formatting import clean_html
from alliances.models import User
from plans.models import CanvasSection, PlanVersion, SectionText
from plans.opening import closed_words, opening_of
from plans.wording import moment_words

from .elements import SIGNED
from .locking import writable

MAX_CHARACTERS = 200_000


class TextConflict(StaleAct):
    """Somebody saved another text since this one was opened: both are here."""

    def __init__(self, message: str, *, mine: str, saved: SectionText) -> None:
        super().__init__(message)
        self.mine = mine
        self.saved = saved


def write_text(text: SectionText, *, by: User, html: str, revision: int) -> SectionText:
    """Writes ``html``, cleaned, in a text that is held with its version."""
    if len(html) > MAX_CHARACTERS:
        raise Refusal(
            _("Ce texte dépasse %(limit)s caractères. Raccourcissez-le.")
            % {"limit": f"{MAX_CHARACTERS:,}".replace(",", "\u00a0")},
            field="html",
        )
    cleaned = clean_html(html)
    if text.html == cleaned:
        return text
    if text.revision != revision and text.pk is not None:
        raise TextConflict(
            _("%(person)s a enregistré un autre texte dans cette section le %(moment)s.")
            % {"person": text.updated_by, "moment": moment_words(text.updated_at)},
            mine=cleaned,
            saved=text,
        )
    text.html, text.revision = cleaned, text.revision + 1
    text.updated_at, text.updated_by = clock.now(), by
    text.save(update_fields=["html", *SIGNED] if text.pk else None)
    return text


@transaction.atomic
def save_section_text(
    version: PlanVersion, section: CanvasSection, *, by: User, html: str, revision: int
) -> SectionText:
    """Saves what a person wrote in ``section``, cleaned. ``revision`` is that of the text they
    opened (0 when there was none).

    Refuses a frozen version, a section of another canvas or that a modification leaves closed, a
    text over the limit, and a text opened before somebody else saved another one
    (``TextConflict``).
    """
    version = writable(version.pk)
    if section.canvas_id != version.plan.canvas_id:
        raise Refusal(_("Cette section ne fait pas partie du canevas de ce plan."))
    if version.is_modification and not opening_of(version).has(section):
        raise Refusal(closed_words(section))
    text = SectionText.objects.filter(version=version, section=section).first()
    if text is None:
        text = SectionText(version=version, section=section, updated_by=by)
    return write_text(text, by=by, html=html, revision=revision)
