import alliances.clock
import alliances.models.alliances
import alliances.money
import alliances.triggers
import django.core.validators
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0004_public_funding_limit'),
        ('alliances', '__first__'),
        ('fqis', '0014_register_import_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Committee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='nom')),
                ('mandate', models.TextField(blank=True, max_length=2000, verbose_name='mandat')),
                ('part_name', models.CharField(blank=True, max_length=150, verbose_name='sous-région')),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='alliances.alliance')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mrc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['alliance', 'name', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('alliance'), alliances.models.alliances.NameKey('name'), name='committee_name_once', violation_error_message='Un comité porte déjà ce nom.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='committee_has_name'), models.CheckConstraint(condition=models.Q(('mrc', None), ('part_name', ''), _connector='OR'), name='committee_one_place')],
            },
        ),
        migrations.CreateModel(
            name='CommitteeMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('left_at', models.DateTimeField(editable=False, null=True)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='fqis.committee')),
                ('joined_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('left_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committee_seats', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['committee', 'person__full_name', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('committee', 'person'), name='committee_member_once', violation_error_message='Cette personne siège déjà à ce comité.'), models.CheckConstraint(condition=models.Q(models.Q(('left_at', None), ('left_by', None)), models.Q(('left_at__isnull', False), ('left_by__isnull', False)), _connector='OR'), name='committee_member_left_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='ConflictOfInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                ('declared_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_reason', models.TextField(blank=True, editable=False)),
                ('declared_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='fqis.project')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['project', 'declared_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('withdrawn_at', None)), fields=['person'], name='conflict_open_of_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('project', 'person'), name='conflict_open_once', violation_error_message='Cette personne est déjà retirée de ce projet.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='conflict_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None), ('withdrawn_reason', '')), models.Q(models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='conflict_withdrawn_at_and_by'), models.CheckConstraint(condition=models.Q(('withdrawn_by', None), models.Q(('withdrawn_by', models.F('person')), _negated=True), _connector='OR'), name='conflict_withdrawn_by_another', violation_error_message='Une autre personne lève un conflit d’intérêts.')],
            },
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(default=1)),
                ('label', models.CharField(max_length=200, verbose_name='critère')),
                ('help', models.CharField(blank=True, max_length=500, verbose_name='ce qu’on y regarde')),
                ('weight', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='poids')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='fqis.committee')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['committee', 'rank', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100)), name='criterion_weight_percent'), models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='criterion_has_label')],
            },
        ),
        migrations.CreateModel(
            name='EligibilityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('body', 'Organisme admissible'), ('nature', 'Nature de l’initiative'), ('excluded', 'Aucune dépense exclue'), ('duration', 'Durée de cinq ans au plus'), ('priority', 'Priorité du plan en vigueur'), ('cumulation', 'Cumul de l’aide publique')], max_length=10)),
                ('is_met', models.BooleanField(verbose_name='réponse')),
                ('computed', models.BooleanField(editable=False, null=True)),
                ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                ('checked_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('checked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='fqis.project')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['project', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'kind'), name='eligibility_check_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='eligibility_check_has_reason', violation_error_message='Écrivez le motif de votre réponse.')],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('referred_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='fqis.committee')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='referral', to='fqis.project')),
                ('referred_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['committee', 'project__number', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='note')),
                ('comment', models.TextField(blank=True, max_length=2000, verbose_name='commentaire')),
                ('saved_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='fqis.criterion')),
                ('evaluator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='fqis.project')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['project', 'evaluator', 'criterion__rank', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'criterion', 'evaluator'), name='score_once'), models.CheckConstraint(condition=models.Q(('value', None), models.Q(('value__gte', 0), ('value__lte', 5)), _connector='OR'), name='score_within_scale', violation_error_message='Une note va de 0 à 5.')],
            },
        ),
        migrations.CreateModel(
            name='Sitting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date de la séance')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='lieu')),
                ('state', django_fsm.FSMField(choices=[('planned', 'À venir'), ('closed', 'Close')], default='planned', max_length=50, protected=True)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
                ('closed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to='fqis.committee')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('committee', 'on'), name='sitting_once_a_day', violation_error_message='Ce comité a déjà une séance ce jour-là.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('state', 'planned')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('state', 'closed')), _connector='OR'), name='sitting_closed_at_and_by')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='SittingItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'Accepté'), ('refused', 'Refusé'), ('deferred', 'Reporté')], max_length=8, verbose_name='décision')),
                ('amount', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant accordé')),
                ('conditions', models.TextField(blank=True, max_length=2000, verbose_name='conditions')),
                ('reason', models.TextField(blank=True, max_length=2000, verbose_name='motif')),
                ('changed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decision', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='item', to='fqis.decision')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sitting_items', to='fqis.project')),
                ('sitting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='fqis.sitting')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['sitting', 'project__number', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('sitting', 'project'), name='sitting_item_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('amount__isnull', False), ('outcome', 'accepted')), models.Q(models.Q(('outcome', 'accepted'), _negated=True), ('amount', None)), _connector='OR'), name='sitting_item_amount_when_accepted', violation_error_message='Écrivez le montant accordé.'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['refused', 'deferred']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='sitting_item_has_reason', violation_error_message='Écrivez le motif de la décision.')],
            },
        ),
        migrations.CreateModel(
            name='SittingPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sitting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='fqis.sitting')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['sitting', 'person__full_name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('sitting', 'person'), name='sitting_presence_once')],
            },
        ),
        migrations.CreateModel(
            name='SittingWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fqis.project')),
                ('sitting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='withdrawals', to='fqis.sitting')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['sitting', 'project', 'person__full_name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('sitting', 'project', 'person'), name='sitting_withdrawal_once')],
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='conditions',
            field=models.TextField(blank=True, verbose_name='conditions'),
        ),
        migrations.AddField(
            model_name='decision',
            name='outside_because',
            field=models.TextField(blank=True, editable=False, verbose_name='raison de décider hors séance'),
        ),
        migrations.AddField(
            model_name='decision',
            name='sitting',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='fqis.sitting'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('sitting', None), ('outside_because', ''), _connector='OR'), name='decision_in_or_outside_a_sitting'),
        ),
        alliances.triggers.AddTriggers(
            triggers=[('committee', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d7f4148d2105838df09dbe169893340b151c5424', operation='DELETE', pgid='pgtrigger_never_deleted_20433', table='fqis_committee', when='BEFORE'))), ('committee', pgtrigger.compiler.Trigger(name='mrc_of_the_territory', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.mrc_id IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_mrc m\n                        WHERE m.id = NEW.mrc_id AND m.territory_id = NEW.territory_id\n                    ) THEN\n                        RAISE EXCEPTION 'Cette MRC est d’un autre territoire.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'committee_own_mrc';\n                    END IF;\n                    RETURN NEW;\n                ", hash='f7ff3e261f9fa5661eff5635c995d218b43d0287', operation='INSERT OR UPDATE', pgid='pgtrigger_mrc_of_the_territory_efee8', table='fqis_committee', when='BEFORE'))), ('committeemember', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2f1661a14c47ebfc9c17fef482f06245a84b8310', operation='DELETE', pgid='pgtrigger_never_deleted_ab9bd', table='fqis_committeemember', when='BEFORE'))), ('committeemember', pgtrigger.compiler.Trigger(name='of_the_territory', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_membership m\n                        WHERE m.user_id = NEW.person_id AND m.territory_id = NEW.territory_id\n                          AND m.role IN ('coordination', 'direction', 'partner')\n                          AND m.ended_at IS NULL\n                    ) THEN\n                        RAISE EXCEPTION 'Cette personne n’est pas de ce territoire.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'committee_member_of_territory';\n                    END IF;\n                    RETURN NEW;\n                ", hash='20c9a3a66be790ad263150550b3374488d2a8e42', operation='INSERT', pgid='pgtrigger_of_the_territory_a7e15', table='fqis_committeemember', when='BEFORE'))), ('conflictofinterest', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='148a6e634a0c852186aabc4e3e355e007924c2a1', operation='DELETE', pgid='pgtrigger_never_deleted_d29ee', table='fqis_conflictofinterest', when='BEFORE'))), ('conflictofinterest', pgtrigger.compiler.Trigger(name='declared_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.withdrawn_at IS NOT NULL OR ROW(OLD.project_id, OLD.person_id, OLD.reason, OLD.declared_at, OLD.declared_by_id) IS DISTINCT FROM ROW(NEW.project_id, NEW.person_id, NEW.reason, NEW.declared_at, NEW.declared_by_id))', func="\n                    RAISE EXCEPTION 'Un conflit déclaré ne change plus : il se lève.'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_frozen';\n                ", hash='f575a29c0a62f08945679237ec7f5281316eafae', operation='UPDATE', pgid='pgtrigger_declared_stays_b8137', table='fqis_conflictofinterest', when='BEFORE'))), ('eligibilitycheck', pgtrigger.compiler.Trigger(name='before_the_analysis', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM (\n                            SELECT p.state FROM fqis_project p\n                            WHERE p.id IN (NEW.project_id, OLD.project_id) FOR SHARE\n                        ) request WHERE request.state <> 'received'\n                    ) THEN\n                        RAISE EXCEPTION 'Les contrôles d’une demande analysée ne changent plus.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'eligibility_check_frozen';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='5e6e1692037350afbae1a32be7e68bdeb6b8896d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_before_the_analysis_e058a', table='fqis_eligibilitycheck', when='BEFORE'))), ('referral', pgtrigger.compiler.Trigger(name='while_to_decide', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_project p\n                        WHERE p.id IN (NEW.project_id, OLD.project_id)\n                          AND p.state NOT IN ('analysed', 'deferred')\n                    ) THEN\n                        RAISE EXCEPTION 'Un comité reçoit un projet admissible et à décider.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_to_decide';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='31dfdfc28f5697d12f519358896dac7713150d84', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_while_to_decide_b4cec', table='fqis_referral', when='BEFORE'))), ('score', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5152605aba68520b2e8fef938548356194d3cac0', operation='DELETE', pgid='pgtrigger_never_deleted_96246', table='fqis_score', when='BEFORE'))), ('score', pgtrigger.compiler.Trigger(name='by_a_member', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    -- Waits for who changes the grid or decides, then reads what they wrote.\n                    PERFORM 1 FROM fqis_criterion c\n                    JOIN fqis_committee k ON k.id = c.committee_id\n                    JOIN fqis_referral r\n                        ON r.committee_id = c.committee_id AND r.project_id = NEW.project_id\n                    JOIN fqis_committeemember m\n                        ON m.committee_id = c.committee_id AND m.person_id = NEW.evaluator_id\n                        AND m.left_at IS NULL\n                    JOIN fqis_project p\n                        ON p.id = NEW.project_id AND p.state IN ('analysed', 'deferred')\n                    WHERE c.id = NEW.criterion_id FOR SHARE OF k, p;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'Seul un membre du comité note un projet à décider.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_by_a_member';\n                    END IF;\n                    IF NEW.evaluator_id IS DISTINCT FROM app_user_id() AND NOT EXISTS (\n                        SELECT 1 FROM alliances_user u WHERE u.id = app_user_id() AND u.is_portal\n                    ) THEN\n                        RAISE EXCEPTION 'Personne ne note à la place d’une autre.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_by_oneself';\n                    END IF;\n                    RETURN NEW;\n                ", hash='274060723d0ee04c7df44c4f341302eee830a2ba', operation='INSERT OR UPDATE', pgid='pgtrigger_by_a_member_b66ed', table='fqis_score', when='BEFORE'))), ('sitting', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f1930a441662c3c756842afbe64bd9b557877d24', operation='DELETE', pgid='pgtrigger_never_deleted_8ce04', table='fqis_sitting', when='BEFORE'))), ('sitting', pgtrigger.compiler.Trigger(name='closed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'closed\')', func="\n                    RAISE EXCEPTION 'Une séance close ne change plus.'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';\n                ", hash='f8cb78369e19600246ac3e7407db6d22840d198e', operation='UPDATE', pgid='pgtrigger_closed_stays_c883e', table='fqis_sitting', when='BEFORE'))), ('sittingitem', pgtrigger.compiler.Trigger(name='frozen_with_sitting', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- The lock waits for who closes the sitting, then reads what they wrote.\n    IF EXISTS (\n        SELECT 1 FROM (\n            SELECT s.state FROM fqis_sitting s\n            WHERE s.id IN (NEW.sitting_id, OLD.sitting_id) FOR SHARE\n        ) parent WHERE parent.state <> 'planned'\n    ) THEN\n        RAISE EXCEPTION 'Une séance close ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='c72115e229ed7379919bc998260de4ab899b8a7e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_sitting_79c66', table='fqis_sittingitem', when='BEFORE'))), ('sittingitem', pgtrigger.compiler.Trigger(name='of_its_committee', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM fqis_sitting s\n                        JOIN fqis_referral r ON r.committee_id = s.committee_id\n                        JOIN fqis_project p ON p.id = r.project_id\n                        WHERE s.id = NEW.sitting_id AND r.project_id = NEW.project_id\n                          AND p.state IN ('analysed', 'deferred')\n                    ) THEN\n                        RAISE EXCEPTION 'Ce projet n’est pas confié à ce comité.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'sitting_item_of_committee';\n                    END IF;\n                    RETURN NEW;\n                ", hash='e84d7b713755e5ee9f042f2e1be19878263c9de4', operation='INSERT OR UPDATE OF "sitting_id", "project_id"', pgid='pgtrigger_of_its_committee_d51b5', table='fqis_sittingitem', when='BEFORE'))), ('sittingpresence', pgtrigger.compiler.Trigger(name='frozen_with_sitting', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- The lock waits for who closes the sitting, then reads what they wrote.\n    IF EXISTS (\n        SELECT 1 FROM (\n            SELECT s.state FROM fqis_sitting s\n            WHERE s.id IN (NEW.sitting_id, OLD.sitting_id) FOR SHARE\n        ) parent WHERE parent.state <> 'planned'\n    ) THEN\n        RAISE EXCEPTION 'Une séance close ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='b0af32d3fd2f40d4b618b59be5e7abdf678090bf', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_sitting_d6743', table='fqis_sittingpresence', when='BEFORE'))), ('sittingwithdrawal', pgtrigger.compiler.Trigger(name='frozen_with_sitting', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- The lock waits for who closes the sitting, then reads what they wrote.\n    IF EXISTS (\n        SELECT 1 FROM (\n            SELECT s.state FROM fqis_sitting s\n            WHERE s.id IN (NEW.sitting_id, OLD.sitting_id) FOR SHARE\n        ) parent WHERE parent.state <> 'planned'\n    ) THEN\n        RAISE EXCEPTION 'Une séance close ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='1df5527023e837c15f2ebf0e52910207eecece2d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_sitting_68a54', table='fqis_sittingwithdrawal', when='BEFORE')))],
        ),
    ]
