"""Administration of people, invitations and the team tab."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from alliances import clock
from alliances.models import Invitation, JournalEntry, Membership, User
from alliances.services import invitations, people
from alliances.tasks import send_invitations
from tests.factories import PASSWORD, AllianceFactory, UserFactory, person

pytestmark = pytest.mark.django_db
CHOSEN = "trois cailloux bleus"


def as_person(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def accept(client: Client, invitation: Invitation, **changes: str):
    typed = {
        "full_name": "Sylvie Roy",
        "language": "fr",
        "password1": CHOSEN,
        "password2": CHOSEN,
        **changes,
    }
    return client.post(invitations.link_of(invitation).removeprefix("http://localhost:8000"), typed)


@pytest.fixture
def invited() -> Invitation:
    alliance = AllianceFactory("mauricie")
    by = person("direction", "mauricie")
    return invitations.invite(
        "Sylvie@Exemple.example", "partner", by=by, territory=alliance.territory
    )


def test_the_worker_sends_the_letter_once_with_a_link_that_opens(
    client: Client, invited: Invitation
) -> None:
    assert send_invitations() == 1
    assert send_invitations() == 0
    (letter,) = mail.outbox
    assert letter.to == ["sylvie@exemple.example"]
    link = re.search(r"http://localhost:8000(/invitation/\S+)", letter.body)
    assert link is not None
    page = client.get(link[1])
    assert page.status_code == 200
    assert "sylvie@exemple.example" in page.text


def test_nothing_stored_is_enough_to_open_an_invitation(
    client: Client, invited: Invitation
) -> None:
    forged = f"{invited.pk}.{invited.round}~{'A' * 43}"
    assert client.get(f"/invitation/{forged}/").status_code == 410


def test_accepting_makes_the_account_gives_the_role_and_signs_in(
    client: Client, invited: Invitation
) -> None:
    response = accept(client, invited)
    assert response.status_code == 302
    user = User.objects.get(email="sylvie@exemple.example")
    assert user.check_password(CHOSEN)
    assert [one.role for one in Membership.objects.filter(user=user)] == ["partner"]
    assert client.session["_auth_user_id"] == str(user.pk)


def test_accepting_gives_every_role_the_address_was_invited_to(
    client: Client, invited: Invitation
) -> None:
    invitations.invite(
        invited.email,
        "advisor",
        by=person("admin"),
        territory=AllianceFactory("estrie").territory,
    )
    accept(client, invited)
    user = User.objects.get(email=invited.email)
    assert sorted(one.role for one in Membership.objects.filter(user=user)) == [
        "advisor",
        "partner",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password2": "autre chose du tout"}, "Les deux mots de passe diffèrent"),
        ({"password1": "court", "password2": "court"}, "12 caractères"),
        ({"full_name": ""}, "obligatoire"),
    ],
)
def test_accepting_refuses(
    client: Client, invited: Invitation, changes: dict[str, str], sentence: str
) -> None:
    response = accept(client, invited, **changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert not User.objects.filter(email=invited.email).exists()


def test_a_link_serves_once(client: Client, invited: Invitation) -> None:
    accept(client, invited)
    client.logout()
    response = accept(client, invited, full_name="Quelqu’un d’autre")
    assert response.status_code == 410
    assert User.objects.get(email=invited.email).full_name == "Sylvie Roy"


def test_a_link_expires(client: Client, invited: Invitation) -> None:
    with clock.at(invited.expires_at + timedelta(seconds=1)):
        assert accept(client, invited).status_code == 410


def test_sending_again_closes_the_former_link(client: Client, invited: Invitation) -> None:
    former = invitations.link_of(invited)
    again = invitations.resend(invited, by=person("admin"))
    assert client.get(former.removeprefix("http://localhost:8000")).status_code == 410
    assert accept(client, again).status_code == 302


def test_cancelling_closes_the_link(client: Client, invited: Invitation) -> None:
    admin = person("admin")
    response = as_person(client, admin).post(f"/personnes/invitations/{invited.pk}/annuler/")
    assert response.status_code == 302
    client.logout()
    assert accept(client, invited).status_code == 410


def test_inviting_twice_is_refused(client: Client, invited: Invitation) -> None:
    direction = person("direction", "mauricie")
    response = as_person(client, direction).post(
        "/alliances/mauricie/2024-2029/equipe/inviter/",
        {"email": "sylvie@exemple.example", "role": "partner", "language": "fr"},
    )
    assert response.status_code == 422
    assert "Une invitation attend déjà cette personne" in response.text


def test_inviting_somebody_who_has_an_account_gives_the_role(client: Client) -> None:
    AllianceFactory("mauricie")
    known = UserFactory(email="connue@exemple.example")
    as_person(client, person("coordination", "mauricie")).post(
        "/alliances/mauricie/2024-2029/equipe/inviter/",
        {"email": "Connue@exemple.example", "role": "partner", "language": "fr"},
    )
    assert Membership.objects.get(user=known).role == "partner"


@pytest.mark.parametrize("role", ["advisor", "analyst", "admin"])
def test_a_table_invites_only_into_the_table(client: Client, role: str) -> None:
    AllianceFactory("mauricie")
    response = as_person(client, person("direction", "mauricie")).post(
        "/alliances/mauricie/2024-2029/equipe/inviter/",
        {"email": "x@exemple.example", "role": role, "language": "fr"},
    )
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_the_inviter_sees_the_link_once(client: Client) -> None:
    AllianceFactory("mauricie")
    signed_in = as_person(client, person("direction", "mauricie"))
    response = signed_in.post(
        "/alliances/mauricie/2024-2029/equipe/inviter/",
        {"email": "x@exemple.example", "role": "partner", "language": "en"},
        follow=True,
    )
    assert "/invitation/" in response.text
    assert "/invitation/" not in signed_in.get("/alliances/mauricie/2024-2029/equipe/").text


def test_people_page_finds_by_name_role_and_territory(client: Client) -> None:
    person("advisor", "estrie", full_name="Karim Benali")
    person("direction", "mauricie", full_name="Maude Gélinas")
    signed_in = as_person(client, person("admin"))
    for query, seen, unseen in [
        ("q=benali", "Karim Benali", "Maude Gélinas"),
        ("role=direction", "Maude Gélinas", "Karim Benali"),
        ("territoire=estrie", "Karim Benali", "Maude Gélinas"),
    ]:
        text = signed_in.get(f"/personnes/?{query}").text
        assert seen in text
        assert unseen not in text


def test_people_export_holds_what_is_filtered(client: Client) -> None:
    person("advisor", "estrie", full_name="Karim Benali")
    response = as_person(client, person("admin")).get("/personnes/?role=advisor&export=csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Karim Benali;")
    assert "Conseil, DGSQ (Estrie)" in lines[1]
    assert len(lines) == 2


def test_giving_and_ending_a_role_changes_what_a_person_sees(client: Client) -> None:
    AllianceFactory("estrie")
    who = person("partner", "mauricie")
    admin = person("admin")
    estrie = AllianceFactory("estrie").territory
    as_person(client, admin).post(
        f"/personnes/{who.pk}/role/", {"role": "advisor", "territory": estrie.pk}
    )
    assert as_person(client, who).get("/alliances/estrie/2024-2029/equipe/").status_code == 200
    given = Membership.objects.get(user=who, role="advisor")
    as_person(client, admin).post(f"/personnes/roles/{given.pk}/retirer/", {"next": "/personnes/"})
    assert as_person(client, who).get("/alliances/estrie/2024-2029/equipe/").status_code == 404


def test_a_role_that_ends_before_it_starts_is_refused(client: Client) -> None:
    who = UserFactory()
    response = as_person(client, person("admin")).post(
        f"/personnes/{who.pk}/role/",
        {"role": "auditor", "starts_on": "2030-02-01", "ends_on": "2030-01-01"},
    )
    assert response.status_code == 422
    assert "La fin du rôle doit suivre son début." in response.text


def test_a_table_ends_only_its_own_roles(client: Client) -> None:
    AllianceFactory("mauricie")
    advisor = person("advisor", "mauricie").memberships.get()
    elsewhere = person("partner", "estrie").memberships.get()
    own = person("partner", "mauricie").memberships.get()
    signed_in = as_person(client, person("direction", "mauricie"))
    codes = [
        signed_in.post(f"/personnes/roles/{one.pk}/retirer/").status_code
        for one in (advisor, elsewhere, own)
    ]
    assert codes == [403, 404, 302]


def test_closing_an_account_closes_the_door(client: Client) -> None:
    who, admin = person("partner", "mauricie"), person("admin")
    as_person(client, admin).post(f"/personnes/{who.pk}/acces/", {"access": "close"})
    who.refresh_from_db()
    assert not who.is_active
    assert not Client().login(email=who.email, password=PASSWORD)
    assert JournalEntry.objects.filter(verb="close_account").exists()


def test_nobody_closes_their_own_account(identity: Callable[[User | None], None]) -> None:
    admin = person("admin")
    with pytest.raises(people.Refusal, match="Une autre personne"):
        people.set_access(admin, active=False, by=admin)


def test_only_who_manages_people_enters(client: Client) -> None:
    for role in ("direction", "analyst", "auditor"):
        place = "mauricie" if role == "direction" else None
        assert as_person(client, person(role, place)).get("/personnes/").status_code == 403
