"""The only door to an Alliance's pages: what is outside your territories does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import Http404, HttpRequest, HttpResponseBase

from . import logs
from .cycle_words import words_of
from .models import Alliance, User
from .permissions import require
from .roles import VIEW


def person_of(request: HttpRequest) -> User:
    """The person behind a request that needed one."""
    return cast(User, request.user)


def get_alliance(user: User, territory: str, cycle: str) -> Alliance:
    """The Alliance at ``/alliances/<territory>/<cycle>/``; raises Http404 outside the person's
    territories, whether it exists or not."""
    alliance = (
        Alliance.objects.for_pages().filter(territory__slug=territory, cycle__slug=cycle).first()
    )
    if alliance is None:
        raise Http404
    require(user, VIEW, alliance)
    return alliance


AllianceView = Callable[..., HttpResponseBase]


def alliance_page(right: str = VIEW) -> Callable[[AllianceView], AllianceView]:
    """Gives the view its Alliance in place of the two slugs, asks for ``right`` (403), and speaks
    with the words of the Alliance's cycle."""

    def decorate(view: AllianceView) -> AllianceView:
        @wraps(view)
        def wrapped(
            request: HttpRequest, territory: str, cycle: str, *args: object, **kwargs: object
        ) -> HttpResponseBase:
            logs.add_context(territory=territory)
            alliance = get_alliance(request.user, territory, cycle)  # type: ignore[arg-type]
            require(request.user, right, alliance)  # type: ignore[arg-type]
            with words_of(alliance.cycle):
                return view(request, alliance, *args, **kwargs)

        return wrapped

    return decorate
