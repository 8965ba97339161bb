"""The pages under « Projets »."""

from django.utils.translation import gettext as _

from alliances.models import Alliance


def project_pages(alliance: Alliance, current: str) -> list[dict[str, object]]:
    """In their order, ready for ``c-subnav``; ``current`` is the name of one."""
    pages = [
        ("projects", _("Registre")),
        ("calls", _("Appels")),
        ("committees", _("Comités")),
    ]
    return [
        {"label": label, "url": alliance.url(name), "current": name == current}
        for name, label in pages
    ]
