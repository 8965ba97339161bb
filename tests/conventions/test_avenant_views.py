"""The avenants of the Convention tab, as each person sees them."""

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django.fixtures import DjangoAssertNumQueries

from alliances import clock
from conventions.avenants import selectors, services
from conventions.models import Avenant, Convention
from tests.factories import AllianceFactory, person

from .avenants import draft_avenant, moved, sent_avenant, sign_all, signed_avenant
from .factories import DRAFTED, signed_convention, signed_entente
from .test_views import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention() -> Convention:
    return signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))


def typed(convention: Convention, **changes: str) -> dict[str, str]:
    """The schedule as it is, as a browser sends it."""
    data = {"reason": "Un motif.", "revision": "", "tranche-INITIAL_FORMS": "0"}
    tranches = list(convention.tranches.all())
    data["tranche-TOTAL_FORMS"] = str(len(tranches))
    for index, one in enumerate(tranches):
        year = f":{one.waits_for_year}" if one.waits_for_year else ""
        data |= {
            f"tranche-{index}-tranche": str(one.pk),
            f"tranche-{index}-fiscal_year": str(one.fiscal_year),
            f"tranche-{index}-amount": f"{one.amount:.2f}".replace(".", ","),
            f"tranche-{index}-waits_for": f"{one.waits_for}{year}",
        }
    return data | changes


class TestPrepare:
    def test_the_tab_offers_it_to_the_analyst_alone(
        self, client: Client, convention: Convention
    ) -> None:
        url = convention.alliance.url
        for role, place, offered in (("analyst", None, True), ("direction", "laval", False)):
            client.force_login(person(role, place))
            assert (url("avenant_new") in text(client.get(url("convention")))) is offered

    def test_asks_first_what_it_opens(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        assert "Ouvrir ces parties" in text(client.get(url))
        assert "Cochez au moins une partie" in text(client.get(url, {"ouvrir": "1"}))

    def test_opens_only_the_chosen_parts(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        end = client.get(f"{url}?change=end").context["form"].fields
        amount = client.get(f"{url}?change=amount")

        assert set(end) == {"ends_on", "reason", "revision"}
        assert set(amount.context["form"].fields) == {"amount", "reason", "revision"}
        assert len(amount.context["tranches"].forms) == 5

    def test_what_is_not_open_is_not_read(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        client.post(
            f"{url}?change=end",
            typed(convention, ends_on="2029-03-31", amount="5,00", table="1"),
        )

        avenant = Avenant.objects.get()
        assert (avenant.ends_on, avenant.amount, avenant.table) == (date(2029, 3, 31), None, None)

    def test_writes_a_schedule(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")
        two = {"tranche-3-amount": "250 000,00", "tranche-4-amount": "150 000,00"}

        response = client.post(f"{url}?change=schedule", typed(convention, **two), follow=True)

        page = text(response)
        assert "Le brouillon de l’avenant no 1 est enregistré" in page
        assert "250 000,00 $" in page
        assert page.count("Modifiée") == 2

    def test_a_refusal_keeps_what_was_typed(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        same = client.post(f"{url}?change=schedule", typed(convention))
        short = client.post(
            f"{url}?change=schedule", typed(convention, **{"tranche-4-amount": "199 999,00"})
        )

        assert (same.status_code, short.status_code) == (422, 422)
        assert "ne change rien" in text(same)
        assert "il manque 1,00 $" in text(short)
        assert "199 999,00" in text(short)

    def test_a_tranche_of_elsewhere_is_refused(
        self, client: Client, convention: Convention
    ) -> None:
        other = signed_convention(AllianceFactory("montreal")).tranches.get(rank=5)
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        response = client.post(
            f"{url}?change=schedule", typed(convention, **{"tranche-4-tranche": str(other.pk)})
        )

        assert response.status_code == 422
        assert "a changé pendant que vous écriviez" in text(response)

    def test_a_table_of_elsewhere_is_refused(self, client: Client, convention: Convention) -> None:
        other = AllianceFactory("montreal").table
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        response = client.post(
            f"{url}?change=parties",
            typed(convention, table=str(other.pk), fiduciary=""),
        )

        assert response.status_code == 422
        assert response.context["form"].errors["table"]

    def test_adds_a_row_without_javascript(self, client: Client, convention: Convention) -> None:
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")

        response = client.post(
            f"{url}?change=schedule", typed(convention, add_tranche="1", reason="")
        )

        rows = response.context["tranches"].forms
        assert len(rows) == 6
        assert rows[0].initial["tranche"] == str(convention.tranches.get(rank=1).pk)

    def test_a_second_analyst_is_told_who_began(
        self, client: Client, convention: Convention
    ) -> None:
        draft_avenant(
            convention, by=person("analyst", full_name="Sophie Lavoie"), rows=moved(convention)
        )
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_new")
        assert client.get(url).status_code == 302

        response = client.post(f"{url}?change=end", typed(convention, ends_on="2029-03-31"))

        assert "Sophie Lavoie a déjà préparé l’avenant no 1" in text(response)

    def test_an_old_page_changes_nothing(self, client: Client, convention: Convention) -> None:
        avenant = draft_avenant(convention, ends_on=date(2029, 3, 31))
        client.force_login(person("analyst", full_name="Marc Roy"))
        url = convention.alliance.url("avenant_edit", avenant.number)
        page = client.get(url)
        assert page.context["form"].initial["ends_on"] == date(2029, 3, 31)
        client.post(url, {"ends_on": "2028-12-31", "reason": "x", "revision": "0"})

        response = client.post(url, {"ends_on": "2028-11-30", "reason": "x", "revision": "0"})

        assert response.status_code == 422
        assert "Marc Roy a modifié ce brouillon" in text(response)
        avenant.refresh_from_db()
        assert avenant.ends_on == date(2028, 12, 31)


class TestPage:
    def test_a_draft_is_the_ministry_s(self, client: Client, convention: Convention) -> None:
        avenant = draft_avenant(convention, rows=moved(convention))
        url = convention.alliance.url("avenant", avenant.number)
        for role, place, status in (
            ("analyst", None, 200),
            ("advisor", "laval", 200),
            ("direction", "laval", 404),
            ("auditor", None, 404),
            ("direction", "mauricie", 404),
        ):
            client.force_login(person(role, place))
            assert client.get(url).status_code == status, role

    def test_sends_once(self, client: Client, convention: Convention) -> None:
        avenant = draft_avenant(convention, rows=moved(convention))
        client.force_login(person("analyst", full_name="Sophie Lavoie"))
        url = convention.alliance.url("avenant_send", avenant.number)

        first = client.post(url, {"revision": "0"}, follow=True)
        second = client.post(url, {"revision": "0"}, follow=True)

        assert "L’avenant no 1 est envoyé" in text(first)
        assert "Sophie Lavoie a déjà envoyé l’avenant no 1" in text(second)

    def test_withdraws_with_a_reason(self, client: Client, convention: Convention) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))
        client.force_login(person("analyst"))
        url = convention.alliance.url("avenant_withdraw", avenant.number)

        empty = client.post(url, {"reason": ""}, follow=True)
        done = client.post(url, {"reason": "À revoir."}, follow=True)

        assert "Écrivez le motif" in text(empty)
        assert "L’avenant no 1 est retiré" in text(done)
        assert "À revoir." in text(done)

    def test_the_number_of_another_alliance_does_not_exist(
        self, client: Client, convention: Convention
    ) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))
        other = signed_convention(AllianceFactory("montreal")).alliance
        client.force_login(person("analyst"))

        party = avenant.signatories.get(kind="table")
        for page in (other.url("avenant", 1), other.url("avenant_sign", party.pk)):
            assert client.get(page).status_code == 404

    def test_costs_the_same_whatever_the_chain(
        self,
        client: Client,
        convention: Convention,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client.force_login(person("direction", "laval"))
        counts = []
        for day in (date(2028, 6, 30), date(2028, 9, 30)):
            signed_avenant(Convention.objects.for_pages().get(pk=convention.pk), ends_on=day)
            client.get(convention.alliance.url("convention"))
            with django_assert_max_num_queries(40) as captured:
                client.get(convention.alliance.url("convention"))
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestSign:
    def test_the_table_then_the_delegate_sign(self, client: Client, convention: Convention) -> None:
        avenant = sent_avenant(convention, ends_on=date(2029, 3, 31))
        url = convention.alliance.url
        day = clock.today().isoformat()
        for role, place, kind in (("direction", "laval", "table"), ("delegate", None, "ministry")):
            signer = person(role, place)
            [todo] = selectors.todo(signer)
            party = avenant.signatories.get(kind=kind)
            assert todo.url == url("avenant_sign", party.pk)
            assert todo.title == "Signer l’avenant no 1"
            client.force_login(signer)
            assert "31 mars 2029" in text(client.get(todo.url))
            response = client.post(todo.url, {"signer": str(signer), "signed_on": day}, follow=True)

        assert "L’avenant no 1 est signé par toutes les parties" in text(response)
        convention.refresh_from_db()
        assert convention.ends_on == date(2029, 3, 31)
        assert selectors.todo(person("analyst")) == []

    @pytest.mark.parametrize("role", ["coordination", "partner"])
    def test_is_not_for_who_does_not_sign(
        self, client: Client, convention: Convention, role: str
    ) -> None:
        table = sent_avenant(convention, rows=moved(convention)).signatories.get(kind="table")
        client.force_login(person(role, "laval"))

        assert client.get(convention.alliance.url("avenant_sign", table.pk)).status_code == 403
        assert selectors.todo(person(role, "laval")) == []

    def test_the_analyst_sees_what_waits(self, convention: Convention) -> None:
        draft = draft_avenant(convention, ends_on=date(2029, 3, 31))
        analyst = person("analyst")
        assert selectors.todo(analyst)[0].title == "Envoyer l’avenant no 1 en signature"

        services.send_avenant(draft, by=analyst)

        assert selectors.todo(analyst)[0].title == "Consigner 1 signature de l’avenant no 1"
        [waiting] = selectors.waiting(person("coordination", "laval"))
        assert waiting.what == "2 signatures de l’avenant no 1"
        assert selectors.waiting(person("coordination", "mauricie")) == []


class TestInForce:
    @pytest.mark.parametrize(
        ("day", "number", "avenants"),
        [("2023-02-28", "E-13-2018", "aucun"), ("2024-10-31", "E-13-2018", "no 1"),
         ("2024-11-01", "C-13-2024", "aucun")],
    )  # fmt: skip
    def test_answers_for_any_day_across_cycles(
        self, client: Client, day: str, number: str, avenants: str
    ) -> None:
        entente = signed_entente(AllianceFactory("laval", "2017-2024"))
        with clock.at(datetime(2023, 3, 1, 9, tzinfo=DRAFTED.tzinfo)):
            signed_avenant(entente, ends_on=date(2024, 10, 31))
        current = signed_convention(AllianceFactory("laval")).alliance
        client.force_login(person("coordination", "laval"))

        page = text(client.get(current.url("convention_on"), {"le": day}))

        assert f"convention {number}" in page
        assert avenants in page.split("Avenants compris")[1].split("</section")[0]

    @pytest.mark.parametrize(
        ("day", "status"), [("2010-01-01", 200), ("hier", 422), ("0000-00-00", 422)]
    )
    def test_says_so_when_there_is_none(
        self, client: Client, convention: Convention, day: str, status: int
    ) -> None:
        client.force_login(person("coordination", "laval"))

        response = client.get(convention.alliance.url("convention_on"), {"le": day})

        assert response.status_code == status


def test_the_pdf_says_before_and_after(worker: Callable[[], int]) -> None:
    convention = signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))
    avenant = sent_avenant(convention, ends_on=date(2029, 3, 31), rows=moved(convention))
    worker()

    assert avenant.document is not None
    avenant.document.refresh_from_db()
    pages = PdfReader(io.BytesIO(avenant.document.file.read())).pages
    said = " ".join(page.extract_text() for page in pages).replace("\u00a0", " ")
    for words in ("Avenant no 1", "C-13-2024", "31 mars 2028", "31 mars 2029", "Total"):
        assert words in said
    assert sign_all(avenant).state == "signed"
