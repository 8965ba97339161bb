"""An act on a page: one small form, one service, one sentence of what was done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise

from alliances.errors import Refusal
from alliances.models import User
from alliances.scoping import person_of


def ids_in(texts: Iterable[str]) -> set[int]:
    """The ids that an address or a form says; what is no id, or could be none, is left out."""
    return {int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) <= 18}


@dataclass(frozen=True)
class Act:
    """``run`` is the service; its keywords are the form's fields. ``done`` is a sentence with
    ``%(object)s``. ``kind``: that of the button; a danger act opens before it asks. ``page``:
    the route of the page that offers it, when its object has several; ``right``: what it
    asks, when the page checks it before the form."""

    slug: str
    label: str | Promise
    form: type[forms.Form]
    run: Callable[..., models.Model]
    done: str | Promise
    allowed: Callable[[User, Any], bool]
    kind: str = ""
    note: str | Promise = ""
    page: str = "project"
    right: str = ""


@dataclass(frozen=True)
class Offered:
    """An act that this person may do now, with its form and its address."""

    act: Act
    form: forms.Form
    url: str

    @property
    def is_open(self) -> bool:
        """Whether the form was refused and must be seen."""
        return self.form.is_bound


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """The refusal under its field, or at the top when the form has no such field."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))


def perform(request: HttpRequest, act: Act, target: models.Model, form: forms.Form) -> bool:
    """Runs the act when the form is right; leaves its refusals in the form."""
    if not form.is_valid():
        return False
    try:
        done = act.run(target, by=person_of(request), **form.cleaned_data)
    except Refusal as refusal:
        add_refusal(form, refusal)
        return False
    messages.success(request, str(act.done) % {"object": done})
    return True
