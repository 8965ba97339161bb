"""Batches sent to payment, and the answers that come back."""

import alliances.clock
import alliances.money
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0011_letters_to_organisations'),
        ('fqis', '0007_recovery_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(editable=False, max_length=64, unique=True)),
                ('read_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('applied_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['-read_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PaymentAnswerLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('batch_number', models.CharField(blank=True, max_length=40)),
                ('notice_number', models.CharField(blank=True, max_length=40)),
                ('amount', alliances.money.MoneyField(null=True)),
                ('status', models.CharField(blank=True, choices=[('paid', 'payé'), ('rejected', 'rejeté')], max_length=8)),
                ('dated_on', models.DateField(null=True)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('unreadable', models.CharField(blank=True, max_length=300)),
                ('outcome', models.CharField(blank=True, choices=[('confirmed', 'Paiement confirmé'), ('rejected', 'Rejet consigné'), ('refused', 'Non appliquée')], editable=False, max_length=9)),
                ('message', models.CharField(blank=True, editable=False, max_length=300)),
            ],
            options={
                'ordering': ['answer_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField(editable=False)),
                ('total', alliances.money.MoneyField(editable=False)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(editable=False)),
                ('amount', alliances.money.MoneyField(editable=False)),
                ('sent_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('rejected_on', models.DateField(editable=False, null=True, verbose_name='rejeté le')),
                ('rejected_reason', models.CharField(blank=True, max_length=300, verbose_name='motif du rejet')),
                ('rejected_at', models.DateTimeField(editable=False, null=True)),
                ('correction', models.CharField(blank=True, max_length=300, verbose_name='ce qui est corrigé')),
                ('corrected_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['batch_id', 'rank'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='sent_again_after_rejection', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'paid' AND OLD.state <> 'paid')", func="\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_paymentline l WHERE l.versement_id = NEW.id\n                    ) AND NOT EXISTS (\n                        SELECT 1 FROM fqis_paymentline l\n                        WHERE l.versement_id = NEW.id AND l.rejected_at IS NULL\n                    ) THEN\n                        RAISE EXCEPTION 'Ce paiement est rejeté : il repart dans un autre lot.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_rejected';\n                    END IF;\n                    RETURN NEW;\n                ", hash='344f7ab655058e7c4898ae6b1607b58d9f6b0600', operation='UPDATE', pgid='pgtrigger_sent_again_after_rejection_2469c', table='fqis_versement', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='paymentanswer',
            name='applied_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentanswer',
            name='document',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_answer', to='alliances.document'),
        ),
        migrations.AddField(
            model_name='paymentanswer',
            name='read_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentanswerline',
            name='answer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fqis.paymentanswer'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='document',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_batch', to='alliances.document'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fqis.paymentbatch'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='corrected_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='rejected_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='territory',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='versement',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_lines', to='fqis.versement'),
        ),
        migrations.AddField(
            model_name='paymentanswerline',
            name='line',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='fqis.paymentline'),
        ),
        migrations.AddConstraint(
            model_name='paymentanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('applied_at', None), ('applied_by', None)), models.Q(('applied_at__isnull', False), ('applied_by__isnull', False)), _connector='OR'), name='payment_answer_applied_at_and_by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswer',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='08235b101bd8421f7c464679e8c23eb361024241', operation='DELETE', pgid='pgtrigger_never_deleted_b3653', table='fqis_paymentanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswer',
            trigger=pgtrigger.compiler.Trigger(name='applied_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF OLD.applied_at IS NOT NULL\n                       OR ROW(OLD.document_id, OLD.fingerprint, OLD.read_at, OLD.read_by_id)\n                       IS DISTINCT FROM\n                       ROW(NEW.document_id, NEW.fingerprint, NEW.read_at, NEW.read_by_id)\n                       OR EXISTS (\n                           SELECT 1 FROM fqis_paymentanswerline l\n                           WHERE l.answer_id = NEW.id AND l.outcome = ''\n                       )\n                    THEN\n                        RAISE EXCEPTION 'Une réponse s’applique une seule fois, toute.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_once';\n                    END IF;\n                    RETURN NEW;\n                ", hash='226596c7e85bc12c491fdcebcd803d76a515b905', operation='UPDATE', pgid='pgtrigger_applied_once_ff029', table='fqis_paymentanswer', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('count__gt', 0), ('total__gt', 0)), name='payment_batch_not_empty'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cda58e00c1fabad144643f91b9e2bd2fdb7d8d6b', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_bc195', table='fqis_paymentbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='sums_its_lines', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF ROW(NEW.count::bigint, NEW.total) IS DISTINCT FROM (\n                        SELECT ROW(count(*), sum(l.amount))\n                        FROM fqis_paymentline l WHERE l.batch_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'Les lignes ne font pas le total du lot.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_batch_exact';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b2680f7d5e50dc78de52d30ad92ac52f7a22352b', operation='INSERT', pgid='pgtrigger_sums_its_lines_62c7c', table='fqis_paymentbatch', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.UniqueConstraint(fields=('batch', 'rank'), name='payment_line_rank_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.UniqueConstraint(condition=models.Q(('rejected_at', None)), fields=('versement',), name='payment_line_open_once', violation_error_message='Cet avis est déjà dans un lot.'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_line_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rejected_at', None), ('rejected_by', None), ('rejected_on', None), ('rejected_reason', '')), models.Q(('rejected_at__isnull', False), ('rejected_by__isnull', False), ('rejected_on__isnull', False), models.Q(('rejected_reason', ''), _negated=True)), _connector='OR'), name='payment_line_rejected_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrected_at', None), ('corrected_by', None), ('correction', '')), models.Q(('corrected_at__gte', models.F('rejected_at')), ('corrected_at__isnull', False), ('corrected_by__isnull', False), ('rejected_at__isnull', False), models.Q(('correction', ''), _negated=True)), _connector='OR'), name='payment_line_corrected_at_and_by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentline',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3989b1971d796cd4cd3e585cff5ac185a21c7549', operation='DELETE', pgid='pgtrigger_never_deleted_b63ff', table='fqis_paymentline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentline',
            trigger=pgtrigger.compiler.Trigger(name='sendable', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    DECLARE its_state text; its_amount numeric; authorised_by bigint;\n                        its_broken text;\n                    BEGIN\n                    SELECT v.state, v.amount, v.authorised_by_id\n                    INTO its_state, its_amount, authorised_by\n                    FROM fqis_versement v WHERE v.id = NEW.versement_id FOR UPDATE;\n                    IF its_state IS DISTINCT FROM 'issued' THEN\n                        its_broken := 'payment_line_issued';\n                    ELSIF its_amount <> NEW.amount THEN\n                        its_broken := 'payment_line_own_amount';\n                    ELSIF authorised_by = (\n                        SELECT b.created_by_id FROM fqis_paymentbatch b WHERE b.id = NEW.batch_id\n                    ) THEN\n                        its_broken := 'payment_line_other_person';\n                    ELSIF NEW.rejected_at IS NOT NULL OR EXISTS (\n                        SELECT 1 FROM fqis_paymentline l\n                        WHERE l.versement_id = NEW.versement_id\n                          AND l.rejected_at IS NOT NULL AND l.corrected_at IS NULL\n                    ) THEN\n                        its_broken := 'payment_line_corrected_first';\n                    END IF;\n                    IF its_broken IS NOT NULL THEN\n                        RAISE EXCEPTION 'Cet avis ne peut aller dans ce lot.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = its_broken;\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='aa2d6e0a545e38838e65b578b3f43b8afceb778e', operation='INSERT', pgid='pgtrigger_sendable_2b136', table='fqis_paymentline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentline',
            trigger=pgtrigger.compiler.Trigger(name='settled_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF ROW(OLD.batch_id, OLD.rank, OLD.versement_id, OLD.amount, OLD.sent_at)\n                       IS DISTINCT FROM\n                       ROW(NEW.batch_id, NEW.rank, NEW.versement_id, NEW.amount, NEW.sent_at)\n                       OR (OLD.rejected_at IS NOT NULL AND\n                           ROW(OLD.rejected_at, OLD.rejected_by_id, OLD.rejected_on,\n                               OLD.rejected_reason)\n                           IS DISTINCT FROM\n                           ROW(NEW.rejected_at, NEW.rejected_by_id, NEW.rejected_on,\n                               NEW.rejected_reason))\n                       OR (OLD.corrected_at IS NOT NULL AND\n                           ROW(OLD.corrected_at, OLD.corrected_by_id, OLD.correction)\n                           IS DISTINCT FROM\n                           ROW(NEW.corrected_at, NEW.corrected_by_id, NEW.correction))\n                    THEN\n                        RAISE EXCEPTION 'Une ligne de lot ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_line_fixed';\n                    END IF;\n                    IF OLD.rejected_at IS NULL AND NEW.rejected_at IS NOT NULL AND EXISTS (\n                        SELECT 1 FROM fqis_versement v WHERE v.id = NEW.versement_id\n                          AND (v.state = 'paid' OR v.authorised_by_id = NEW.rejected_by_id)\n                    ) THEN\n                        RAISE EXCEPTION 'Ce paiement ne peut être rejeté.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'payment_line_rejectable';\n                    END IF;\n                    RETURN NEW;\n                ", hash='aa446ec3ae470834c3cda494bc0d07cb0b9fa0fe', operation='UPDATE', pgid='pgtrigger_settled_stays_fadfe', table='fqis_paymentline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='paymentanswerline',
            constraint=models.UniqueConstraint(fields=('answer', 'number'), name='payment_answer_line_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentanswerline',
            constraint=models.UniqueConstraint(condition=models.Q(('line__isnull', False)), fields=('line',), name='payment_answer_settles_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentanswerline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('line__isnull', False), ('outcome__in', ['confirmed', 'rejected'])), models.Q(models.Q(('outcome__in', ['confirmed', 'rejected']), _negated=True), ('line', None)), _connector='OR'), name='payment_answer_settles_a_line'),
        ),
        migrations.AddConstraint(
            model_name='paymentanswerline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('message', ''), _negated=True), _connector='OR'), name='payment_answer_refused_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswerline',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b935c026268b34647fc6c3d7acac98562e50d494', operation='DELETE', pgid='pgtrigger_never_deleted_32fa0', table='fqis_paymentanswerline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswerline',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_applied', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_paymentanswer a\n                        WHERE a.id = NEW.answer_id AND a.applied_at IS NOT NULL\n                    ) OR (TG_OP = 'UPDATE' AND\n                        ROW(OLD.answer_id, OLD.number, OLD.batch_number, OLD.notice_number,\n                            OLD.amount, OLD.status, OLD.dated_on, OLD.reference, OLD.reason,\n                            OLD.unreadable)\n                        IS DISTINCT FROM\n                        ROW(NEW.answer_id, NEW.number, NEW.batch_number, NEW.notice_number,\n                            NEW.amount, NEW.status, NEW.dated_on, NEW.reference, NEW.reason,\n                            NEW.unreadable))\n                    THEN\n                        RAISE EXCEPTION 'Une ligne de réponse ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='59b15eb01e3d2e57a13eee311ecb60c8774214d5', operation='INSERT OR UPDATE', pgid='pgtrigger_fixed_once_applied_857f7', table='fqis_paymentanswerline', when='BEFORE')),
        ),
    ]
