"""What every act on a supported project asks: a day in order, and who acted before."""

from datetime import date

from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry
from fqis.models import Project
from fqis.wording import date_long, in_future, time_fr


def stale_project(project: Project) -> StaleAct:
    """Who made the last act on this project, and when, as the journal keeps it."""
    last = (
        JournalEntry.objects.filter(target_label="fqis.project", target_id=project.pk)
        .select_related("actor")
        .order_by("-at", "-pk")
        .first()
    )
    state = Project.State(project.state).label
    if last is None:
        return StaleAct(_("Ce projet est maintenant « %(state)s ».") % {"state": state})
    return StaleAct(
        _("Ce projet est « %(state)s » : %(who)s a agi le %(day)s à %(time)s.")
        % {
            "state": state,
            "who": last.actor,
            "day": date_long(last.at),
            "time": time_fr(last.at),
        }
    )


def check_day(on: date, earliest: date | None, *, what: str, field: str = "on") -> None:
    """Refuses a day to come, or before ``earliest``, the day of ``what``."""
    if in_future(on):
        raise Refusal(_("Cette date est dans le futur."), field=field)
    if earliest is not None and on < earliest:
        raise Refusal(
            _("Cette date ne peut précéder %(what)s du %(day)s.")
            % {"what": what, "day": date_long(earliest)},
            field=field,
        )


def check_supported(project: Project) -> None:
    """Refuses a project that nobody accepted."""
    if project.amount_granted is None:
        raise Refusal(_("Ce projet n’est pas accepté : rien ne peut y être consigné."))


def said(text: str, field: str, message: str, *, most: int = 2000) -> str:
    """``text`` without its edges; refuses an empty one with ``message``, and one too long."""
    text = text.strip()
    if not text:
        raise Refusal(message, field=field)
    if len(text) > most:
        raise Refusal(
            _("Ce texte dépasse %(most)s caractères. Raccourcissez-le.") % {"most": most},
            field=field,
        )
    return text
