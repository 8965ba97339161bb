from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alliances.models import Invitation

pytestmark = pytest.mark.django_db


def test_the_first_administrator_gets_a_link() -> None:
    told = StringIO()
    call_command("invite_admin", "premiere@dgssac.example", stdout=told)
    invitation = Invitation.objects.get(email="premiere@dgssac.example")
    assert invitation.role == "admin"
    assert "/invitation/" in told.getvalue()


def test_a_second_invitation_of_the_same_address_is_refused() -> None:
    call_command("invite_admin", "premiere@dgssac.example", stdout=StringIO())
    with pytest.raises(CommandError, match="attend déjà"):
        call_command("invite_admin", "premiere@dgssac.example", stdout=StringIO())
