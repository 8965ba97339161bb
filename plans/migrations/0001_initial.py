import alliances.clock
import alliances.money
import alliances.whole
import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import uuid
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
                name='Action',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('lineage', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                    ('title', models.CharField(max_length=300, verbose_name='action')),
                    ('means', models.TextField(blank=True, verbose_name='moyens')),
                    ('population', models.CharField(blank=True, max_length=300, verbose_name='population visée')),
                    ('people_to_reach', models.PositiveIntegerField(blank=True, null=True, verbose_name='personnes à rejoindre')),
                    ('expected_result', models.CharField(blank=True, max_length=500, verbose_name='résultat attendu')),
                    ('lead', models.CharField(blank=True, max_length=200, verbose_name='responsable')),
                    ('collaborators', models.CharField(blank=True, max_length=500, verbose_name='collaborateurs')),
                    ('starts_on', models.DateField(blank=True, null=True, verbose_name='début')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='fin')),
                    ('budget', alliances.money.MoneyField(blank=True, help_text='En dollars.', null=True, verbose_name='budget prévu')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['objective', 'rank', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='action_has_title'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='action_dates_in_order', violation_error_message='La fin de l’action doit suivre son début.'), models.CheckConstraint(condition=models.Q(('budget', None), ('budget__gte', 0), _connector='OR'), name='action_budget_not_negative', violation_error_message='Le budget ne peut pas être négatif.')],
                },
            ),
            migrations.CreateModel(
                name='ActionPlace',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='plans.action')),
                    ('mrc', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('action', 'mrc'), name='action_place_once')],
                },
            ),
            migrations.AddField(
                model_name='action',
                name='mrcs',
                field=models.ManyToManyField(blank=True, related_name='+', through='plans.ActionPlace', to='alliances.mrc', verbose_name='territoire'),
            ),
            migrations.CreateModel(
                name='Canvas',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=200)),
                    ('source', models.CharField(max_length=300)),
                    ('cycle', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='canvas', to='alliances.cycle')),
                ],
            ),
            migrations.CreateModel(
                name='CanvasSection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=4, verbose_name='section')),
                    ('rank', models.PositiveSmallIntegerField()),
                    ('group', models.CharField(max_length=100, verbose_name='groupe')),
                    ('title', models.CharField(max_length=200, verbose_name='titre')),
                    ('guidance', models.TextField(blank=True, verbose_name='consigne')),
                    ('kind', models.CharField(choices=[('text', 'Texte'), ('priorities', 'Priorités'), ('objectives', 'Objectifs'), ('means', 'Moyens'), ('population', 'Population et territoire'), ('results', 'Résultats attendus'), ('indicators', 'Indicateurs et cibles'), ('people', 'Responsables et collaborateurs')], default='text', max_length=12)),
                    ('register', models.CharField(blank=True, choices=[('', 'Aucun'), ('bodies', 'Instances'), ('seats', 'Sièges'), ('partners', 'Partenaires'), ('matrix', 'Partenaires et représentativité'), ('zones', 'Zones'), ('consultations', 'Consultations')], default='', help_text='Le registre de la concertation que la section montre.', max_length=13, verbose_name='registre')),
                    ('canvas', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='plans.canvas')),
                ],
                options={
                    'ordering': ['canvas', 'rank'],
                    'constraints': [models.UniqueConstraint(fields=('canvas', 'code'), name='canvas_section_once')],
                },
            ),
            migrations.CreateModel(
                name='CanvasRequirement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rank', models.PositiveSmallIntegerField()),
                    ('label', models.CharField(max_length=300)),
                    ('short', models.CharField(max_length=60)),
                    ('is_required', models.BooleanField(default=True, help_text='Sinon, un conseil : il n’empêche pas de transmettre.', verbose_name='exigé')),
                    ('canvas', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requirements', to='plans.canvas')),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.canvassection')),
                ],
                options={
                    'ordering': ['canvas', 'rank'],
                    'constraints': [models.UniqueConstraint(fields=('canvas', 'rank'), name='canvas_requirement_once')],
                },
            ),
            migrations.CreateModel(
                name='NationalPriority',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.SlugField(max_length=40)),
                    ('name', models.CharField(max_length=200, verbose_name='nom')),
                    ('rank', models.PositiveSmallIntegerField()),
                    ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='national_priorities', to='alliances.cycle')),
                ],
                options={
                    'ordering': ['cycle', 'rank'],
                    'constraints': [models.UniqueConstraint(fields=('cycle', 'code'), name='national_priority_once')],
                },
            ),
            migrations.CreateModel(
                name='Objective',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('lineage', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                    ('title', models.CharField(max_length=300, verbose_name='objectif')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['priority', 'rank', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='objective_has_title')],
                },
            ),
            migrations.AddField(
                model_name='action',
                name='objective',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='plans.objective'),
            ),
            migrations.CreateModel(
                name='Plan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('due_on', models.DateField(blank=True, null=True, verbose_name='à transmettre au plus tard le')),
                    ('alliance', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plan', to='alliances.alliance')),
                    ('canvas', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.canvas')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='DueReminder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('due_on', models.DateField()),
                    ('offset_days', models.SmallIntegerField(help_text='En jours.')),
                    ('sent_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='plans.plan')),
                ],
                options={
                    'ordering': ['plan', 'due_on', 'offset_days'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'due_on', 'offset_days'), name='due_reminder_once'), models.CheckConstraint(condition=models.Q(('offset_days__in', [-30, -7, 1, 7, 30])), name='due_reminder_offset_known')],
                },
            ),
            migrations.CreateModel(
                name='DueExtension',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('was_due_on', models.DateField(verbose_name='échéance d’avant')),
                    ('due_on', models.DateField(verbose_name='nouvelle échéance')),
                    ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                    ('granted_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('granted_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='plans.plan')),
                ],
                options={
                    'ordering': ['plan', 'granted_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('was_due_on'))), name='due_extension_is_later', violation_error_message='La nouvelle échéance suit celle d’avant.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='due_extension_has_reason', violation_error_message='Dites pourquoi le délai est accordé.'), models.UniqueConstraint(fields=('plan', 'was_due_on'), name='due_extension_once', violation_error_message='Un délai est déjà accordé depuis cette échéance.')],
                },
            ),
            migrations.CreateModel(
                name='PlanVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                    ('state', django_fsm.FSMField(choices=[('draft', 'Brouillon'), ('submitted', 'Transmis'), ('returned', 'Retourné'), ('validated', 'Validé'), ('approved', 'Approuvé'), ('superseded', 'Remplacé'), ('abandoned', 'Abandonné')], default='draft', max_length=50, protected=True)),
                    ('reason', models.TextField(blank=True, verbose_name='pourquoi cette version')),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('submitted_at', models.DateTimeField(editable=False, null=True)),
                    ('returned_at', models.DateTimeField(editable=False, null=True)),
                    ('return_reason', models.TextField(blank=True, editable=False, verbose_name='motif du retour')),
                    ('registers', models.JSONField(default=dict, editable=False, help_text='Partenaires, instances, zones et consultations le jour de la transmission.')),
                    ('validation_note', models.TextField(blank=True, editable=False, verbose_name='note de validation')),
                    ('validated_at', models.DateTimeField(editable=False, null=True)),
                    ('approved_at', models.DateTimeField(editable=False, null=True)),
                    ('abandoned_at', models.DateTimeField(editable=False, null=True)),
                    ('in_force_from', models.DateField(editable=False, null=True, verbose_name='en vigueur du')),
                    ('in_force_until', models.DateField(editable=False, null=True, verbose_name='jusqu’au')),
                    ('abandoned_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('approved_for', models.ForeignKey(editable=False, help_text='La personne absente au nom de qui la version est approuvée.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('base', models.ForeignKey(editable=False, help_text='La version que celle-ci modifie; vide pour un plan entier.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.planversion')),
                    ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='plans.plan')),
                    ('returned_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('submitted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('validated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['plan', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='plan_version_number_once'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned', 'validated'])), fields=('plan',), name='plan_version_one_open', violation_error_message='Une version de ce plan est déjà ouverte.'), models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('plan',), name='plan_version_one_in_force'), models.CheckConstraint(condition=models.Q(models.Q(('submitted_at', None), ('submitted_by', None)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='plan_version_submitted_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('returned_at', None), ('returned_by', None)), models.Q(('returned_at__isnull', False), ('returned_by__isnull', False)), _connector='OR'), name='plan_version_returned_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('validated_at', None), ('validated_by', None)), models.Q(('validated_at__isnull', False), ('validated_by__isnull', False)), _connector='OR'), name='plan_version_validated_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='plan_version_approved_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('abandoned_at', None), ('abandoned_by', None)), models.Q(('abandoned_at__isnull', False), ('abandoned_by__isnull', False)), _connector='OR'), name='plan_version_abandoned_at_and_by'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'returned', 'abandoned']), ('submitted_at__isnull', False), _connector='OR'), name='plan_version_submitted_first'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('returned_at__isnull', False), models.Q(('return_reason', ''), _negated=True)), _connector='OR'), name='plan_version_return_has_reason'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned', 'abandoned']), ('validated_at__isnull', False), _connector='OR'), name='plan_version_validated_first'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('validated_by')), _negated=True), _connector='OR'), name='plan_version_two_people', violation_error_message='La personne qui a validé cette version ne peut pas l’approuver.'), models.CheckConstraint(condition=models.Q(('approved_for', None), models.Q(('approved_at__isnull', False), models.Q(('approved_for', models.F('approved_by')), _negated=True), models.Q(('approved_for', models.F('validated_by')), _negated=True)), _connector='OR'), name='plan_version_stand_in_two_people', violation_error_message='La personne qui a validé cette version ne peut pas l’approuver.'), models.CheckConstraint(condition=models.Q(models.Q(('abandoned_at__isnull', False), ('state', 'abandoned'), ('submitted_at', None)), models.Q(models.Q(('state', 'abandoned'), _negated=True), ('abandoned_at', None)), _connector='OR'), name='plan_version_abandoned_untold', violation_error_message='Une version transmise ne s’abandonne plus.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('in_force_from__isnull', False), ('state__in', ['approved', 'superseded'])), models.Q(models.Q(('state__in', ['approved', 'superseded']), _negated=True), ('approved_at', None), ('in_force_from', None)), _connector='OR'), name='plan_version_approved_in_force')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='Opinion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('submitted_at', models.DateTimeField(editable=False)),
                    ('stance', models.CharField(choices=[('favourable', 'Favorable'), ('reserves', 'Favorable, avec des réserves'), ('unfavourable', 'Défavorable')], max_length=12, verbose_name='avis')),
                    ('text', models.TextField(blank=True, max_length=10000, verbose_name='texte de l’avis')),
                    ('given_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('given_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'given_at'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'submitted_at'), name='opinion_once_per_submission', violation_error_message='L’avis sur cette transmission est déjà donné.'), models.CheckConstraint(condition=models.Q(('stance', 'favourable'), models.Q(('text', ''), _negated=True), _connector='OR'), name='opinion_reserves_have_text', violation_error_message='Écrivez vos réserves.')],
                },
            ),
            migrations.CreateModel(
                name='OpenedSection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('opened_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('opened_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.canvassection')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opened', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'section__rank'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'section'), name='opened_section_once')],
                },
            ),
            migrations.AddField(
                model_name='objective',
                name='version',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion'),
            ),
            migrations.CreateModel(
                name='Indicator',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('lineage', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                    ('name', models.CharField(max_length=300, verbose_name='indicateur')),
                    ('baseline', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='référence')),
                    ('target', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='cible')),
                    ('unit', models.CharField(blank=True, max_length=60, verbose_name='unité')),
                    ('frequency', models.CharField(blank=True, choices=[('monthly', 'chaque mois'), ('quarterly', 'chaque trimestre'), ('half-yearly', 'deux fois par année'), ('yearly', 'chaque année'), ('once', 'à la fin')], max_length=12, verbose_name='fréquence')),
                    ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indicators', to='plans.action')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion')),
                ],
                options={
                    'ordering': ['action', 'rank', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'lineage'), name='indicator_lineage_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='indicator_has_name'), models.CheckConstraint(condition=models.Q(('target', None), models.Q(('unit', ''), _negated=True), _connector='OR'), name='indicator_target_has_unit', violation_error_message='Une cible a une unité, par exemple « tonnes ».')],
                },
            ),
            migrations.CreateModel(
                name='Endorsement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='au nom de')),
                    ('email', models.EmailField(max_length=254, verbose_name='courriel')),
                    ('language', models.CharField(default='fr', max_length=2)),
                    ('round', models.PositiveSmallIntegerField(default=1, editable=False)),
                    ('asked_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('expires_at', models.DateTimeField(editable=False)),
                    ('sent_at', models.DateTimeField(editable=False, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                    ('answer', models.CharField(blank=True, choices=[('agree', 'D’accord'), ('reservation', 'D’accord, avec une réserve'), ('disagree', 'En désaccord')], max_length=12, verbose_name='réponse')),
                    ('text', models.TextField(blank=True, max_length=5000, verbose_name='précision')),
                    ('answered_at', models.DateTimeField(editable=False, null=True)),
                    ('answered_name', models.CharField(blank=True, max_length=150, verbose_name='votre nom')),
                    ('answered_title', models.CharField(blank=True, max_length=150, verbose_name='votre fonction')),
                    ('content_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                    ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('body', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.governancebody')),
                    ('cancelled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                    ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.partner')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'name', 'pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('cancelled_at', None), ('partner__isnull', False)), fields=('version', 'partner'), name='endorsement_once_per_partner', violation_error_message='Cet appui est déjà demandé.'), models.UniqueConstraint(condition=models.Q(('body__isnull', False), ('cancelled_at', None)), fields=('version', 'body'), name='endorsement_once_per_body', violation_error_message='Cet appui est déjà demandé.'), models.CheckConstraint(condition=models.Q(('partner', None), ('body', None), _connector='OR'), name='endorsement_partner_or_body'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_name', ''), ('content_sha256', '')), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_name', ''), _negated=True), ('answered_at__isnull', False), ('content_sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='endorsement_answer_is_whole'), models.CheckConstraint(condition=models.Q(('answer__in', ['', 'agree']), models.Q(('text', ''), _negated=True), _connector='OR'), name='endorsement_reservation_has_text', violation_error_message='Dites votre réserve ou votre désaccord.'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='endorsement_cancelled_at_and_by')],
                },
            ),
            migrations.AddField(
                model_name='actionplace',
                name='version',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion'),
            ),
            migrations.AddField(
                model_name='action',
                name='version',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion'),
            ),
            migrations.CreateModel(
                name='Presence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seen_at', models.DateTimeField(default=alliances.clock.now)),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.canvassection')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='plans.planversion')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('version', 'user'), name='presence_once')],
                },
            ),
            migrations.CreateModel(
                name='Priority',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('lineage', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                    ('title', models.CharField(max_length=300, verbose_name='priorité')),
                    ('regional_link', models.CharField(blank=True, max_length=300, verbose_name='priorité régionale')),
                    ('local_link', models.CharField(blank=True, max_length=300, verbose_name='priorité locale')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'rank', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'lineage'), name='priority_lineage_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='priority_has_title')],
                },
            ),
            migrations.AddField(
                model_name='objective',
                name='priority',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objectives', to='plans.priority'),
            ),
            migrations.CreateModel(
                name='PriorityTheme',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('national_priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.nationalpriority')),
                    ('priority', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='themes', to='plans.priority')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plans.planversion')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('priority', 'national_priority'), name='priority_theme_once')],
                },
            ),
            migrations.AddField(
                model_name='priority',
                name='national_priorities',
                field=models.ManyToManyField(blank=True, related_name='+', through='plans.PriorityTheme', to='plans.nationalpriority', verbose_name='priorités nationales'),
            ),
            migrations.CreateModel(
                name='ReviewPoint',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('submitted_at', models.DateTimeField(editable=False)),
                    ('verdict', models.CharField(choices=[('in_order', 'Conforme'), ('to_correct', 'À corriger')], max_length=10)),
                    ('note', models.TextField(blank=True, max_length=5000, verbose_name='remarque')),
                    ('reviewed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.canvasrequirement')),
                    ('reviewed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_points', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'submitted_at', 'requirement__rank'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'submitted_at', 'requirement'), name='review_point_once'), models.CheckConstraint(condition=models.Q(('verdict', 'in_order'), models.Q(('note', ''), _negated=True), _connector='OR'), name='review_point_correction_has_note', violation_error_message='Dites ce qui est à corriger.')],
                },
            ),
            migrations.CreateModel(
                name='SectionText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('html', models.TextField(blank=True, verbose_name='texte')),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.canvassection')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='plans.planversion')),
                ],
                options={
                    'ordering': ['version', 'section__rank'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'section'), name='section_text_once')],
                },
            ),
            migrations.CreateModel(
                name='SharedPractice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('lineage', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ('title', models.CharField(max_length=300, verbose_name='titre')),
                    ('summary', models.TextField(max_length=5000, verbose_name='ce qui a été fait')),
                    ('result', models.TextField(blank=True, max_length=5000, verbose_name='ce que cela a donné')),
                    ('population', models.CharField(blank=True, max_length=300, verbose_name='population visée')),
                    ('themes', django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=40), blank=True, default=list, editable=False, size=None)),
                    ('contact', models.CharField(blank=True, max_length=200, verbose_name='à qui écrire')),
                    ('shared_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='practices', to='alliances.alliance')),
                    ('cycle', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='practices', to='alliances.cycle')),
                    ('shared_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.planversion')),
                    ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-shared_at', '-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('alliance', 'lineage'), name='practice_once_per_action', violation_error_message='Cette action est déjà partagée.'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='practice_withdrawn_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('summary', ''), _negated=True)), name='practice_is_told')],
                },
            ),
            migrations.CreateModel(
                name='WordImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                    ('sha256', models.CharField(max_length=64)),
                    ('content', models.BinaryField(null=True)),
                    ('pieces', models.JSONField(default=list)),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('started_at', models.DateTimeField(editable=False, null=True)),
                    ('read_at', models.DateTimeField(editable=False, null=True)),
                    ('refusal', models.CharField(blank=True, editable=False, max_length=500)),
                    ('finished_at', models.DateTimeField(editable=False, null=True)),
                    ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='plans.planversion')),
                ],
                options={
                    'ordering': ['-created_at', '-pk'],
                    'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['created_at'], name='word_import_to_read')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('version',), name='word_import_one_open', violation_error_message='Un fichier Word attend déjà d’être placé.'), models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('finished_at', None), ('read_at', None)), models.Q(('content', None), ('read_at__isnull', False)), _connector='OR'), name='word_import_file_until_read'), models.CheckConstraint(condition=models.Q(('refusal', ''), models.Q(('finished_at__isnull', False), ('pieces', [])), _connector='OR'), name='word_import_refused_is_finished')],
                },
            ),
            migrations.AddConstraint(
                model_name='action',
                constraint=models.UniqueConstraint(fields=('version', 'lineage'), name='action_lineage_once'),
            ),
            migrations.AddConstraint(
                model_name='objective',
                constraint=models.UniqueConstraint(fields=('version', 'lineage'), name='objective_lineage_once'),
            ),
        ]),
        alliances.whole.AddTriggers(
            triggers=[('duereminder', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fd97a0eca7e5c3bc5e635e35f1e55e1ee197ec54', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8b0ca', table='plans_duereminder', when='BEFORE'))), ('dueextension', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5cd7400399cc3367a8c01fbd6e7f8c72797be673', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a7416', table='plans_dueextension', when='BEFORE'))), ('planversion', pgtrigger.compiler.Trigger(name='kept_once_submitted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'draft\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a4e387e210f015c89a0b0d4151a937b54540e298', operation='DELETE', pgid='pgtrigger_kept_once_submitted_7c067', table='plans_planversion', when='BEFORE'))), ('planversion', pgtrigger.compiler.Trigger(name='approved_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'approved\', \'superseded\'))', func="\n                    IF NEW.state NOT IN ('approved', 'superseded')\n                       OR (OLD.state = 'superseded' AND NEW.state = 'approved')\n                       OR ROW(OLD.number, OLD.plan_id, OLD.approved_at, OLD.approved_by_id,\n                              OLD.in_force_from, OLD.submitted_at, OLD.validated_at, OLD.reason,\n                              OLD.document_id, OLD.approved_for_id, OLD.registers,\n                              OLD.validation_note)\n                          IS DISTINCT FROM\n                          ROW(NEW.number, NEW.plan_id, NEW.approved_at, NEW.approved_by_id,\n                              NEW.in_force_from, NEW.submitted_at, NEW.validated_at, NEW.reason,\n                              NEW.document_id, NEW.approved_for_id, NEW.registers,\n                              NEW.validation_note)\n                    THEN\n                        RAISE EXCEPTION 'Une version approuvée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='f1df97f04fa13c4aae2791c40bd06375d256570d', operation='UPDATE', pgid='pgtrigger_approved_stays_691f3', table='plans_planversion', when='BEFORE'))), ('planversion', pgtrigger.compiler.Trigger(name='abandoned_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'abandoned\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a8dbd283e2e72c73ac1298a72b421b8269bcda5e', operation='UPDATE', pgid='pgtrigger_abandoned_stays_4f1b2', table='plans_planversion', when='BEFORE'))), ('planversion', pgtrigger.compiler.Trigger(name='base_is_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.base_id IS DISTINCT FROM NEW.base_id)', func="\n                    IF OLD.base_id IS NOT NULL OR NOT EXISTS (\n                        SELECT 1 FROM plans_planversion b\n                        WHERE b.id = NEW.base_id AND b.plan_id = NEW.plan_id\n                          AND b.number < NEW.number AND b.state IN ('approved', 'superseded')\n                    ) THEN\n                        RAISE EXCEPTION 'La version modifiée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_base';\n                    END IF;\n                    RETURN NEW;\n                ", hash='fca0cebc2e3541a710aec1c8bf20a103e2c0936a', operation='UPDATE', pgid='pgtrigger_base_is_set_once_c8898', table='plans_planversion', when='BEFORE'))), ('opinion', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f2546671bcf13800ff2b375da4f30c48adf35aa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_73bec', table='plans_opinion', when='BEFORE'))), ('openedsection', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='4722e3c4e158e25c9d181f6177db95179430f991', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_d4da4', table='plans_openedsection', when='BEFORE'))), ('indicator', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='77b10df8a795a7d62d6ac37d2aa223f277957b33', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_73151', table='plans_indicator', when='BEFORE'))), ('indicator', pgtrigger.compiler.Trigger(name='same_version_as_parent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.version_id IS DISTINCT FROM (\n                SELECT p.version_id FROM plans_action p WHERE p.id = NEW.action_id\n            ) THEN\n                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';\n            END IF;\n            RETURN NEW;\n        ", hash='975337de4aeef590b90efac2673ad9df659f5ddf', operation='INSERT OR UPDATE', pgid='pgtrigger_same_version_as_parent_e4467', table='plans_indicator', when='BEFORE'))), ('indicator', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'indicators') OR plans_is_new_action(coalesce(NEW.action_id, OLD.action_id))) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='ffe8e44553e51f1a2f8ce5c650afdafac3c59aed', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_23a1b', table='plans_indicator', when='BEFORE'))), ('endorsement', pgtrigger.compiler.Trigger(name='answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.answer <> '')", func="\n                    IF TG_OP = 'DELETE'\n                       OR ROW(OLD.answer, OLD.text, OLD.answered_at, OLD.answered_name,\n                              OLD.answered_title, OLD.content_sha256, OLD.name, OLD.email,\n                              OLD.version_id, OLD.partner_id, OLD.body_id)\n                          IS DISTINCT FROM\n                          ROW(NEW.answer, NEW.text, NEW.answered_at, NEW.answered_name,\n                              NEW.answered_title, NEW.content_sha256, NEW.name, NEW.email,\n                              NEW.version_id, NEW.partner_id, NEW.body_id)\n                    THEN\n                        RAISE EXCEPTION 'Une réponse donnée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_frozen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='bd83f09ba88dad4f8c1b77261ca3bf1b4b8d5fb2', operation='UPDATE OR DELETE', pgid='pgtrigger_answered_once_fb5d9', table='plans_endorsement', when='BEFORE'))), ('endorsement', pgtrigger.compiler.Trigger(name='answered_while_open', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.answer <> '' AND (TG_OP = 'INSERT' OR OLD.answer = '')\n                       AND (NEW.cancelled_at IS NOT NULL OR NOT EXISTS (\n                           SELECT 1 FROM plans_planversion v WHERE v.id = NEW.version_id\n                           AND v.state IN ('draft', 'submitted', 'returned', 'validated')))\n                    THEN\n                        RAISE EXCEPTION 'Cette demande d’appui n’est plus ouverte.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_closed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='56169b42e6293afe6a03a503d5f213ac44831bd1', operation='INSERT OR UPDATE', pgid='pgtrigger_answered_while_open_39ad0', table='plans_endorsement', when='BEFORE'))), ('endorsement', pgtrigger.compiler.Trigger(name='asked_in_its_alliance', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.partner_id IS NOT NULL OR NEW.body_id IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM plans_planversion v\n                        JOIN plans_plan p ON p.id = v.plan_id\n                        WHERE v.id = NEW.version_id AND p.alliance_id = coalesce(\n                            (SELECT alliance_id FROM alliances_partner WHERE id = NEW.partner_id),\n                            (SELECT alliance_id FROM alliances_governancebody\n                             WHERE id = NEW.body_id))\n                    ) THEN\n                        RAISE EXCEPTION 'Ce partenaire n’est pas de cette Alliance.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_alliance';\n                    END IF;\n                    RETURN NEW;\n                ", hash='650019e0f4fce1ef1f0adc13bebebed45c761461', operation='INSERT OR UPDATE', pgid='pgtrigger_asked_in_its_alliance_7a1a9', table='plans_endorsement', when='BEFORE'))), ('actionplace', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='49bc67968fc9d27e5812bdc4701b6fc1ffc6df8f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_e78cc', table='plans_actionplace', when='BEFORE'))), ('actionplace', pgtrigger.compiler.Trigger(name='same_version_as_parent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.version_id IS DISTINCT FROM (\n                SELECT p.version_id FROM plans_action p WHERE p.id = NEW.action_id\n            ) THEN\n                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';\n            END IF;\n            RETURN NEW;\n        ", hash='84652cfc9e4910e8b96ffefc58f862c847ccd02f', operation='INSERT OR UPDATE', pgid='pgtrigger_same_version_as_parent_bcef5', table='plans_actionplace', when='BEFORE'))), ('actionplace', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'population') OR plans_is_new_action(coalesce(NEW.action_id, OLD.action_id))) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='bc859f0d75ffface43ad84fe3d019a891e46a151', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_8c536', table='plans_actionplace', when='BEFORE'))), ('action', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='d5da65a9f2298cf393a9418b8fcd9a9aa3d92308', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_29d5b', table='plans_action', when='BEFORE'))), ('action', pgtrigger.compiler.Trigger(name='same_version_as_parent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.version_id IS DISTINCT FROM (\n                SELECT p.version_id FROM plans_objective p WHERE p.id = NEW.objective_id\n            ) THEN\n                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';\n            END IF;\n            RETURN NEW;\n        ", hash='f8c0234b208db0cbdb4af8c3b3ec489c7004d950', operation='INSERT OR UPDATE', pgid='pgtrigger_same_version_as_parent_2e8e5', table='plans_action', when='BEFORE'))), ('action', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF TG_OP = 'UPDATE' THEN \n            IF ROW(OLD.title, OLD.means, OLD.rank, OLD.objective_id, OLD.starts_on, OLD.ends_on, OLD.budget) IS DISTINCT FROM\n               ROW(NEW.title, NEW.means, NEW.rank, NEW.objective_id, NEW.starts_on, NEW.ends_on, NEW.budget)\n               AND NOT (plans_kind_is_open(NEW.version_id, 'means')\n                        OR plans_is_new_action(NEW.id)) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF;\n            \n            IF ROW(OLD.population, OLD.people_to_reach) IS DISTINCT FROM\n               ROW(NEW.population, NEW.people_to_reach)\n               AND NOT (plans_kind_is_open(NEW.version_id, 'population')\n                        OR plans_is_new_action(NEW.id)) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF;\n            \n            IF ROW(OLD.expected_result) IS DISTINCT FROM\n               ROW(NEW.expected_result)\n               AND NOT (plans_kind_is_open(NEW.version_id, 'results')\n                        OR plans_is_new_action(NEW.id)) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF;\n            \n            IF ROW(OLD.lead, OLD.collaborators) IS DISTINCT FROM\n               ROW(NEW.lead, NEW.collaborators)\n               AND NOT (plans_kind_is_open(NEW.version_id, 'people')\n                        OR plans_is_new_action(NEW.id)) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF;\n             ELSIF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'means')) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='24f224a40508a3b54fe7b5b2eb38d24ddb63d5f0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_e44d4', table='plans_action', when='BEFORE'))), ('objective', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='8d47719cddb98847c727bdfe83c1bb035ff25205', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_2f6f1', table='plans_objective', when='BEFORE'))), ('objective', pgtrigger.compiler.Trigger(name='same_version_as_parent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.version_id IS DISTINCT FROM (\n                SELECT p.version_id FROM plans_priority p WHERE p.id = NEW.priority_id\n            ) THEN\n                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';\n            END IF;\n            RETURN NEW;\n        ", hash='9c77156f7727a12be4976ddc67ead8be066fc0b3', operation='INSERT OR UPDATE', pgid='pgtrigger_same_version_as_parent_fe699', table='plans_objective', when='BEFORE'))), ('objective', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'objectives')) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='4c88d9f81258ee40386f798036244f762e85cb56', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_fa621', table='plans_objective', when='BEFORE'))), ('prioritytheme', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='5fb12effd829d8ccade4ceefdedce12297844776', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_eb499', table='plans_prioritytheme', when='BEFORE'))), ('prioritytheme', pgtrigger.compiler.Trigger(name='same_version_as_parent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.version_id IS DISTINCT FROM (\n                SELECT p.version_id FROM plans_priority p WHERE p.id = NEW.priority_id\n            ) THEN\n                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';\n            END IF;\n            RETURN NEW;\n        ", hash='009c992b97051bbec8e8d8dee5c95cbd6283e7ab', operation='INSERT OR UPDATE', pgid='pgtrigger_same_version_as_parent_021ad', table='plans_prioritytheme', when='BEFORE'))), ('prioritytheme', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'priorities')) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='4e88ab8c1f8a2a9ae756507f81ab242d646bb932', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_dca4c', table='plans_prioritytheme', when='BEFORE'))), ('priority', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='609a3158e38e4bffb2a57d398ce04ee6c383fd79', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_655f6', table='plans_priority', when='BEFORE'))), ('priority', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT (plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), 'priorities')) THEN \n        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';\n     END IF; RETURN coalesce(NEW, OLD);", hash='9e6f8fd8b745cb64713039b54f05281792b53080', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_e669b', table='plans_priority', when='BEFORE'))), ('reviewpoint', pgtrigger.compiler.Trigger(name='while_submitted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM plans_planversion v\n                        WHERE v.id = coalesce(NEW.version_id, OLD.version_id)\n                          AND v.state = 'submitted'\n                          AND v.submitted_at = coalesce(NEW.submitted_at, OLD.submitted_at)\n                    ) THEN\n                        RAISE EXCEPTION 'Cette transmission n’est plus à l’analyse.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_point_frozen';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='0a5e197bf9bf80699f90baf2ef340724998ed4e9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_while_submitted_03d2d', table='plans_reviewpoint', when='BEFORE'))), ('sectiontext', pgtrigger.compiler.Trigger(name='frozen_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version_state text;', func="IF TG_OP <> 'INSERT' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = OLD.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; IF TG_OP <> 'DELETE' THEN\n    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = NEW.version_id FOR SHARE;\n    IF version_state NOT IN ('draft', 'returned') THEN\n        RAISE EXCEPTION 'Cette version du plan est figée.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';\n    END IF;\nEND IF; RETURN coalesce(NEW, OLD);", hash='48dbb8c6da1b7659719329bd0b5c9502c494be54', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_version_22957', table='plans_sectiontext', when='BEFORE'))), ('sectiontext', pgtrigger.compiler.Trigger(name='opened_section', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM plans_planversion v\n                        WHERE v.id = coalesce(NEW.version_id, OLD.version_id)\n                          AND v.base_id IS NOT NULL\n                    ) AND NOT EXISTS (\n                        SELECT 1 FROM plans_openedsection o\n                        WHERE o.version_id = coalesce(NEW.version_id, OLD.version_id)\n                          AND o.section_id = coalesce(NEW.section_id, OLD.section_id)\n                    ) THEN\n                        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'plan_section_not_opened';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='9baf1a696b9be334ec83656da2b3c359040cb78e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_opened_section_d8069', table='plans_sectiontext', when='BEFORE'))), ('sharedpractice', pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a67c3c62946b2c05a5081635666565bd2b371598', operation='DELETE', pgid='pgtrigger_kept_a7d78', table='plans_sharedpractice', when='BEFORE'))), ('sharedpractice', pgtrigger.compiler.Trigger(name='of_an_action_in_force', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM plans_action a\n                        JOIN plans_planversion v ON v.id = a.version_id\n                        JOIN plans_plan p ON p.id = v.plan_id\n                        JOIN alliances_alliance l ON l.id = p.alliance_id\n                        WHERE a.lineage = NEW.lineage AND v.id = NEW.version_id\n                          AND v.state = 'approved' AND l.id = NEW.alliance_id\n                          AND l.cycle_id = NEW.cycle_id\n                    ) THEN\n                        RAISE EXCEPTION 'Une pratique vient d’une action du plan en vigueur.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'practice_of_an_action_in_force';\n                    END IF;\n                    RETURN NEW;\n                ", hash='b4c06e5380f76c03c312d5936fb6bb45c40afc2f', operation='INSERT', pgid='pgtrigger_of_an_action_in_force_53f0d', table='plans_sharedpractice', when='BEFORE'))), ('sharedpractice', pgtrigger.compiler.Trigger(name='source_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF OLD.withdrawn_at IS NOT NULL\n                       OR ROW(OLD.alliance_id, OLD.cycle_id, OLD.version_id, OLD.lineage,\n                              OLD.shared_at, OLD.shared_by_id)\n                          IS DISTINCT FROM\n                          ROW(NEW.alliance_id, NEW.cycle_id, NEW.version_id, NEW.lineage,\n                              NEW.shared_at, NEW.shared_by_id)\n                    THEN\n                        RAISE EXCEPTION 'L’origine d’une pratique ne change pas.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_source_stays';\n                    END IF;\n                    RETURN NEW;\n                ", hash='46bed1a2e8ee9ceaaef8f7547c899326997d8204', operation='UPDATE', pgid='pgtrigger_source_stays_15ebe', table='plans_sharedpractice', when='BEFORE')))],
        ),
    ]
