"""What an avenant changes, said in few words."""

from django.utils.translation import gettext as _

from alliances.templatetags.portal import date_long, money
from conventions.models import Avenant


def words_of_changes(avenant: Avenant) -> list[str]:
    """« fin reportée au 31 octobre 2024 », « montant porté à 1 200 000,00 $ »…"""
    found = []
    if avenant.ends_on is not None:
        found.append(_("fin reportée au %(day)s") % {"day": date_long(avenant.ends_on)})
    if avenant.amount is not None:
        said = (
            _("montant porté à %(amount)s")
            if avenant.amount > avenant.was_amount
            else _("montant ramené à %(amount)s")
        )
        found.append(said % {"amount": money(avenant.amount)})
    if avenant.lines.all():
        found.append(_("échéancier modifié"))
    if avenant.table is not None and avenant.table != avenant.was_table:
        found.append(_("nouvelle Table : %(name)s") % {"name": avenant.table.name})
    if avenant.table is not None and avenant.fiduciary != avenant.was_fiduciary:
        found.append(
            _("nouveau fiduciaire : %(name)s") % {"name": avenant.fiduciary.name}
            if avenant.fiduciary
            else _("plus de fiduciaire")
        )
    return found


def in_words(avenant: Avenant) -> str:
    return ", ".join(words_of_changes(avenant))
