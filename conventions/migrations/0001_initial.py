import alliances.clock
import alliances.money
import conventions.models.conventions
import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alliances', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='ConventionTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.cycle')),
                ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'Anglais')], max_length=2, verbose_name='langue')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('body', models.TextField(help_text='Du HTML nettoyé, champs entre accolades.', verbose_name='texte')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['cycle', 'language', 'version'],
                'constraints': [models.UniqueConstraint(fields=('cycle', 'language', 'version'), name='convention_template_version_once'), models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('cycle', 'language'), name='convention_template_one_draft', violation_error_message='Ce modèle a déjà une version en préparation.'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='convention_template_has_text'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('published_by', None)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='convention_template_published_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='alliances.alliance')),
                ('adopted_on', models.DateField(verbose_name='adoptée le')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                ('recorded_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-adopted_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('adopted_on__lte', models.F('recorded_at__date'))), name='resolution_not_ahead', violation_error_message='La date de la résolution est dans l’avenir.')],
            },
        ),
        migrations.CreateModel(
            name='Convention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conventions', to='alliances.alliance')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='numéro')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('starts_on', models.DateField(verbose_name='début')),
                ('ends_on', models.DateField(verbose_name='fin')),
                ('state', django_fsm.FSMField(choices=[('draft', 'Brouillon'), ('sent', 'En signature'), ('signed', 'Signée'), ('ended', 'Terminée'), ('terminated', 'Résiliée')], default='draft', max_length=50, protected=True)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, null=True)),
                ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_at', models.DateTimeField(editable=False, null=True)),
                ('sent_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_on', models.DateField(editable=False, null=True, verbose_name='signée le')),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
            ],
            options={
                'ordering': ['starts_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='convention_dates_in_order', violation_error_message='La fin de la convention doit suivre son début.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='convention_amount_positive', violation_error_message='Le montant de la convention doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(models.Q(('changed_at', None), ('changed_by', None)), models.Q(('changed_at__isnull', False), ('changed_by__isnull', False)), _connector='OR'), name='convention_changed_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at', None), ('sent_by', None)), models.Q(('sent_at__isnull', False), ('sent_by__isnull', False)), _connector='OR'), name='convention_sent_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at', None), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('sent_at__isnull', False)), _connector='OR'), name='convention_sent_has_sender'), models.CheckConstraint(condition=models.Q(models.Q(('signed_on', None), ('state__in', ['draft', 'sent'])), models.Q(models.Q(('state__in', ['draft', 'sent']), _negated=True), ('signed_on__isnull', False)), _connector='OR'), name='convention_signed_has_date'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'sent', 'signed'])), fields=('alliance',), name='convention_one_current', violation_error_message='Cette alliance a déjà une convention en cours.'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['sent', 'signed', 'ended'])), expressions=[('territory', '='), (conventions.models.conventions.DaysOf('starts_on', 'ends_on', models.Value('[]')), '&&')], name='convention_one_at_a_time', violation_error_message='Ce territoire a déjà une convention pour ces jours.')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Avenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='avenants', to='conventions.convention')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                ('state', django_fsm.FSMField(choices=[('draft', 'Brouillon'), ('sent', 'En signature'), ('signed', 'Signé'), ('withdrawn', 'Retiré')], default='draft', max_length=50, protected=True)),
                ('was_ends_on', models.DateField(editable=False)),
                ('was_amount', alliances.money.MoneyField(editable=False)),
                ('was_table', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation')),
                ('was_fiduciary', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation')),
                ('ends_on', models.DateField(null=True, verbose_name='fin')),
                ('amount', alliances.money.MoneyField(null=True, verbose_name='montant')),
                ('table', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation', verbose_name='Table')),
                ('fiduciary', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation', verbose_name='fiduciaire du FQIS')),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, null=True)),
                ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_at', models.DateTimeField(editable=False, null=True)),
                ('sent_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_on', models.DateField(editable=False, null=True, verbose_name='signé le')),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_reason', models.TextField(blank=True, editable=False, verbose_name='motif du retrait')),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
            ],
            options={
                'ordering': ['convention', 'number'],
                'constraints': [models.UniqueConstraint(fields=('convention', 'number'), name='avenant_number_once'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'sent'])), fields=('convention',), name='avenant_one_open', violation_error_message='Un avenant de cette convention est déjà en cours.'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('was_ends_on')), _connector='OR'), name='avenant_extends', violation_error_message='La nouvelle fin doit suivre la fin actuelle.'), models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('amount__gt', 0), models.Q(('amount', models.F('was_amount')), _negated=True)), _connector='OR'), name='avenant_amount_changes'), models.CheckConstraint(condition=models.Q(models.Q(('fiduciary', None), ('table', None)), ('table__isnull', False), _connector='OR'), name='avenant_parties_together'), models.CheckConstraint(condition=models.Q(('fiduciary', None), models.Q(('fiduciary', models.F('table')), _negated=True), _connector='OR'), name='avenant_fiduciary_is_another'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='avenant_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('changed_at', None), ('changed_by', None)), models.Q(('changed_at__isnull', False), ('changed_by__isnull', False)), _connector='OR'), name='avenant_changed_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at', None), ('sent_by', None)), models.Q(('sent_at__isnull', False), ('sent_by__isnull', False)), _connector='OR'), name='avenant_sent_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='avenant_withdrawn_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at', None), ('state', 'draft')), ('state', 'withdrawn'), models.Q(('sent_at__isnull', False), ('state__in', ['sent', 'signed'])), _connector='OR'), name='avenant_sent_has_sender'), models.CheckConstraint(condition=models.Q(models.Q(('signed_on__isnull', False), ('state', 'signed')), models.Q(models.Q(('state', 'signed'), _negated=True), ('signed_on', None)), _connector='OR'), name='avenant_signed_has_date'), models.CheckConstraint(condition=models.Q(('signed_on', None), ('ends_on__isnull', False), ('signed_on__lte', models.F('was_ends_on')), _connector='OR'), name='avenant_signed_while_in_force', violation_error_message='La convention est finie\xa0: seul un avenant qui la prolonge peut se signer.'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('withdrawn_reason', ''), _negated=True), ('state', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at', None)), _connector='OR'), name='avenant_withdrawn_has_reason')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='AvenantSignatory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('kind', models.CharField(choices=[('ministry', 'Ministère'), ('table', 'Table'), ('fiduciary', 'Fiduciaire'), ('mrc', 'MRC ou territoire équivalent'), ('incoming', 'Nouvelle partie')], max_length=10)),
                ('mrc', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation')),
                ('name', models.CharField(max_length=200, verbose_name='partie')),
                ('rank', models.PositiveSmallIntegerField()),
                ('signed_on', models.DateField(null=True, verbose_name='signé le')),
                ('signer', models.CharField(blank=True, max_length=150, verbose_name='signataire')),
                ('recorded_at', models.DateTimeField(editable=False, null=True)),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                ('avenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signatories', to='conventions.avenant')),
            ],
            options={
                'ordering': ['rank', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'mrc'), ('mrc__isnull', False)), models.Q(models.Q(('kind', 'mrc'), _negated=True), ('mrc', None)), _connector='OR'), name='avenantsignatory_mrc_when_mrc'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at', None), ('recorded_by', None)), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='avenantsignatory_recorded_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at', None), ('signed_on', None), ('signer', '')), models.Q(('recorded_at__isnull', False), ('signed_on__isnull', False), models.Q(('signer', ''), _negated=True)), _connector='OR'), name='avenantsignatory_signature_is_recorded'), models.UniqueConstraint(fields=('avenant', 'kind', 'mrc', 'organisation'), name='avenantsignatory_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='ConventionText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('convention', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='wording', to='conventions.convention')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conventions.conventiontemplate')),
                ('body', models.TextField(verbose_name='texte')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, null=True)),
                ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='convention_text_has_text'), models.CheckConstraint(condition=models.Q(models.Q(('changed_at', None), ('changed_by', None)), models.Q(('changed_at__isnull', False), ('changed_by__isnull', False)), _connector='OR'), name='convention_text_changed_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='Signatory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('kind', models.CharField(choices=[('ministry', 'Ministère'), ('table', 'Table'), ('fiduciary', 'Fiduciaire'), ('mrc', 'MRC ou territoire équivalent'), ('incoming', 'Nouvelle partie')], max_length=10)),
                ('mrc', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation')),
                ('name', models.CharField(max_length=200, verbose_name='partie')),
                ('rank', models.PositiveSmallIntegerField()),
                ('signed_on', models.DateField(null=True, verbose_name='signé le')),
                ('signer', models.CharField(blank=True, max_length=150, verbose_name='signataire')),
                ('recorded_at', models.DateTimeField(editable=False, null=True)),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signatories', to='conventions.convention')),
            ],
            options={
                'ordering': ['rank', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'mrc'), ('mrc__isnull', False)), models.Q(models.Q(('kind', 'mrc'), _negated=True), ('mrc', None)), _connector='OR'), name='signatory_mrc_when_mrc'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at', None), ('recorded_by', None)), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='signatory_recorded_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at', None), ('signed_on', None), ('signer', '')), models.Q(('recorded_at__isnull', False), ('signed_on__isnull', False), models.Q(('signer', ''), _negated=True)), _connector='OR'), name='signatory_signature_is_recorded'), models.UniqueConstraint(fields=('convention', 'kind', 'mrc'), name='signatory_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='alliances.alliance')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('page_count', models.PositiveSmallIntegerField(verbose_name='pages')),
                ('received_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('received_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('split_at', models.DateTimeField(editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                'ordering': ['-received_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('split_at', None)), fields=['received_at'], name='scan_to_split')],
                'constraints': [models.UniqueConstraint(fields=('alliance', 'sha256'), name='scan_once', violation_error_message='Ce fichier a déjà été déposé.'), models.CheckConstraint(condition=models.Q(('page_count__gt', 0)), name='scan_has_pages')],
            },
        ),
        migrations.CreateModel(
            name='ScanPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('scan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='conventions.scan')),
                ('position', models.PositiveSmallIntegerField(verbose_name='page du fichier')),
                ('problem', models.CharField(blank=True, choices=[('', 'Aucun'), ('unreadable', 'Aucun code lu'), ('blank', 'Page blanche'), ('several', 'Plusieurs codes sur la page'), ('foreign', 'Page d’un autre document')], max_length=10)),
                ('code', models.CharField(blank=True, max_length=8, verbose_name='code lu')),
                ('number', models.PositiveSmallIntegerField(null=True, verbose_name='page')),
                ('total', models.PositiveSmallIntegerField(null=True)),
                ('turned', models.SmallIntegerField(default=0, help_text='De combien de degrés redresser la page, dans le sens horaire.')),
                ('convention', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scanned_pages', to='conventions.convention')),
                ('signatory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='conventions.signatory')),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                ('filed_at', models.DateTimeField(editable=False, null=True)),
                ('filed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_aside_at', models.DateTimeField(editable=False, null=True)),
                ('set_aside_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='raison')),
            ],
            options={
                'ordering': ['scan', 'position'],
                'constraints': [models.UniqueConstraint(fields=('scan', 'position'), name='scan_page_once'), models.CheckConstraint(condition=models.Q(models.Q(('number', None), ('total', None)), models.Q(('number__gte', 1), ('total__gte', models.F('number'))), _connector='OR'), name='scan_page_number_in_total'), models.CheckConstraint(condition=models.Q(models.Q(('convention', None), ('filed_at', None), ('filed_by', None)), models.Q(('convention__isnull', False), ('filed_at__isnull', False), ('filed_by__isnull', False)), _connector='OR'), name='scan_page_filed_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('set_aside_at', None), ('set_aside_by', None)), models.Q(('filed_at', None), ('set_aside_at__isnull', False), ('set_aside_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='scan_page_set_aside_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('document', None), ('signatory', None)), ('filed_at__isnull', False), _connector='OR'), name='scan_page_sheet_is_filed'), models.CheckConstraint(condition=models.Q(models.Q(('problem', ''), _negated=True), models.Q(('filed_at__isnull', False), ('number__isnull', False), models.Q(('code', ''), _negated=True)), _connector='OR'), name='scan_page_waits_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('problem', 'foreign'), _negated=True), ('filed_at', None), _connector='OR'), name='scan_page_foreign_never_filed', violation_error_message='Cette page est celle d’un autre document.')],
            },
        ),
        migrations.CreateModel(
            name='Tranche',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tranches', to='conventions.convention')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('waits_for', models.CharField(choices=[('convention_signed', 'Convention signée'), ('plan_approved', 'Plan approuvé'), ('report_accepted', 'Reddition acceptée')], max_length=24, verbose_name='attend')),
                ('waits_for_year', models.PositiveSmallIntegerField(default=0, help_text='L’exercice de la reddition attendue, 0 sans exercice.')),
                ('removed_with', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conventions.avenant')),
            ],
            options={
                'ordering': ['convention', 'rank'],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('removed_with', None)), deferrable=django.db.models.constraints.Deferrable['DEFERRED'], expressions=[('convention', '='), ('rank', '=')], name='tranche_rank_once'), models.CheckConstraint(condition=models.Q(('waits_for__in', ['convention_signed', 'plan_approved', 'report_accepted'])), name='tranche_waits_for_a_step'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='tranche_amount_positive', violation_error_message='Le montant d’une tranche doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(models.Q(('waits_for', 'report_accepted'), ('waits_for_year__gt', 2000)), models.Q(models.Q(('waits_for', 'report_accepted'), _negated=True), ('waits_for_year', 0)), _connector='OR'), name='tranche_year_when_report', violation_error_message='Dites l’exercice de la reddition attendue.')],
            },
        ),
        migrations.CreateModel(
            name='AvenantTranche',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('avenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='conventions.avenant')),
                ('tranche', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conventions.tranche')),
                ('was_rank', models.PositiveSmallIntegerField(null=True)),
                ('was_fiscal_year', models.PositiveSmallIntegerField(null=True)),
                ('was_amount', alliances.money.MoneyField(null=True)),
                ('was_waits_for', models.CharField(blank=True, max_length=24)),
                ('was_waits_for_year', models.PositiveSmallIntegerField(null=True)),
                ('rank', models.PositiveSmallIntegerField(null=True, verbose_name='rang')),
                ('fiscal_year', models.PositiveSmallIntegerField(null=True, verbose_name='exercice')),
                ('amount', alliances.money.MoneyField(null=True, verbose_name='montant')),
                ('waits_for', models.CharField(blank=True, max_length=24, verbose_name='attend')),
                ('waits_for_year', models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                'ordering': [models.OrderBy(models.F('rank'), nulls_last=True), 'was_rank', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('avenant', 'rank'), name='avenant_line_rank_once'), models.UniqueConstraint(fields=('avenant', 'tranche'), name='avenant_line_once'), models.CheckConstraint(condition=models.Q(models.Q(('tranche', None), ('was_amount', None), ('was_rank', None)), models.Q(('tranche__isnull', False), ('was_amount__isnull', False), ('was_rank__isnull', False)), _connector='OR'), name='avenant_line_before'), models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('rank', None), ('tranche__isnull', False)), models.Q(('amount__gt', 0), ('amount__isnull', False), ('rank__isnull', False)), _connector='OR'), name='avenant_line_after')],
            },
        ),
        migrations.CreateModel(
            name='ScheduleStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedule', to='alliances.cycle')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('waits_for', models.CharField(choices=[('convention_signed', 'Convention signée'), ('plan_approved', 'Plan approuvé'), ('report_accepted', 'Reddition acceptée'), ('avenant_signed', 'Avenant signé')], max_length=24, verbose_name='attend')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
            ],
            options={
                'ordering': ['cycle', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('cycle', 'rank'), name='schedule_rank_once'), models.UniqueConstraint(fields=('cycle', 'waits_for'), name='schedule_milestone_once'), models.CheckConstraint(condition=models.Q(('waits_for__in', ['convention_signed', 'plan_approved', 'report_accepted', 'avenant_signed'])), name='schedule_milestone_known')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenantsignatory',
            trigger=pgtrigger.compiler.Trigger(name='signature_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c2f21e3b704ecdb118aabbb309eac778d80f4b7b', operation='UPDATE OR DELETE', pgid='pgtrigger_signature_stays_84029', table='conventions_avenantsignatory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenantsignatory',
            trigger=pgtrigger.compiler.Trigger(name='parties_fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM conventions_avenant a\n        WHERE a.id IN (NEW.avenant_id, OLD.avenant_id) AND a.state <> 'draft'\n    ) AND (\n        ROW(OLD.avenant_id, OLD.kind, OLD.mrc_id, OLD.organisation_id, OLD.name)\n        IS DISTINCT FROM\n        ROW(NEW.avenant_id, NEW.kind, NEW.mrc_id, NEW.organisation_id, NEW.name)\n        OR EXISTS (SELECT 1 FROM conventions_avenant a\n                   WHERE a.id = NEW.avenant_id AND a.state = 'withdrawn')\n    ) THEN\n        RAISE EXCEPTION 'Les parties d’un avenant envoyé ne changent plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenantsignatory_fixed';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='48984490473cb5f98781ba449969acff8be621e5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_parties_fixed_once_sent_2b321', table='conventions_avenantsignatory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='empowered_before_sending', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'sent\' AND OLD."state" = \'draft\')', func="\n            IF NOT EXISTS (\n                SELECT 1 FROM conventions_resolution r WHERE r.alliance_id = NEW.alliance_id\n            ) THEN\n                RAISE EXCEPTION 'Aucune résolution n’habilite la Table à signer.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_resolution';\n            END IF;\n            IF EXISTS (\n                SELECT 1 FROM alliances_alliance a\n                JOIN alliances_organisation o ON o.id = a.table_id\n                JOIN alliances_territory t ON t.id = a.territory_id\n                WHERE a.id = NEW.alliance_id AND a.fiduciary_id IS NULL\n                  AND NOT o.is_registered AND NOT t.manages_own_envelope\n            ) THEN\n                RAISE EXCEPTION 'Cette Table a besoin d’un fiduciaire.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_fiduciary';\n            END IF;\n            RETURN NEW;\n        ", hash='34fe5462a69399143e49d92d0afb1f3d785209a6', operation='UPDATE', pgid='pgtrigger_empowered_before_sending_39559', table='conventions_convention', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='tranches_sum', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n            IF EXISTS (\n                SELECT 1 FROM conventions_convention c\n                WHERE c.id IN (NEW.id) AND c.amount IS DISTINCT FROM (\n                    SELECT sum(t.amount) FROM conventions_tranche t\n                    WHERE t.convention_id = c.id AND t.removed_with_id IS NULL\n                )\n            ) THEN\n                RAISE EXCEPTION 'La somme des tranches diffère du montant de la convention.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_tranches_sum';\n            END IF;\n            RETURN NULL;\n        ", hash='dec1ffe97a6f86ac534ffa11055244a9a9d45c32', operation='INSERT OR UPDATE', pgid='pgtrigger_tranches_sum_28ff3', table='conventions_convention', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='kept_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'sent\', \'signed\', \'ended\', \'terminated\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='014b886c2767e156a73032a98741ee0105e20fcf', operation='DELETE', pgid='pgtrigger_kept_once_sent_fac9b', table='conventions_convention', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'sent\', \'signed\', \'ended\', \'terminated\'))', func="\n                    IF ROW(OLD.starts_on, OLD.number, OLD.alliance_id, OLD.sent_at)\n                       IS DISTINCT FROM\n                       ROW(NEW.starts_on, NEW.number, NEW.alliance_id, NEW.sent_at)\n                       OR (ROW(OLD.amount, OLD.ends_on) IS DISTINCT FROM\n                           ROW(NEW.amount, NEW.ends_on) AND NOT EXISTS (\n    SELECT 1 FROM conventions_avenant a\n    WHERE a.convention_id = OLD.id AND a.state = 'signed' AND OLD.state = 'signed'\n      AND a.number = (\n    SELECT max(l.number) FROM conventions_avenant l\n    WHERE l.convention_id = OLD.id AND l.state = 'signed'\n)\n      AND a.was_amount = OLD.amount AND NEW.amount = coalesce(a.amount, OLD.amount)\n      AND a.was_ends_on = OLD.ends_on AND NEW.ends_on = coalesce(a.ends_on, OLD.ends_on)\n))\n                       OR NEW.state = 'draft'\n                       OR (OLD.state <> 'sent' AND NEW.state = 'sent')\n                       OR (OLD.state IN ('ended', 'terminated') AND NEW.state <> OLD.state)\n                       OR (OLD.signed_on IS NOT NULL\n                           AND NEW.signed_on IS DISTINCT FROM OLD.signed_on)\n                    THEN\n                        RAISE EXCEPTION 'Une convention envoyée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='e1c5a561af4bd1fa818d2e02d7c2ad80fdccac38', operation='UPDATE', pgid='pgtrigger_fixed_once_sent_78362', table='conventions_convention', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='within_cycle', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE opens date; closes date; former bigint; ended date;', func="\n    SELECT y.starts_on, y.closes_on, y.follows_id INTO STRICT opens, closes, former\n    FROM alliances_alliance a JOIN alliances_cycle y ON y.id = a.cycle_id\n    WHERE a.id = NEW.alliance_id;\n    IF NEW.starts_on < opens OR NEW.ends_on > closes THEN\n        RAISE EXCEPTION 'La convention sort de son cycle.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_within_cycle';\n    END IF;\n    IF former IS NOT NULL AND NEW.state IN ('sent', 'signed')\n       AND (TG_OP = 'INSERT' OR OLD.state IS DISTINCT FROM NEW.state) THEN\n        SELECT max(p.ends_on) INTO ended\n        FROM conventions_convention p JOIN alliances_alliance a ON a.id = p.alliance_id\n        WHERE p.territory_id = NEW.territory_id AND a.cycle_id = former\n          AND p.state IN ('signed', 'ended');\n        IF ended IS NOT NULL AND NEW.starts_on <> ended + 1 THEN\n            RAISE EXCEPTION 'La convention ne commence pas au lendemain de la précédente.'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_follows';\n        END IF;\n    END IF;\n    RETURN NEW;\n", hash='0b08a440663520e601af99afac990298c133ab8d', operation='INSERT OR UPDATE', pgid='pgtrigger_within_cycle_67246', table='conventions_convention', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='convention',
            trigger=pgtrigger.compiler.Trigger(name='signed_by_every_party', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'signed')", func="\n                    IF (SELECT count(*) FROM conventions_signatory s\n                        WHERE s.convention_id = NEW.id AND s.signed_on IS NOT NULL\n                          AND s.kind IN ('ministry', 'table')) < 2\n                    OR EXISTS (SELECT 1 FROM conventions_signatory s\n                               WHERE s.convention_id = NEW.id AND s.signed_on IS NULL)\n                    THEN\n                        RAISE EXCEPTION 'Il manque une signature à cette convention.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'convention_signature_missing';\n                    END IF;\n                    RETURN NEW;\n                ", hash='d65aa912d0926dda2f6cb7bd8d3c6c7ecef7bce9', operation='INSERT OR UPDATE', pgid='pgtrigger_signed_by_every_party_74ef7', table='conventions_convention', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenant',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='23bea79600c5f729fbb84b13e48fe6128e12e615', operation='DELETE', pgid='pgtrigger_never_deleted_28e93', table='conventions_avenant', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenant',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'sent\', \'signed\', \'withdrawn\'))', func="\n    IF OLD.state <> 'sent' OR NEW.state NOT IN ('sent', 'signed', 'withdrawn')\n       OR to_jsonb(OLD) - ARRAY['state', 'signed_on', 'withdrawn_at', 'withdrawn_by_id',\n                                'withdrawn_reason']\n          IS DISTINCT FROM\n          to_jsonb(NEW) - ARRAY['state', 'signed_on', 'withdrawn_at', 'withdrawn_by_id',\n                                'withdrawn_reason']\n    THEN\n        RAISE EXCEPTION 'Un avenant envoyé ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_fixed';\n    END IF;\n    RETURN NEW;\n", hash='99c701660a255bf44acf0bd5a7a400a351ae20eb', operation='UPDATE', pgid='pgtrigger_fixed_once_sent_0be83', table='conventions_avenant', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenant',
            trigger=pgtrigger.compiler.Trigger(name='starts_from_what_holds', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state <> 'withdrawn')", declare='DECLARE problem text; lines numeric;', func="\n    SELECT CASE\n        WHEN c.state <> 'signed' THEN 'La convention n’est pas signée.'\n        WHEN ROW(c.amount, c.ends_on, a.table_id, a.fiduciary_id) IS DISTINCT FROM\n             ROW(NEW.was_amount, NEW.was_ends_on, NEW.was_table_id, NEW.was_fiduciary_id)\n            THEN 'L’avenant ne part pas de la convention en vigueur.'\n        WHEN NEW.ends_on > y.closes_on THEN 'L’avenant dépasse la fin du cycle.'\n        WHEN NEW.table_id = NEW.was_table_id\n             AND NEW.fiduciary_id IS NOT DISTINCT FROM NEW.was_fiduciary_id\n            THEN 'L’avenant ne change pas les parties.'\n        END\n    INTO problem\n    FROM conventions_convention c\n    JOIN alliances_alliance a ON a.id = c.alliance_id\n    JOIN alliances_cycle y ON y.id = a.cycle_id\n    WHERE c.id = NEW.convention_id;\n    IF NEW.state IN ('sent', 'signed') THEN\n        SELECT sum(l.amount) INTO lines FROM conventions_avenanttranche l\n        WHERE l.avenant_id = NEW.id AND l.rank IS NOT NULL;\n        IF num_nonnulls(NEW.ends_on, NEW.amount, NEW.table_id, lines) = 0 THEN\n            problem := 'L’avenant ne change rien.';\n        ELSIF (NEW.amount IS NOT NULL OR lines IS NOT NULL)\n              AND lines IS DISTINCT FROM coalesce(NEW.amount, NEW.was_amount) THEN\n            problem := 'La somme des tranches diffère du montant de l’avenant.';\n        END IF;\n    END IF;\n    IF NEW.state = 'signed' AND (\n        (SELECT count(*) FROM conventions_avenantsignatory s\n         WHERE s.avenant_id = NEW.id AND s.kind IN ('ministry', 'table')) < 2\n        OR EXISTS (SELECT 1 FROM conventions_avenantsignatory s\n                   WHERE s.avenant_id = NEW.id AND s.signed_on IS NULL)\n        OR NEW.signed_on IS DISTINCT FROM (SELECT max(s.signed_on)\n            FROM conventions_avenantsignatory s WHERE s.avenant_id = NEW.id)\n    ) THEN\n        problem := 'Il manque une signature à cet avenant.';\n    END IF;\n    IF problem IS NOT NULL THEN\n        RAISE EXCEPTION '%', problem\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_starts_from_what_holds';\n    END IF;\n    RETURN NEW;\n", hash='c8bc474bf6ca76d0c2c57ea9d4f334e6d92a3bf8', operation='INSERT OR UPDATE', pgid='pgtrigger_starts_from_what_holds_5f081', table='conventions_avenant', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenant',
            trigger=pgtrigger.compiler.Trigger(name='applied_whole', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'signed')", constraint='CONSTRAINT', func="\n    IF NEW.number = (\n    SELECT max(l.number) FROM conventions_avenant l\n    WHERE l.convention_id = NEW.convention_id AND l.state = 'signed'\n) AND (\n        EXISTS (\n            SELECT 1 FROM conventions_convention c\n            JOIN alliances_alliance a ON a.id = c.alliance_id\n            WHERE c.id = NEW.convention_id AND (\n                c.amount <> coalesce(NEW.amount, NEW.was_amount)\n                OR c.ends_on <> coalesce(NEW.ends_on, NEW.was_ends_on)\n                OR (NEW.table_id IS NOT NULL AND ROW(a.table_id, a.fiduciary_id)\n                    IS DISTINCT FROM ROW(NEW.table_id, NEW.fiduciary_id))\n            )\n        )\n        OR EXISTS (\n            SELECT 1 FROM conventions_avenanttranche l\n            WHERE l.avenant_id = NEW.id AND NOT EXISTS (\n                SELECT 1 FROM conventions_tranche t\n                WHERE t.convention_id = NEW.convention_id\n                  AND (l.tranche_id IS NULL OR t.id = l.tranche_id)\n                  AND ((l.rank IS NULL AND t.removed_with_id = NEW.id)\n                       OR (t.removed_with_id IS NULL\n                           AND ROW(t.rank, t.fiscal_year, t.amount, t.waits_for, t.waits_for_year)\n                             = ROW(l.rank, l.fiscal_year, l.amount, l.waits_for,\n                                   l.waits_for_year)))\n            )\n        )\n    ) THEN\n        RAISE EXCEPTION 'Un avenant signé s’applique en entier.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_applied';\n    END IF;\n    RETURN NULL;\n", hash='abaf6b37a442ec02dae33c9b81f9682c833b7aaf', operation='INSERT OR UPDATE', pgid='pgtrigger_applied_whole_c49b0', table='conventions_avenant', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conventiontemplate',
            trigger=pgtrigger.compiler.Trigger(name='published_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."published_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='54519a262bbd741ce158b6c593a09052054f3d8d', operation='UPDATE OR DELETE', pgid='pgtrigger_published_stays_c6dcb', table='conventions_conventiontemplate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conventiontext',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM conventions_convention c\n                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)\n                          AND c.state <> 'draft'\n                    ) THEN\n                        RAISE EXCEPTION 'Le texte d’une convention envoyée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_fixed';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='385dafaa6d2c1bdb728a27a0671cae545c41d4db', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_fixed_once_sent_78ab3', table='conventions_conventiontext', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conventiontext',
            trigger=pgtrigger.compiler.Trigger(name='from_a_published_template', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM conventions_conventiontemplate t\n                        JOIN conventions_convention c ON c.id = NEW.convention_id\n                        JOIN alliances_alliance a ON a.id = c.alliance_id\n                        WHERE t.id = NEW.template_id AND t.cycle_id = a.cycle_id\n                          AND t.published_at IS NOT NULL\n                    ) THEN\n                        RAISE EXCEPTION 'Ce modèle n’est pas publié pour ce cycle.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_template';\n                    END IF;\n                    RETURN NEW;\n                ", hash='50fc5d9fdca661b3c1d2393b30f1a1eabc2aaffd', operation='INSERT OR UPDATE', pgid='pgtrigger_from_a_published_template_61d1c', table='conventions_conventiontext', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resolution',
            trigger=pgtrigger.compiler.Trigger(name='resolution_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='aaccaf9ada1c5aca340b0bc218184a31d83f50b7', operation='UPDATE OR DELETE', pgid='pgtrigger_resolution_stays_95c6a', table='conventions_resolution', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='94ee8de4ee9fb43977659fba84c66fbe6c7d258a', operation='DELETE', pgid='pgtrigger_never_deleted_e592d', table='conventions_scan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_split', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."split_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0d1dd3ed75e9fcb18a5dc4997c1f4eaa40c72607', operation='UPDATE', pgid='pgtrigger_fixed_once_split_203e8', table='conventions_scan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scan',
            trigger=pgtrigger.compiler.Trigger(name='nothing_lost', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."split_at" IS NOT NULL)', constraint='CONSTRAINT', func="\n                    IF (SELECT count(*) FROM conventions_scanpage p WHERE p.scan_id = NEW.id\n                        AND p.position <= NEW.page_count) <> NEW.page_count\n                    THEN\n                        RAISE EXCEPTION 'Il manque des pages de ce fichier.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scan_every_page';\n                    END IF;\n                    RETURN NULL;\n                ", hash='c4e89320082b3d587a078a7d28e9c38a5f711bf8', operation='INSERT OR UPDATE', pgid='pgtrigger_nothing_lost_a0c00', table='conventions_scan', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signatory',
            trigger=pgtrigger.compiler.Trigger(name='signature_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2515fffc78f920b1caf9f6c1dd8747c7a0a0c52f', operation='UPDATE OR DELETE', pgid='pgtrigger_signature_stays_89311', table='conventions_signatory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signatory',
            trigger=pgtrigger.compiler.Trigger(name='parties_fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM conventions_convention c\n                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)\n                          AND c.state <> 'draft'\n                    ) AND ROW(OLD.convention_id, OLD.kind, OLD.mrc_id, OLD.organisation_id,\n                              OLD.name)\n                      IS DISTINCT FROM\n                          ROW(NEW.convention_id, NEW.kind, NEW.mrc_id, NEW.organisation_id,\n                              NEW.name)\n                    THEN\n                        RAISE EXCEPTION 'Les parties d’une convention envoyée ne changent plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'signatory_fixed';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='67065c56a1eeb759658af88b73b2d9dd90326881', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_parties_fixed_once_sent_7b6b7', table='conventions_signatory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scanpage',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3cb29f01101c415923f16fffb9b9863ebf1b1e45', operation='DELETE', pgid='pgtrigger_never_deleted_2517c', table='conventions_scanpage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scanpage',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_placed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."filed_at" IS NOT NULL OR OLD."set_aside_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='78eaa71751685f0460bb41d61d2f659751a8e663', operation='UPDATE', pgid='pgtrigger_fixed_once_placed_dd1d6', table='conventions_scanpage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scanpage',
            trigger=pgtrigger.compiler.Trigger(name='of_this_convention', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."filed_at" IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM conventions_convention c\n                        JOIN conventions_scan s ON s.id = NEW.scan_id\n                        LEFT JOIN alliances_document d ON d.id = c.document_id\n                        WHERE c.id = NEW.convention_id AND c.alliance_id = s.alliance_id\n                          AND (NEW.code = '' OR d.code = NEW.code)\n                    ) OR NOT (NEW.signatory_id IS NULL OR EXISTS (\n                        SELECT 1 FROM conventions_signatory g\n                        WHERE g.id = NEW.signatory_id AND g.convention_id = NEW.convention_id\n                    )) THEN\n                        RAISE EXCEPTION 'Cette page est celle d’une autre convention.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scan_page_foreign';\n                    END IF;\n                    RETURN NEW;\n                ", hash='bcdc03b52cf01da80fae1ef662d80ed9cd95c09c', operation='INSERT OR UPDATE', pgid='pgtrigger_of_this_convention_b4db9', table='conventions_scanpage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tranche',
            trigger=pgtrigger.compiler.Trigger(name='tranches_sum', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n            IF EXISTS (\n                SELECT 1 FROM conventions_convention c\n                WHERE c.id IN (NEW.convention_id, OLD.convention_id) AND c.amount IS DISTINCT FROM (\n                    SELECT sum(t.amount) FROM conventions_tranche t\n                    WHERE t.convention_id = c.id AND t.removed_with_id IS NULL\n                )\n            ) THEN\n                RAISE EXCEPTION 'La somme des tranches diffère du montant de la convention.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_tranches_sum';\n            END IF;\n            RETURN NULL;\n        ", hash='fc5dd367a681d94670f8cfad0081f2c25a793d03', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tranches_sum_c4de4', table='conventions_tranche', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tranche',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM conventions_convention c\n                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)\n                          AND c.state <> 'draft'\n                    ) AND NOT EXISTS (\n    SELECT 1 FROM conventions_avenanttranche l\n    JOIN conventions_avenant a ON a.id = l.avenant_id\n    JOIN conventions_convention c ON c.id = a.convention_id\n    WHERE a.convention_id = NEW.convention_id AND a.state = 'signed' AND c.state = 'signed'\n      AND a.number = (\n    SELECT max(l.number) FROM conventions_avenant l\n    WHERE l.convention_id = NEW.convention_id AND l.state = 'signed'\n)\n      AND CASE TG_OP\n          WHEN 'INSERT' THEN l.tranche_id IS NULL AND NEW.removed_with_id IS NULL\n                             AND ROW(l.rank, l.fiscal_year, l.amount, l.waits_for, l.waits_for_year) = ROW(NEW.rank, NEW.fiscal_year, NEW.amount, NEW.waits_for, NEW.waits_for_year)\n          WHEN 'UPDATE' THEN l.tranche_id = OLD.id AND NEW.id = OLD.id\n                             AND NEW.convention_id = OLD.convention_id\n                             AND OLD.removed_with_id IS NULL AND ROW(l.was_rank, l.was_fiscal_year, l.was_amount, l.was_waits_for, l.was_waits_for_year) = ROW(OLD.rank, OLD.fiscal_year, OLD.amount, OLD.waits_for, OLD.waits_for_year)\n                             AND ((NEW.removed_with_id IS NULL AND ROW(l.rank, l.fiscal_year, l.amount, l.waits_for, l.waits_for_year) = ROW(NEW.rank, NEW.fiscal_year, NEW.amount, NEW.waits_for, NEW.waits_for_year))\n                                  OR (l.rank IS NULL AND NEW.removed_with_id = a.id\n                                      AND ROW(OLD.rank, OLD.fiscal_year, OLD.amount, OLD.waits_for, OLD.waits_for_year) = ROW(NEW.rank, NEW.fiscal_year, NEW.amount, NEW.waits_for, NEW.waits_for_year)))\n          ELSE false END\n) THEN\n                        RAISE EXCEPTION 'Les tranches d’une convention envoyée ne changent plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_fixed';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='2e63d999818de8460862557bd4d2cce7d18a34af', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_fixed_once_sent_f1e55', table='conventions_tranche', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tranche',
            trigger=pgtrigger.compiler.Trigger(name='first_prepares_the_plan', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."rank" = 1)', func="\n                    IF NEW.amount < (\n                        SELECT y.plan_preparation_amount FROM conventions_convention c\n                        JOIN alliances_alliance a ON a.id = c.alliance_id\n                        JOIN alliances_cycle y ON y.id = a.cycle_id\n                        WHERE c.id = NEW.convention_id\n                    ) THEN\n                        RAISE EXCEPTION 'La première tranche ne couvre pas la préparation du plan.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'tranche_prepares_the_plan';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8867a9a939f26d0ece1a82925e0abbfe5e9ff620', operation='INSERT OR UPDATE', pgid='pgtrigger_first_prepares_the_plan_3b224', table='conventions_tranche', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='avenanttranche',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_sent', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM conventions_avenant a\n        WHERE a.id IN (NEW.avenant_id, OLD.avenant_id) AND a.state <> 'draft'\n    ) THEN\n        RAISE EXCEPTION 'L’échéancier d’un avenant envoyé ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_line_fixed';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='68686233eaf29451b653a1359fa15592425afcb4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_fixed_once_sent_58dae', table='conventions_avenanttranche', when='BEFORE')),
        ),
    ]
