"""The sheets of an avenant come back scanned: filed beside those of the convention."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.tasks import render_document
from conventions import tasks
from conventions.avenants.services import record_avenant_signature
from conventions.models import Avenant, Convention, ScanPage
from conventions.scans import selectors as scan_selectors
from conventions.scans import services as scans
from conventions.scans.reading import Reading
from tests.factories import AllianceFactory, person

from .avenants import moved, sent_avenant
from .factories import sign
from .papers import as_pdf, blank, printed, scanned, sheets, sheets_of_document
from .test_scans import a_page, a_scan, code_of, deposit

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("laval")


class TestAvenant:
    """The sheets of an avenant come back with those of the convention, or alone."""

    @staticmethod
    def printed_avenant(alliance: Alliance) -> Avenant:
        signed = printed(alliance)
        for party in signed.signatories.all():
            sign(party)
        avenant = sent_avenant(Convention.objects.for_pages().get(pk=signed.pk), rows=moved(signed))
        assert avenant.document_id is not None
        assert render_document(avenant.document_id) == "rendered"
        return Avenant.objects.for_pages().get(pk=avenant.pk)

    def test_its_pages_are_filed_beside_those_of_the_convention(self, alliance: Alliance) -> None:
        avenant = self.printed_avenant(alliance)
        ours, text = sheets_of_document(avenant.document), sheets(avenant.convention)
        foreign = sheets(printed(AllianceFactory("montreal")))[0]
        scan = deposit(
            alliance,
            as_pdf([
                scanned(ours[-1], turned=180, skewed=1.0), scanned(text[0]), scanned(foreign),
                scanned(ours[0], skewed=-1.0), blank(),
            ]),
        )  # fmt: skip

        assert tasks.split_scan(scan.pk) == "split"

        found = list(scan.pages.order_by("position"))
        assert [page.problem for page in found] == ["", "", "foreign", "", "blank"]
        assert [page.avenant for page in found] == [avenant, None, None, avenant, None]
        last = avenant.signatories.order_by("rank").last()
        assert last is not None
        assert (found[0].avenant_party, found[0].signatory) == (last, None)
        assert found[0].document is not None
        assert found[0].document.title.startswith("Avenant no 1 à la convention")
        assert scan_selectors.where_it_is(found[0]) == (
            f"Feuille de signature de l’avenant no 1, {last.name}"
        )
        signed = record_avenant_signature(
            last, by=person("analyst"), signed_on=clock.today(), signer="Une personne"
        )
        assert signed.document == found[0].document

    def test_a_person_files_a_torn_sheet_with_the_avenant(self, alliance: Alliance) -> None:
        avenant = self.printed_avenant(alliance)
        party = avenant.signatories.get(kind="table")
        scan = a_scan(alliance, [Reading(1), Reading(2)])
        first, second = scan.pages.order_by("position")
        with pytest.raises(Refusal, match="autre convention"):
            scans.file_page(first, by=person("analyst"), party=party)

        filed = scans.file_page(first, by=person("analyst"), text="avenant-1", party=party)
        text = scans.file_page(second, by=person("analyst"), text="avenant-1")

        assert (filed.avenant, filed.avenant_party) == (avenant, party)
        assert (text.avenant, text.party) == (avenant, None)
        with pytest.raises(Refusal, match="autre document"):
            scans.file_page(a_page(alliance), by=person("analyst"), text="avenant-9")

    def test_the_database_refuses_a_page_of_another_text(self, alliance: Alliance) -> None:
        avenant = self.printed_avenant(alliance)
        convention = avenant.convention
        party, ours = avenant.signatories.latest("pk"), convention.signatories.latest("pk")
        page = a_page(alliance)
        filed: dict[str, Any] = {
            "convention": convention, "filed_at": clock.now(), "filed_by": person("analyst"),
        }  # fmt: skip
        for changes, rule in (
            ({"avenant": avenant, "code": code_of(convention)}, "autre convention"),
            ({"avenant": avenant, "avenant_party": party, "signatory": ours}, "one_text"),
            ({"avenant_party": party}, "autre convention|one_text"),
        ):
            with pytest.raises(DatabaseError, match=rule), transaction.atomic():
                ScanPage.objects.filter(pk=page.pk).update(**filed, **changes)
