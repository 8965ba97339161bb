"""The texts of a version: one writer never covers another without knowing."""

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans.formatting import clean_html
from plans.models import CanvasSection, PlanVersion, SectionText
from plans.wording import moment_words

from .locking import writable

MAX_CHARACTERS = 200_000


class TextConflict(StaleAct):
    """Somebody saved another text since this one was opened: both are here."""

    def __init__(self, message: str, *, mine: str, saved: SectionText) -> None:
        super().__init__(message)
        self.mine = mine
        self.saved = saved


@transaction.atomic
def save_section_text(
    version: PlanVersion, section: CanvasSection, *, by: User, html: str, revision: int
) -> SectionText:
    """Saves what a person wrote in ``section``, cleaned. ``revision`` is that of the text they
    opened (0 when there was none).

    Refuses a frozen version, a section of another canvas, a text over the limit, and a text opened
    before somebody else saved another one (``TextConflict``).
    """
    writable(version.pk)
    if section.canvas_id != version.plan.canvas_id:
        raise Refusal(_("Cette section n’est pas du canevas de ce plan."))
    if len(html) > MAX_CHARACTERS:
        raise Refusal(
            _("Ce texte dépasse %(limit)s caractères. Raccourcissez-le.")
            % {"limit": f"{MAX_CHARACTERS:,}".replace(",", "\u00a0")},
            field="html",
        )
    cleaned = clean_html(html)
    text = (
        SectionText.objects.select_related("updated_by")
        .filter(version=version, section=section)
        .first()
    )
    if text is None:
        text = SectionText(version=version, section=section, updated_by=by)
    elif text.html == cleaned:
        return text
    elif text.revision != revision:
        raise TextConflict(
            _("%(person)s a enregistré un autre texte dans cette section le %(moment)s.")
            % {"person": text.updated_by, "moment": moment_words(text.updated_at)},
            mine=cleaned,
            saved=text,
        )
    if text.pk is None and not cleaned:
        return text
    text.html, text.revision = cleaned, text.revision + 1
    text.updated_at, text.updated_by = clock.now(), by
    text.save()
    return text
