"""Alliances with a signed convention, and reports in each state, through the services."""

from datetime import UTC, date, datetime
from decimal import Decimal

from alliances import clock
from alliances.models import Alliance, MilestoneKind, User
from conventions.services import create_convention, record_signature, send_convention
from reporting.models import AnnualReport, ReportingPeriod
from reporting.services.analysis import save_analysis
from reporting.services.reports import (
    LineEntry,
    accept_report,
    open_report,
    recommend_report,
    save_report,
    submit_report,
)
from tests.conventions.factories import room_for, with_resolution
from tests.factories import AllianceFactory, person

TEXTS = {
    "achievements": "Trente-quatre projets soutenus.\nDeux nouveaux comités.",
    "participation": "Trois sièges sur quatorze.",
}
LINES = {
    "administration": LineEntry(Decimal("18500.00"), "Un poste partagé."),
    "mobilisation": LineEntry(Decimal("61250.00")),
    "closing_balance": LineEntry(Decimal("0.00"), "La Table a avancé ces frais."),
}


# The tranches after the first, in dollars.
OTHERS = Decimal("1246420.50")


def signed_alliance(territory: str = "mauricie", *, others: Decimal = OTHERS) -> Alliance:
    """Its convention is signed: five tranches, the last three wait for a report."""
    alliance = AllianceFactory(territory)
    portal = User.objects.portal()
    first = Decimal("820000.00")
    waits = [
        (MilestoneKind.CONVENTION_SIGNED, 0),
        (MilestoneKind.PLAN_APPROVED, 0),
        (MilestoneKind.REPORT_ACCEPTED, 2024),
        (MilestoneKind.REPORT_ACCEPTED, 2025),
        (MilestoneKind.REPORT_ACCEPTED, 2026),
    ]
    with clock.at(datetime(2024, 11, 29, 15, tzinfo=UTC)):
        convention = create_convention(
            alliance,
            by=portal,
            amount=first + 4 * others,
            starts_on=date(2024, 11, 1),
            ends_on=date(2029, 3, 31),
            tranches=[
                (year, others if year > 2024 else first, kind, waited)
                for year, (kind, waited) in enumerate(waits, start=2024)
            ],
        )
        with_resolution(alliance, by=portal)
        room_for(alliance, convention.amount)
        send_convention(convention, by=portal)
        for signatory in convention.signatories.all():
            record_signature(
                signatory, by=portal, signed_on=date(2024, 11, 29), signer="Une personne"
            )
    return alliance


def period(year: int = 2024) -> ReportingPeriod:
    return ReportingPeriod.objects.get(cycle__slug="2024-2029", fiscal_year=year)


def seen(report: AnnualReport, *, by: User) -> AnnualReport:
    """``by`` answers each anomaly of the report."""
    words = {one.rule: "Expliqué par la Table." for one in report.anomalies.all()}
    save_analysis(report, by=by, checks={}, seen=words)
    return report


class Story:
    """The people around the report of one Alliance, and the report brought to a state."""

    def __init__(
        self, territory: str = "mauricie", *, year: int = 2024, others: Decimal = OTHERS
    ) -> None:
        self.alliance = signed_alliance(territory, others=others)
        self.period = period(year)
        place = self.alliance.territory
        self.coordination = person("coordination", place)
        self.direction = person("direction", place)
        self.partner = person("partner", place)
        self.advisor = person("advisor", place)
        self.analyst = person("analyst")

    def draft(self) -> AnnualReport:
        return open_report(self.alliance, self.period, by=self.coordination)

    def written(self) -> AnnualReport:
        report = self.draft()
        return save_report(
            report, by=self.coordination, texts=TEXTS, lines=LINES, revision=report.revision
        )

    def submitted(self) -> AnnualReport:
        return submit_report(self.written(), by=self.direction)

    def analysed(self) -> AnnualReport:
        """Submitted, each anomaly seen."""
        return seen(self.submitted(), by=self.advisor)

    def recommended(self) -> AnnualReport:
        return recommend_report(self.analysed(), by=self.advisor, note="Les dépenses suivent.")

    def accepted(self) -> AnnualReport:
        return accept_report(self.recommended(), by=self.analyst)
