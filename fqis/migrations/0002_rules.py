"""The rules the database holds beyond each model's own: whose row it is, and what is the ministry's
own work, of which a Table reads nothing."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

# The split of a cycle, the moves between territories, the batches and answers of payments.
OF_THE_MINISTRY = [
    "fqis_allocation",
    "fqis_allocationline",
    "fqis_allocationfigure",
    "fqis_envelopemove",
    "fqis_envelopeamount",
    "fqis_paymentbatch",
    "fqis_paymentanswer",
    "fqis_paymentanswerline",
]
# Each after the tables that its rows belong to.
SCOPED = [
    "Call",
    "CallPriority",
    "CallPlace",
    "CallPaper",
    "CallExtension",
    "Project",
    "ProjectPlace",
    "Committee",
    "Sitting",
    "Decision",
    "ProjectAgreement",
    "ProjectInstalment",
    "FundingSource",
    "BudgetLine",
    "ProjectChange",
    "ProjectContinuation",
    "EligibilityCheck",
    "Criterion",
    "CommitteeMember",
    "Referral",
    "Score",
    "ConflictOfInterest",
    "Envelope",
    "RegisterImport",
    "ImportLine",
    "ImportFault",
    "Versement",
    "PaymentLine",
    "ProjectPayment",
    "ProjectExpense",
    "Recovery",
    "ProjectTally",
    "ProjectResult",
    "ResultTarget",
    "ResultPhoto",
    "ResultRequest",
    "SittingPresence",
    "SittingItem",
    "SittingWithdrawal",
    "EnvelopeSplit",
    "SubEnvelope",
    "EnvelopeShare",
]


class Migration(migrations.Migration):
    dependencies = [("fqis", "0001_initial"), ("conventions", "0002_rules"), ("plans", "0003_search")]

    operations = [
        *(ScopeByTerritory(model) for model in SCOPED),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
                f"CREATE POLICY ministry ON {table} USING ((select app_is_ministry()))"
                " WITH CHECK ((select app_is_ministry()))",
                f"DROP POLICY ministry ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            )
            for table in OF_THE_MINISTRY
        ),
    ]
