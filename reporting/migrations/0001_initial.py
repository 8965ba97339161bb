import alliances.clock
import alliances.money
import alliances.whole
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import reporting.models.exports
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alliances', '0001_initial'),
    ]

    operations = [
        alliances.whole.CreateModels([
            migrations.CreateModel(
                name='ReportingPeriod',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                    ('opens_on', models.DateField(verbose_name='ouverture')),
                    ('due_on', models.DateField(verbose_name='à transmettre au plus tard le')),
                    ('analysis_due_on', models.DateField(verbose_name='analyse attendue le')),
                    ('variance_threshold', models.PositiveSmallIntegerField(default=25, help_text='En pourcentage; le guide laisse ce seuil à confirmer.', verbose_name='écart à expliquer')),
                    ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='alliances.cycle')),
                ],
                options={
                    'ordering': ['fiscal_year'],
                    'constraints': [models.UniqueConstraint(fields=('cycle', 'fiscal_year'), name='period_once'), models.CheckConstraint(condition=models.Q(('analysis_due_on__gt', models.F('due_on')), ('due_on__gt', models.F('opens_on'))), name='period_dates_in_order'), models.CheckConstraint(condition=models.Q(('variance_threshold__range', (1, 100))), name='period_threshold_in_range')],
                },
            ),
            migrations.CreateModel(
                name='Export',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', django_fsm.FSMField(choices=[('waiting', 'En attente'), ('making', 'En préparation'), ('ready', 'Prêt'), ('failed', 'En échec'), ('expired', 'Expiré')], default='waiting', max_length=50, protected=True)),
                    ('language', models.CharField(default='fr', max_length=2)),
                    ('asked_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('seen_at', models.DateTimeField(editable=False, null=True)),
                    ('done', models.PositiveIntegerField(default=0)),
                    ('total', models.PositiveIntegerField(default=0)),
                    ('file', models.FileField(blank=True, upload_to=reporting.models.exports.export_path)),
                    ('size', models.PositiveBigIntegerField(help_text='En octets.', null=True)),
                    ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte')),
                    ('made_at', models.DateTimeField(editable=False, null=True)),
                    ('expires_at', models.DateTimeField(editable=False, null=True)),
                    ('failure', models.CharField(blank=True, max_length=40)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='alliances.alliance')),
                    ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['-asked_at', '-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'making'])), fields=('alliance', 'asked_by'), name='export_one_at_work', violation_error_message='Votre dossier complet est déjà en préparation.'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ready', 'expired']), _negated=True), models.Q(('expires_at__gt', models.F('made_at')), ('expires_at__isnull', False), ('made_at__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('size__gt', 0), ('size__isnull', False)), _connector='OR'), name='export_ready_has_file'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), models.Q(('file', ''), _negated=True)), models.Q(models.Q(('state', 'ready'), _negated=True), ('file', '')), _connector='OR'), name='export_file_while_ready'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('failure', ''), _negated=True), _connector='OR'), name='export_failed_has_reason')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='AnnualReport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', django_fsm.FSMField(choices=[('draft', 'Brouillon'), ('submitted', 'Transmise'), ('returned', 'Retournée'), ('recommended', 'Recommandée'), ('accepted', 'Acceptée')], default='draft', max_length=50, protected=True)),
                    ('achievements', models.TextField(blank=True, verbose_name='réalisations de l’année')),
                    ('difficulties', models.TextField(blank=True, verbose_name='difficultés et ajustements')),
                    ('participation', models.TextField(blank=True, verbose_name='participation des personnes en situation de pauvreté')),
                    ('good_practices', models.TextField(blank=True, verbose_name='pratiques gagnantes')),
                    ('next_year', models.TextField(blank=True, verbose_name='l’année qui vient')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(editable=False, null=True)),
                    ('figures', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('submitted_at', models.DateTimeField(editable=False, null=True)),
                    ('returned_at', models.DateTimeField(editable=False, null=True)),
                    ('return_reason', models.TextField(blank=True, editable=False, verbose_name='motif du retour')),
                    ('recommended_at', models.DateTimeField(editable=False, null=True)),
                    ('recommendation', models.TextField(blank=True, editable=False, verbose_name='recommandation')),
                    ('held_amount', alliances.money.MoneyField(editable=False, null=True, verbose_name='partie retenue')),
                    ('held_reason', models.TextField(blank=True, editable=False, verbose_name='motif de la retenue')),
                    ('accepted_at', models.DateTimeField(editable=False, null=True)),
                    ('accepted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='alliances.alliance')),
                    ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                    ('recommended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('returned_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submitted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='reporting.reportingperiod')),
                ],
                options={
                    'ordering': ['alliance', 'period__fiscal_year'],
                    'constraints': [models.UniqueConstraint(fields=('alliance', 'period'), name='report_once_a_year'), models.CheckConstraint(condition=models.Q(models.Q(('updated_at', None), ('updated_by', None)), models.Q(('updated_at__isnull', False), ('updated_by__isnull', False)), _connector='OR'), name='report_updated_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('submitted_at', None), ('submitted_by', None)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='report_submitted_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('returned_at', None), ('returned_by', None)), models.Q(('returned_at__isnull', False), ('returned_by__isnull', False)), _connector='OR'), name='report_returned_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('recommended_at', None), ('recommended_by', None)), models.Q(('recommended_at__isnull', False), ('recommended_by__isnull', False)), _connector='OR'), name='report_recommended_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', None)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='report_accepted_at_and_by'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'returned']), ('submitted_at__isnull', False), _connector='OR'), name='report_submitted_first'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('returned_at__isnull', False), models.Q(('return_reason', ''), _negated=True)), _connector='OR'), name='report_return_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['recommended', 'accepted']), _negated=True), models.Q(('recommended_at__isnull', False), models.Q(('recommendation', ''), _negated=True)), _connector='OR'), name='report_recommended_first'), models.CheckConstraint(condition=models.Q(models.Q(('held_amount', None), ('held_reason', '')), models.Q(models.Q(('held_reason', ''), _negated=True), ('held_amount__gt', 0), ('held_amount__isnull', False)), _connector='OR'), name='report_held_part_has_reason', violation_error_message='Dites pourquoi une partie du versement est retenue.'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted_at', None)), _connector='OR'), name='report_accepted_has_author'), models.CheckConstraint(condition=models.Q(('accepted_by', None), models.Q(('accepted_by', models.F('recommended_by')), _negated=True), _connector='OR'), name='report_two_persons', violation_error_message='Une autre personne que celle qui a recommandé doit accepter.')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='FinancialLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('category', models.CharField(choices=[('administration', 'Frais d’administration'), ('mobilisation', 'Coordination et mobilisation'), ('other_income', 'Autres revenus'), ('closing_balance', 'Solde de fermeture déclaré')], max_length=16)),
                    ('amount', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant')),
                    ('note', models.CharField(blank=True, max_length=500, verbose_name='explication')),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='reporting.annualreport')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['report', 'category'],
                    'constraints': [models.UniqueConstraint(fields=('report', 'category'), name='financial_line_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='financial_line_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='ReportExtension',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('was_due_on', models.DateField(verbose_name='échéance d’avant')),
                    ('due_on', models.DateField(verbose_name='nouvelle échéance')),
                    ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                    ('granted_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.alliance')),
                    ('granted_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='reporting.reportingperiod')),
                ],
                options={
                    'ordering': ['alliance', 'period', 'granted_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('was_due_on'))), name='report_extension_is_later', violation_error_message='La nouvelle échéance suit celle d’avant.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='report_extension_has_reason', violation_error_message='Dites pourquoi le délai est accordé.'), models.UniqueConstraint(fields=('alliance', 'period', 'was_due_on'), name='report_extension_once', violation_error_message='Un délai est déjà accordé depuis cette échéance.')],
                },
            ),
            migrations.CreateModel(
                name='ReportReminder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('due_on', models.DateField()),
                    ('offset_days', models.SmallIntegerField(help_text='En jours.')),
                    ('sent_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.alliance')),
                    ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='reporting.reportingperiod')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['alliance', 'period', 'due_on', 'offset_days'],
                    'constraints': [models.UniqueConstraint(fields=('alliance', 'period', 'due_on', 'offset_days'), name='report_reminder_once'), models.CheckConstraint(condition=models.Q(('offset_days__in', [-30, -7, 1, 7, 30])), name='report_reminder_offset_known')],
                },
            ),
            migrations.CreateModel(
                name='ReviewEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('check', 'Vérification'), ('anomaly', 'Anomalie'), ('back', 'Retour à la DGSQ')], max_length=8)),
                    ('point', models.CharField(blank=True, max_length=20)),
                    ('answer', models.CharField(blank=True, choices=[('yes', 'Oui'), ('no', 'Non'), ('na', 'Sans objet'), ('seen', 'Vu')], max_length=4)),
                    ('word', models.TextField(blank=True, max_length=5000, verbose_name='mot')),
                    ('said_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='reporting.annualreport')),
                    ('said_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['report', 'said_at', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('point', ''), _negated=True), ('answer__in', ['yes', 'no', 'na']), ('kind', 'check')), models.Q(models.Q(('point', ''), _negated=True), models.Q(('word', ''), _negated=True), ('answer', 'seen'), ('kind', 'anomaly')), models.Q(models.Q(('word', ''), _negated=True), ('answer', ''), ('kind', 'back'), ('point', '')), _connector='OR'), name='review_entry_is_whole')],
                },
            ),
            migrations.CreateModel(
                name='Anomaly',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rule', models.CharField(choices=[('unbalanced', 'L’état financier ne balance pas'), ('no-project', 'Des dépenses et aucun projet soutenu'), ('people-halved', 'Deux fois moins de personnes rejointes'), ('orphans', 'Des projets sans priorité en vigueur'), ('late-results', 'Des résultats en retard')], max_length=16)),
                    ('found', models.JSONField(default=dict)),
                    ('found_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to='reporting.annualreport')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['report', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('report', 'rule'), name='anomaly_once')],
                },
            ),
        ]),
        alliances.whole.AddTriggers(
            triggers=[('export', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='40f854d29674213025498754326208711774910d', operation='DELETE', pgid='pgtrigger_never_deleted_d4c0a', table='reporting_export', when='BEFORE'))), ('export', pgtrigger.compiler.Trigger(name='asked_by_a_reader', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_user_groups g\n                        JOIN alliances_territorygrouppermission p ON p.group_id = g.group_id\n                        JOIN auth_permission a ON a.id = p.permission_id\n                        WHERE g.user_id = NEW.asked_by_id\n                          AND p.content_object_id = NEW.territory_id\n                          AND a.codename = 'view_journal'\n                    ) THEN\n                        RAISE EXCEPTION 'Cette personne ne lit pas tout le dossier.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'export_by_a_reader';\n                    END IF;\n                    RETURN NEW;\n                ", hash='de0cc01d303485fb31441e7ff908c0e085d6f241', operation='INSERT', pgid='pgtrigger_asked_by_a_reader_33933', table='reporting_export', when='BEFORE'))), ('export', pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF ROW(OLD.alliance_id, OLD.territory_id, OLD.asked_by_id, OLD.asked_at)\n                       IS DISTINCT FROM\n                       ROW(NEW.alliance_id, NEW.territory_id, NEW.asked_by_id, NEW.asked_at)\n                    OR OLD.state IN ('failed', 'expired')\n                    OR (OLD.state = 'ready' AND (\n                        NEW.state NOT IN ('ready', 'expired')\n                        OR ROW(OLD.size, OLD.sha256, OLD.made_at, OLD.expires_at)\n                           IS DISTINCT FROM ROW(NEW.size, NEW.sha256, NEW.made_at, NEW.expires_at)\n                    )) THEN\n                        RAISE EXCEPTION 'Un dossier complet ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'export_frozen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8f564f32ca105fb69891dead5855188a164baff8', operation='UPDATE', pgid='pgtrigger_frozen_74799', table='reporting_export', when='BEFORE')))],
        ),
        alliances.whole.AddTriggers(
            triggers=[('anomaly', pgtrigger.compiler.Trigger(name='frozen_with_report', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reporting_annualreport r\n        WHERE r.id = coalesce(NEW.report_id, OLD.report_id)\n          AND r.state NOT IN ('draft', 'returned')\n    ) THEN\n        RAISE EXCEPTION 'Une reddition transmise ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='15d4f8278ec4f735eb259444c329dbd8274d6f75', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_report_f9595', table='reporting_anomaly', when='BEFORE'))), ('financialline', pgtrigger.compiler.Trigger(name='frozen_with_report', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM reporting_annualreport r\n        WHERE r.id = coalesce(NEW.report_id, OLD.report_id)\n          AND r.state NOT IN ('draft', 'returned')\n    ) THEN\n        RAISE EXCEPTION 'Une reddition transmise ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='b04e585d594a2a5d6e9f36756f260a32199677d0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_report_73031', table='reporting_financialline', when='BEFORE'))), ('reportextension', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='994e9f7fece484e6455d48502b574cbe39da6f25', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3d455', table='reporting_reportextension', when='BEFORE'))), ('reportextension', pgtrigger.compiler.Trigger(name='from_the_present_day', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.was_due_on IS DISTINCT FROM coalesce(\n                        (SELECT max(x.due_on) FROM reporting_reportextension x\n                         WHERE x.alliance_id = NEW.alliance_id AND x.period_id = NEW.period_id),\n                        (SELECT p.due_on FROM reporting_reportingperiod p\n                         WHERE p.id = NEW.period_id))\n                    THEN\n                        RAISE EXCEPTION 'Un délai part de l’échéance actuelle.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'report_extension_from_present';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM reporting_annualreport r\n                        WHERE r.alliance_id = NEW.alliance_id AND r.period_id = NEW.period_id\n                          AND r.submitted_at IS NOT NULL)\n                    THEN\n                        RAISE EXCEPTION 'Cette reddition est déjà transmise.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'report_extension_before_submission';\n                    END IF;\n                    RETURN NEW;\n                ", hash='b4942ca46cf81582a38a3a7be0445130660913a6', operation='INSERT', pgid='pgtrigger_from_the_present_day_b6271', table='reporting_reportextension', when='BEFORE'))), ('annualreport', pgtrigger.compiler.Trigger(name='kept_once_submitted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'draft\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c650d4e3f8b0ce625fdd9cb16b2a58bc4016ed5e', operation='DELETE', pgid='pgtrigger_kept_once_submitted_2822a', table='reporting_annualreport', when='BEFORE'))), ('annualreport', pgtrigger.compiler.Trigger(name='content_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" IN (\'draft\', \'returned\')))', func="\n                    IF ROW(OLD.achievements, OLD.difficulties, OLD.participation,\n                           OLD.good_practices, OLD.next_year, OLD.figures, OLD.alliance_id,\n                           OLD.period_id)\n                       IS DISTINCT FROM\n                       ROW(NEW.achievements, NEW.difficulties, NEW.participation,\n                           NEW.good_practices, NEW.next_year, NEW.figures, NEW.alliance_id,\n                           NEW.period_id)\n                       OR (OLD.state = 'accepted' AND ROW(\n                           NEW.state, NEW.recommendation, NEW.held_amount, NEW.held_reason)\n                           IS DISTINCT FROM ROW(\n                           OLD.state, OLD.recommendation, OLD.held_amount, OLD.held_reason))\n                    THEN\n                        RAISE EXCEPTION 'Une reddition transmise ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_frozen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='c179afc60523de19364aa3df0df4ec08d0158c15', operation='UPDATE', pgid='pgtrigger_content_frozen_9fd94', table='reporting_annualreport', when='BEFORE'))), ('annualreport', pgtrigger.compiler.Trigger(name='statement_balances', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'draft\', \'returned\') AND NOT (NEW."state" IN (\'draft\', \'returned\')))', func="\n    DECLARE known record; typed record; closing record; remains numeric;\n    BEGIN\n        SELECT * INTO known FROM reporting_known_money(NEW.id);\n        IF ROW((NEW.figures->>'opening_balance')::numeric, (NEW.figures->>'received')::numeric,\n               (NEW.figures->>'paid_to_projects')::numeric)\n           IS DISTINCT FROM ROW(known.opening, known.received, known.paid)\n           OR known.paid IS DISTINCT FROM (\n               SELECT coalesce(sum((one->>'amount')::numeric), 0)\n               FROM jsonb_array_elements(NEW.figures->'by_priority') one)\n        THEN\n            RAISE EXCEPTION 'Les montants connus du portail ne sont pas ceux de ses lignes.'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_known';\n        END IF;\n        SELECT sum(amount) FILTER (WHERE category = 'administration') AS administration,\n               sum(amount) FILTER (WHERE category = 'mobilisation') AS mobilisation,\n               coalesce(sum(amount) FILTER (WHERE category = 'other_income'), 0) AS income\n        INTO typed FROM reporting_financialline WHERE report_id = NEW.id;\n        SELECT amount, note INTO closing FROM reporting_financialline\n        WHERE report_id = NEW.id AND category = 'closing_balance';\n        remains := known.opening + known.received + typed.income\n            - typed.administration - typed.mobilisation - known.paid;\n        IF remains IS NULL OR closing.amount IS NULL THEN\n            RAISE EXCEPTION 'L’état financier n’est pas complet.'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_whole';\n        END IF;\n        IF closing.amount <> remains AND btrim(closing.note) = '' THEN\n            RAISE EXCEPTION 'L’état financier ne balance pas, et rien ne l’explique.'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_balances';\n        END IF;\n        RETURN NEW;\n    END;\n", hash='eb6c081ebf51ee4a02e43c83969176377e0041ee', operation='UPDATE', pgid='pgtrigger_statement_balances_9350c', table='reporting_annualreport', when='BEFORE'))), ('annualreport', pgtrigger.compiler.Trigger(name='anomalies_answered', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'submitted' AND NEW.state = 'recommended')", func="\n    IF EXISTS (\n        SELECT 1 FROM reporting_anomaly a WHERE a.report_id = NEW.id AND NOT EXISTS (\n            SELECT 1 FROM reporting_reviewentry e\n            WHERE e.report_id = NEW.id AND e.kind = 'anomaly' AND e.point = a.rule\n              AND e.said_at >= NEW.submitted_at)\n    ) THEN\n        RAISE EXCEPTION 'Une anomalie attend une réponse.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_anomalies_answered';\n    END IF;\n    RETURN NEW;\n", hash='2412b0aeab9c75f3334516f154169c237b33157c', operation='UPDATE', pgid='pgtrigger_anomalies_answered_2bb2b', table='reporting_annualreport', when='BEFORE'))), ('annualreport', pgtrigger.compiler.Trigger(name='handed_back_with_reason', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'recommended' AND NEW.state = 'submitted')", func="\n    IF NOT EXISTS (\n        SELECT 1 FROM reporting_reviewentry e\n        WHERE e.report_id = NEW.id AND e.kind = 'back' AND e.said_at >= OLD.recommended_at\n    ) THEN\n        RAISE EXCEPTION 'Un retour à la DGSQ a un motif.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_handed_back_with_reason';\n    END IF;\n    RETURN NEW;\n", hash='e61feb3d87ae8f44ca3b218d5544d8b9c3b17e6b', operation='UPDATE', pgid='pgtrigger_handed_back_with_reason_93657', table='reporting_annualreport', when='BEFORE'))), ('reportreminder', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='41f7b16915267ae2aa514718dd25938f74d2e470', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8332e', table='reporting_reportreminder', when='BEFORE'))), ('reviewentry', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7cb591d7c9490cffd3dbaaed165996e30de5bdc4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e43a4', table='reporting_reviewentry', when='BEFORE'))), ('reviewentry', pgtrigger.compiler.Trigger(name='in_its_hands', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM reporting_annualreport r WHERE r.id = NEW.report_id\n                        AND r.state = CASE NEW.kind WHEN 'back' THEN 'recommended'\n                                      ELSE 'submitted' END\n                    ) THEN\n                        RAISE EXCEPTION 'Cette reddition n’est pas en analyse.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_entry_in_turn';\n                    END IF;\n                    RETURN NEW;\n                ", hash='000db0de5524f0ad10dfb2e29aeb1250cd50210d', operation='INSERT', pgid='pgtrigger_in_its_hands_8c5a8', table='reporting_reviewentry', when='BEFORE')))],
        ),
    ]
