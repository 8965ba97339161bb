import alliances.clock
import alliances.models.alliances
import alliances.models.documents
import alliances.money
import alliances.whole
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


# Before the first table: what the application's role may do with this schema, now and later.
GRANTS = migrations.RunSQL(
    sql=[
        f"GRANT USAGE ON SCHEMA public TO {settings.APP_DB_ROLE}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
        f" TO {settings.APP_DB_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {settings.APP_DB_ROLE}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {settings.APP_DB_ROLE}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        f" GRANT USAGE ON SEQUENCES TO {settings.APP_DB_ROLE}",
    ],
    reverse_sql=migrations.RunSQL.noop,
)

# Case, accents, spaces, hyphens and apostrophes forgiven. Only the catalogue's own immutable
# functions: an index rests on it.
NAME_KEY = r"""
CREATE FUNCTION alliances_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    PARALLEL SAFE AS
$$ SELECT btrim(regexp_replace(
       lower(replace(replace(replace(replace(
           regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'),
           'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae')),
       '[[:space:]''’ʼ‐‑–—-]+', ' ', 'g')) $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        GRANTS,
        migrations.RunSQL(NAME_KEY, "DROP FUNCTION alliances_name_key(text)"),
        alliances.whole.CreateModels([
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.SlugField(primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='Mrc',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=3, unique=True)),
                    ('name', models.CharField(max_length=100, verbose_name='nom')),
                    ('kind', models.CharField(choices=[('MRC', 'MRC'), ('TE', 'territoire équivalent')], max_length=3)),
                    ('census_division', models.CharField(max_length=4)),
                    ('code_to_confirm', models.BooleanField(default=False, verbose_name='code à confirmer')),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='Organisation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='nom')),
                    ('neq', models.CharField(blank=True, max_length=10, validators=[django.core.validators.RegexValidator('^\\d{10}$', 'Un NEQ compte dix chiffres, par exemple 1140000000.')], verbose_name='NEQ')),
                    ('legal_class', models.CharField(choices=[('obnl', 'Personne morale à but non lucratif'), ('coop', 'Coopérative considérée comme OBNL par Revenu Québec'), ('municipal', 'Organisme municipal ou MRC'), ('autochtone', 'Conseil de bande, village nordique ou regroupement autochtone'), ('recherche', 'Centre de recherche'), ('autre', 'Autre\xa0: non admissible au FQIS')], max_length=12, verbose_name='forme')),
                    ('is_registered', models.BooleanField(default=True, verbose_name='inscrite au REQ')),
                    ('city', models.CharField(blank=True, max_length=100, verbose_name='ville')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel de contact')),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ],
                options={
                    'ordering': ['name', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('neq', ''), ('neq__regex', '^\\d{10}$'), _connector='OR'), name='organisation_neq_ten_digits', violation_error_message='Un NEQ compte dix chiffres, par exemple 1140000000.')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='courriel')),
                    ('full_name', models.CharField(max_length=150, verbose_name='nom complet')),
                    ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'English')], default='fr', max_length=2, verbose_name='langue')),
                    ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                    ('is_portal', models.BooleanField(default=False, editable=False)),
                    ('date_joined', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'ordering': ['full_name', 'pk'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_unique_any_case'), models.UniqueConstraint(condition=models.Q(('is_portal', True)), fields=('is_portal',), name='user_one_portal')],
                },
            ),
            migrations.CreateModel(
                name='Cycle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(unique=True, verbose_name='adresse')),
                    ('name', models.CharField(max_length=60, verbose_name='nom')),
                    ('starts_on', models.DateField(verbose_name='début')),
                    ('ends_on', models.DateField(verbose_name='fin prévue')),
                    ('extended_to', models.DateField(blank=True, null=True, verbose_name='prolongé jusqu’au')),
                    ('closes_on', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(models.F('extended_to'), models.F('ends_on')), output_field=models.DateField())),
                    ('envelope_total', alliances.money.MoneyField(blank=True, help_text='Montant publié, en dollars.', null=True, verbose_name='enveloppe nationale')),
                    ('measure', models.CharField(blank=True, max_length=100, verbose_name='mesure')),
                    ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                    ('agreement_word', models.CharField(default='convention', max_length=30)),
                    ('plan_word', models.CharField(default='plan d’action régional concerté', max_length=60)),
                    ('plan_short', models.CharField(default='PARC', max_length=30)),
                    ('plan_due_months', models.PositiveSmallIntegerField(blank=True, help_text='Mois après la signature.', null=True)),
                    ('plan_due_latest', models.DateField(blank=True, null=True)),
                    ('plan_preparation_amount', alliances.money.MoneyField(blank=True, help_text='Compris dans le premier versement pour faire le plan, en dollars.', null=True)),
                    ('own_share_ceiling', models.DecimalField(blank=True, decimal_places=2, help_text='Vide\xa0: aucun plafond fixe (guide de 2024, §2.2).', max_digits=5, null=True, verbose_name='part la plus grande de l’administration et de la mobilisation, en\xa0%')),
                    ('public_funding_limit', models.DecimalField(blank=True, decimal_places=2, help_text='Vide\xa0: à confirmer.', max_digits=5, null=True, verbose_name='cumul le plus grand de l’aide publique, en pourcentage du coût d’un projet')),
                    ('initiatives_supported', models.PositiveIntegerField(blank=True, null=True)),
                    ('invested', alliances.money.MoneyField(blank=True, null=True)),
                    ('invested_by_partners', alliances.money.MoneyField(blank=True, null=True)),
                    ('follows', models.ForeignKey(blank=True, help_text='Ses conventions commencent au lendemain de celles de ce cycle.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.cycle', verbose_name='prend la suite du')),
                ],
                options={
                    'ordering': ['starts_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='cycle_dates_in_order'), models.CheckConstraint(condition=models.Q(('extended_to', None), ('extended_to__gt', models.F('ends_on')), _connector='OR'), name='cycle_extension_after_end'), models.CheckConstraint(condition=models.Q(('follows', None), models.Q(('follows', models.F('pk')), _negated=True), _connector='OR'), name='cycle_follows_another'), models.CheckConstraint(condition=models.Q(('own_share_ceiling', None), models.Q(('own_share_ceiling__gte', 0), ('own_share_ceiling__lte', 100)), _connector='OR'), name='cycle_own_share_percent'), models.CheckConstraint(condition=models.Q(('public_funding_limit', None), models.Q(('public_funding_limit__gt', 0), ('public_funding_limit__lte', 100)), _connector='OR'), name='cycle_public_funding_percent')],
                },
            ),
            migrations.CreateModel(
                name='Alliance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alliances', to='alliances.cycle')),
                    ('fiduciary', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation', verbose_name='fiduciaire du FQIS')),
                    ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.organisation', verbose_name='Table signataire')),
                ],
                options={
                    'ordering': ['cycle__starts_on', 'territory__rank'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('fiduciary', None), models.Q(('fiduciary', models.F('table')), _negated=True), _connector='OR'), name='alliance_fiduciary_is_another')],
                },
            ),
            migrations.CreateModel(
                name='Document',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.SlugField(max_length=40, verbose_name='type')),
                    ('title', models.CharField(max_length=200, verbose_name='titre')),
                    ('subject_label', models.CharField(blank=True, max_length=60)),
                    ('subject_id', models.BigIntegerField(null=True)),
                    ('series', models.CharField(blank=True, max_length=8)),
                    ('fiscal_year', models.PositiveSmallIntegerField(null=True)),
                    ('sequence', models.PositiveIntegerField(null=True)),
                    ('number', models.CharField(blank=True, max_length=40, verbose_name='numéro')),
                    ('dated_on', models.DateField(default=alliances.clock.today, verbose_name='daté du')),
                    ('language', models.CharField(default='fr', max_length=2)),
                    ('data', models.JSONField(default=dict, help_text='Les données figées dont le PDF est fait.')),
                    ('state', models.CharField(choices=[('pending', 'En préparation'), ('ready', 'Prêt'), ('failed', 'En échec'), ('annulled', 'Annulé')], default='pending', max_length=8)),
                    ('file', models.FileField(blank=True, max_length=200, upload_to=alliances.models.documents.document_path)),
                    ('mime', models.CharField(default='application/pdf', max_length=100)),
                    ('size', models.PositiveBigIntegerField(help_text='En octets.', null=True)),
                    ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte')),
                    ('code', models.CharField(default=alliances.models.documents.new_code, max_length=8, unique=True)),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('rendered_at', models.DateTimeField(editable=False, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('last_error', models.CharField(blank=True, max_length=500)),
                    ('alliance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='alliances.alliance')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='alliances.document')),
                ],
                options={
                    'ordering': ['-created_at', '-pk'],
                    'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['created_at'], name='document_pending'), models.Index(fields=['alliance', '-created_at'], name='document_by_alliance'), models.Index(fields=['subject_label', 'subject_id'], name='document_by_subject')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('series', ''), _negated=True), fields=('series', 'fiscal_year', 'sequence'), name='document_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('sequence', None), ('series', '')), models.Q(models.Q(('series', ''), _negated=True), ('fiscal_year__isnull', False), ('sequence__isnull', False)), _connector='OR'), name='document_series_and_sequence'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('rendered_at__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('size__gt', 0), ('size__isnull', False)), _connector='OR'), name='document_ready_has_file'), models.CheckConstraint(condition=models.Q(('series', ''), ('fiscal_year', django.db.models.expressions.CombinedExpression(django.db.models.functions.datetime.ExtractYear('dated_on'), '-', models.Case(models.When(dated_on__month__lt=4, then=1), default=0))), _connector='OR'), name='document_numbered_in_its_year')],
                },
            ),
            migrations.CreateModel(
                name='GovernanceBody',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='nom')),
                    ('mandate', models.TextField(blank=True, max_length=2000, verbose_name='mandat')),
                    ('meetings_per_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='rencontres par année')),
                    ('support', models.TextField(blank=True, help_text='Transport, garde d’enfants, préparation : ce qui rend la place possible.', max_length=2000, verbose_name='soutien offert aux personnes')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='dissoute le')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(editable=False, null=True)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='alliances.alliance')),
                    ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['name', 'pk'],
                    'constraints': [models.UniqueConstraint(models.F('alliance'), alliances.models.alliances.NameKey('name'), condition=models.Q(('closed_on', None)), name='body_once', violation_error_message='Cette instance existe déjà.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='body_has_name'), models.CheckConstraint(condition=models.Q(models.Q(('updated_at', None), ('updated_by', None)), models.Q(('updated_at__isnull', False), ('updated_by__isnull', False)), _connector='OR'), name='body_updated_at_and_by')],
                },
            ),
            migrations.CreateModel(
                name='NumberSeries',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('series', models.CharField(max_length=8)),
                    ('fiscal_year', models.PositiveSmallIntegerField()),
                    ('last', models.PositiveIntegerField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('series', 'fiscal_year'), name='number_series_once')],
                },
            ),
            migrations.CreateModel(
                name='PartnerCategory',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.SlugField(max_length=40)),
                    ('name', models.CharField(max_length=200, verbose_name='catégorie')),
                    ('short', models.CharField(max_length=40, verbose_name='abrégé')),
                    ('rank', models.PositiveSmallIntegerField()),
                    ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partner_categories', to='alliances.cycle')),
                ],
                options={
                    'ordering': ['cycle', 'rank'],
                    'constraints': [models.UniqueConstraint(fields=('cycle', 'code'), name='partner_category_once')],
                },
            ),
            migrations.CreateModel(
                name='Territory',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(unique=True, verbose_name='adresse')),
                    ('name', models.CharField(max_length=100, verbose_name='nom')),
                    ('abbreviation', models.CharField(max_length=12, verbose_name='abrégé')),
                    ('region_code', models.CharField(blank=True, max_length=2, verbose_name='code de région')),
                    ('kind', models.CharField(choices=[('table', 'Table régionale'), ('ville', 'Ville'), ('jamesie', 'Jamésie'), ('autochtone', 'Organisation autochtone')], max_length=12, verbose_name='type')),
                    ('mrc_cosigns', models.BooleanField(verbose_name='les MRC cosignent')),
                    ('manages_own_envelope', models.BooleanField(verbose_name='gère son enveloppe')),
                    ('default_language', models.CharField(default='fr', max_length=2, verbose_name='langue')),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                    ('grid_row', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('grid_column', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population, 2016')),
                    ('area_km2', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='superficie terrestre, km²')),
                    ('social_deprivation', models.DecimalField(blank=True, decimal_places=1, help_text='IDMS 2011, dimension sociale seulement.', max_digits=4, null=True, verbose_name='défavorisation sociale, quintile 5, %')),
                    ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ],
                options={
                    'ordering': ['rank'],
                    'permissions': [('comment', 'Écrire une remarque'), ('comment_ministry', 'Écrire une remarque réservée au ministère'), ('add_document', 'Déposer un document'), ('edit_plan', 'Écrire le plan'), ('submit_plan', 'Transmettre le plan'), ('give_opinion', 'Donner un avis sur le plan'), ('validate_plan', 'Valider ou retourner le plan'), ('approve_plan', 'Approuver le plan'), ('extend_plan', 'Accorder un délai pour le plan'), ('prepare_convention', 'Préparer et envoyer la convention'), ('record_signature', 'Consigner une signature'), ('sign_convention', 'Signer la convention pour la ministre'), ('sign_for_table', 'Signer la convention pour la Table'), ('manage_projects', 'Inscrire et suivre les projets'), ('decide_projects', 'Consigner la décision sur un projet'), ('edit_report', 'Écrire la reddition'), ('submit_report', 'Transmettre la reddition'), ('review_report', 'Analyser la reddition et recommander le versement'), ('accept_report', 'Accepter la reddition'), ('manage_envelope', 'Confirmer l’enveloppe'), ('recommend_versement', 'Recommander un versement'), ('authorise_versement', 'Autoriser un versement'), ('hold_versement', 'Retenir un versement'), ('confirm_payment', 'Confirmer un paiement'), ('edit_governance', 'Tenir les registres de la concertation'), ('invite_table', 'Inviter une personne de la Table'), ('view_journal', 'Lire le journal'), ('view_national', 'Voir le tableau national'), ('allocate', 'Préparer la répartition nationale'), ('confirm_allocation', 'Confirmer la répartition nationale'), ('manage_people', 'Gérer les personnes et leurs rôles')],
                    'constraints': [models.UniqueConstraint(fields=('name',), name='territory_name_unique')],
                },
            ),
            migrations.CreateModel(
                name='SeatCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('on', models.DateField(default=alliances.clock.today, verbose_name='compté le')),
                    ('seats', models.PositiveSmallIntegerField(verbose_name='sièges')),
                    ('lived_experience', models.PositiveSmallIntegerField(verbose_name='sièges tenus par des personnes en situation de pauvreté')),
                    ('counted_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='alliances.governancebody')),
                    ('counted_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['-on', '-pk'],
                    'constraints': [models.UniqueConstraint(fields=('body', 'on'), name='seat_count_once_a_day'), models.CheckConstraint(condition=models.Q(('seats__gt', 0)), name='seat_count_positive'), models.CheckConstraint(condition=models.Q(('lived_experience__lte', models.F('seats'))), name='seat_count_within_seats', violation_error_message='Il y a plus de sièges tenus que de sièges.')],
                },
            ),
            migrations.CreateModel(
                name='Partner',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='nom')),
                    ('level', models.CharField(choices=[('regional', 'régional'), ('local', 'local')], default='regional', max_length=8, verbose_name='palier')),
                    ('contribution', models.TextField(blank=True, max_length=2000, verbose_name='contribution')),
                    ('contact', models.CharField(blank=True, max_length=150, verbose_name='personne contact')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                    ('joined_on', models.DateField(default=alliances.clock.today, verbose_name='depuis le')),
                    ('left_on', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partners', to='alliances.alliance')),
                    ('mrc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.partnercategory', verbose_name='catégorie')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['name', 'pk'],
                    'constraints': [models.UniqueConstraint(models.F('alliance'), alliances.models.alliances.NameKey('name'), condition=models.Q(('left_on', None)), name='partner_once', violation_error_message='Ce partenaire est déjà inscrit.'), models.CheckConstraint(condition=models.Q(models.Q(('level', 'regional'), ('mrc', None)), models.Q(('level', 'local'), ('mrc__isnull', False)), _connector='OR'), name='partner_local_names_its_mrc', violation_error_message='Un partenaire local nomme sa MRC; un régional, aucune.'), models.CheckConstraint(condition=models.Q(('left_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='partner_dates_in_order'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='partner_has_name')],
                },
            ),
            migrations.AddField(
                model_name='organisation',
                name='territory',
                field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory'),
            ),
            migrations.CreateModel(
                name='Notification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                    ('language', models.CharField(blank=True, max_length=2)),
                    ('subject', models.CharField(max_length=200, verbose_name='objet')),
                    ('body', models.TextField(verbose_name='texte')),
                    ('url', models.CharField(blank=True, max_length=300)),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('sent_at', models.DateTimeField(editable=False, null=True)),
                    ('read_at', models.DateTimeField(editable=False, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('attachment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='alliances.document')),
                    ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['-created_at', '-pk'],
                    'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['created_at'], name='notification_unsent'), models.Index(fields=['recipient', '-created_at'], name='notification_by_person')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('language', ''), ('recipient__isnull', False)), models.Q(models.Q(('recipient', None)), models.Q(('address', ''), _negated=True), models.Q(('language', ''), _negated=True)), _connector='OR'), name='notification_has_one_reader'), models.UniqueConstraint(condition=models.Q(('attachment__isnull', False)), fields=('attachment', 'recipient', 'address'), name='notification_document_once', nulls_distinct=False)],
                },
            ),
            migrations.AddField(
                model_name='mrc',
                name='territory',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mrcs', to='alliances.territory'),
            ),
            migrations.CreateModel(
                name='Milestone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('convention_signed', 'Convention signée'), ('plan_approved', 'Plan approuvé'), ('report_accepted', 'Reddition acceptée'), ('avenant_signed', 'Avenant signé')], max_length=24)),
                    ('fiscal_year', models.PositiveSmallIntegerField(default=0)),
                    ('sequence', models.PositiveSmallIntegerField(default=1)),
                    ('on', models.DateField(verbose_name='le')),
                    ('detail', models.CharField(blank=True, max_length=200, verbose_name='précision')),
                    ('url', models.CharField(blank=True, max_length=300)),
                    ('recorded_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='alliances.alliance')),
                    ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.document')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['on', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('alliance', 'kind', 'fiscal_year', 'sequence'), name='milestone_once')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('coordination', 'Coordination'), ('direction', 'Direction'), ('partner', 'Partenaire'), ('advisor', 'Conseil'), ('analyst', 'Analyse'), ('delegate', 'Délégation'), ('budget', 'Budget'), ('payments', 'Paiements'), ('auditor', 'Audit'), ('admin', 'Administration')], max_length=20, verbose_name='rôle')),
                    ('starts_on', models.DateField(default=alliances.clock.today, verbose_name='du')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='au')),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('ended_at', models.DateTimeField(editable=False, null=True)),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('stands_in_for', models.ForeignKey(blank=True, help_text='La personne absente, dont le nom suit « pour » dans les actes.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='remplace')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='alliances.territory')),
                ],
                options={
                    'ordering': ['role', 'user__full_name', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_dates_in_order', violation_error_message='La fin du rôle doit suivre son début.'), models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['analyst', 'delegate', 'budget', 'payments', 'auditor', 'admin']), ('territory', None)), models.Q(('role__in', ['coordination', 'direction', 'partner', 'advisor']), ('territory__isnull', False)), _connector='OR'), name='membership_territory_when_regional', violation_error_message='Choisissez un territoire pour un rôle régional.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='membership_ended_at_and_by'), models.CheckConstraint(condition=models.Q(('stands_in_for', None), models.Q(models.Q(('stands_in_for', models.F('user')), _negated=True), ('ends_on__isnull', False)), _connector='OR'), name='membership_stand_in_is_another_until', violation_error_message='Un remplacement nomme une autre personne et se termine un jour dit.'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'role', 'territory'), name='membership_open_once', nulls_distinct=False, violation_error_message='Cette personne a déjà ce rôle.')],
                },
            ),
            migrations.CreateModel(
                name='JournalEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=alliances.clock.now)),
                    ('acting_for', models.CharField(blank=True, max_length=150, verbose_name='pour')),
                    ('verb', models.SlugField(verbose_name='acte')),
                    ('summary', models.CharField(max_length=300, verbose_name='résumé')),
                    ('reason', models.TextField(blank=True, verbose_name='motif')),
                    ('target_label', models.CharField(blank=True, max_length=60)),
                    ('target_id', models.BigIntegerField(null=True)),
                    ('url', models.CharField(blank=True, max_length=300)),
                    ('data', models.JSONField(default=dict)),
                    ('request_id', models.CharField(blank=True, max_length=32)),
                    ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('alliance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='journal', to='alliances.alliance')),
                    ('territory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                    'indexes': [models.Index(fields=['alliance', '-at'], name='journal_by_alliance'), models.Index(fields=['target_label', 'target_id'], name='journal_by_target')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('email', models.EmailField(max_length=254, verbose_name='courriel')),
                    ('role', models.CharField(choices=[('coordination', 'Coordination'), ('direction', 'Direction'), ('partner', 'Partenaire'), ('advisor', 'Conseil'), ('analyst', 'Analyse'), ('delegate', 'Délégation'), ('budget', 'Budget'), ('payments', 'Paiements'), ('auditor', 'Audit'), ('admin', 'Administration')], max_length=20, verbose_name='rôle')),
                    ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'English')], default='fr', max_length=2, verbose_name='langue')),
                    ('round', models.PositiveSmallIntegerField(default=1, editable=False)),
                    ('invited_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('expires_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(editable=False, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('accepted_at', models.DateTimeField(editable=False, null=True)),
                    ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                    ('accepted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('cancelled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['-invited_at', '-pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', None)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='invitation_cancelled_at_and_by'), models.CheckConstraint(condition=models.Q(('accepted_at', None), ('cancelled_at', None), _connector='OR'), name='invitation_one_end'), models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('cancelled_at', None)), fields=('email', 'role', 'territory'), name='invitation_pending_once', nulls_distinct=False, violation_error_message='Une invitation attend déjà cette personne.')],
                },
            ),
            migrations.AddField(
                model_name='governancebody',
                name='territory',
                field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory'),
            ),
            migrations.AddField(
                model_name='document',
                name='territory',
                field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory'),
            ),
            migrations.CreateModel(
                name='DevitalisedZone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('municipality', models.CharField(blank=True, max_length=150, verbose_name='municipalité ou secteur')),
                    ('index_name', models.CharField(default='Indice de vitalité économique', max_length=100, verbose_name='indice')),
                    ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, verbose_name='valeur')),
                    ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='année')),
                    ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                    ('most_affected', models.TextField(blank=True, max_length=2000, verbose_name='personnes les plus touchées')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zones', to='alliances.alliance')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('mrc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['mrc__name', 'municipality', 'pk'],
                    'constraints': [models.UniqueConstraint(models.F('alliance'), models.F('mrc'), alliances.models.alliances.NameKey('municipality'), name='zone_once', nulls_distinct=False, violation_error_message='Cette zone est déjà inscrite.'), models.CheckConstraint(condition=models.Q(('value', None), models.Q(('year__isnull', False), models.Q(('source', ''), _negated=True)), _connector='OR'), name='zone_value_has_year_and_source', violation_error_message='Un indice a une année et une source.'), models.CheckConstraint(condition=models.Q(('mrc__isnull', False), models.Q(('municipality', ''), _negated=True), _connector='OR'), name='zone_names_a_place', violation_error_message='Une zone nomme une MRC ou une municipalité.')],
                },
            ),
            migrations.CreateModel(
                name='Consultation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('on', models.DateField(verbose_name='tenue le')),
                    ('kind', models.CharField(choices=[('assembly', 'Assemblée'), ('workshop', 'Atelier'), ('survey', 'Sondage'), ('interviews', 'Entrevues'), ('other', 'Autre')], max_length=10, verbose_name='forme')),
                    ('title', models.CharField(max_length=200, verbose_name='titre')),
                    ('people', models.PositiveIntegerField(verbose_name='personnes présentes')),
                    ('people_in_poverty', models.PositiveIntegerField(blank=True, null=True, verbose_name='dont personnes en situation de pauvreté')),
                    ('outcome', models.TextField(max_length=5000, verbose_name='ce qui en ressort')),
                    ('revision', models.PositiveIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='alliances.alliance')),
                    ('mrc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC')),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                    ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-on', '-pk'],
                    'constraints': [models.UniqueConstraint(models.F('alliance'), models.F('on'), alliances.models.alliances.NameKey('title'), name='consultation_once', violation_error_message='Cette consultation est déjà inscrite.'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='consultation_has_title'), models.CheckConstraint(condition=models.Q(('outcome', ''), _negated=True), name='consultation_has_outcome'), models.CheckConstraint(condition=models.Q(('people__gt', 0)), name='consultation_heard_somebody'), models.CheckConstraint(condition=models.Q(('people_in_poverty', None), ('people_in_poverty__lte', models.F('people')), _connector='OR'), name='consultation_within_people', violation_error_message='Il y a plus de personnes en situation de pauvreté que de personnes.'), models.CheckConstraint(condition=models.Q(('on__lte', models.F('updated_at__date'))), name='consultation_not_ahead', violation_error_message='La date de la consultation est dans l’avenir.')],
                },
            ),
            migrations.CreateModel(
                name='Comment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('target_label', models.CharField(max_length=60)),
                    ('target_id', models.BigIntegerField()),
                    ('field', models.CharField(blank=True, max_length=60)),
                    ('audience', models.CharField(choices=[('all', 'Table, DGSQ et DGSSAC'), ('ministry', 'ministère seulement')], default='all', max_length=8)),
                    ('is_correction', models.BooleanField(default=False, editable=False, help_text='Demandée par un retour : la Table y répond.')),
                    ('quote', models.CharField(blank=True, max_length=300, verbose_name='passage')),
                    ('body', models.TextField(max_length=5000, verbose_name='remarque')),
                    ('side', models.CharField(choices=[('table', 'Table'), ('dgsq', 'DGSQ'), ('dgssac', 'DGSSAC')], max_length=6)),
                    ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                    ('resolved_at', models.DateTimeField(editable=False, null=True)),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='alliances.alliance')),
                    ('answers', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='alliances.comment')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('resolved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ],
                options={
                    'ordering': ['created_at', 'pk'],
                    'indexes': [models.Index(fields=['target_label', 'target_id'], name='comment_by_target')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('resolved_at', None), ('resolved_by', None)), models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='comment_resolved_at_and_by'), models.CheckConstraint(condition=models.Q(('audience', 'all'), models.Q(('side', 'table'), _negated=True), _connector='OR'), name='comment_ministry_only_from_ministry', violation_error_message='Seul le ministère écrit une remarque réservée.'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='comment_not_empty'), models.CheckConstraint(condition=models.Q(('is_correction', False), models.Q(('answers', None), ('audience', 'all')), _connector='OR'), name='comment_correction_is_read_by_all')],
                },
            ),
            migrations.AddField(
                model_name='alliance',
                name='territory',
                field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory'),
            ),
            migrations.CreateModel(
                name='TerritoryGroupPermission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='alliances.territory')),
                    ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                    ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddConstraint(
                model_name='organisation',
                constraint=models.UniqueConstraint(condition=models.Q(('neq', ''), _negated=True), fields=('territory', 'neq'), name='organisation_neq_once', violation_error_message='Une organisation de ce territoire a déjà ce NEQ.'),
            ),
            migrations.AddConstraint(
                model_name='document',
                constraint=models.CheckConstraint(condition=models.Q(('alliance', None), ('territory__isnull', False), _connector='OR'), name='document_alliance_has_territory'),
            ),
            migrations.AddConstraint(
                model_name='alliance',
                constraint=models.UniqueConstraint(fields=('territory', 'cycle'), name='alliance_once_per_cycle'),
            ),
            migrations.AlterUniqueTogether(
                name='territorygrouppermission',
                unique_together={('group', 'permission', 'content_object')},
            ),
        ]),
        alliances.whole.AddTriggers(
            triggers=[('seatcount', pgtrigger.compiler.Trigger(name='while_the_body_sits', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    IF EXISTS (\n                        SELECT 1 FROM alliances_governancebody b\n                        WHERE b.id = NEW.body_id AND b.closed_on < NEW."on"\n                    ) THEN\n                        RAISE EXCEPTION \'Cette instance est dissoute.\'\n                            USING ERRCODE = \'check_violation\', CONSTRAINT = \'body_dates_in_order\';\n                    END IF;\n                    RETURN NEW;\n                ', hash='5ef373353f062dd74c6bf890b424c2f5ac15a905', operation='INSERT OR UPDATE', pgid='pgtrigger_while_the_body_sits_ee09e', table='alliances_seatcount', when='BEFORE'))), ('partner', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ce666a84292e5268631f974ffe8b21d45d82d9de', operation='DELETE', pgid='pgtrigger_never_deleted_402fd', table='alliances_partner', when='BEFORE'))), ('partner', pgtrigger.compiler.Trigger(name='category_of_the_cycle', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_alliance a\n                        JOIN alliances_partnercategory c ON c.cycle_id = a.cycle_id\n                        WHERE a.id = NEW.alliance_id AND c.id = NEW.category_id\n                    ) THEN\n                        RAISE EXCEPTION 'Cette catégorie est d’un autre cycle.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'partner_category_of_cycle';\n                    END IF;\n                    RETURN NEW;\n                ", hash='102c035ce6241d05237f19f078ad1c2370c5aef3', operation='INSERT OR UPDATE', pgid='pgtrigger_category_of_the_cycle_16acb', table='alliances_partner', when='BEFORE'))), ('milestone', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='29829d4acb4656d8da53cd9d6940165370a18d7c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_06ca2', table='alliances_milestone', when='BEFORE'))), ('journalentry', pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f5f76e8f4fc8c5515ed8638cae3531c7a2a3b857', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_83ecb', table='alliances_journalentry', when='BEFORE'))), ('governancebody', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f85583eece266274e7f9d7e518cef1c5bb062e28', operation='DELETE', pgid='pgtrigger_never_deleted_af9c6', table='alliances_governancebody', when='BEFORE'))), ('governancebody', pgtrigger.compiler.Trigger(name='closed_after_its_counts', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.closed_on IS NOT NULL)', func='\n                    IF EXISTS (\n                        SELECT 1 FROM alliances_seatcount c\n                        WHERE c.body_id = NEW.id AND c."on" > NEW.closed_on\n                    ) THEN\n                        RAISE EXCEPTION \'Des sièges sont comptés après ce jour.\'\n                            USING ERRCODE = \'check_violation\', CONSTRAINT = \'body_dates_in_order\';\n                    END IF;\n                    RETURN NEW;\n                ', hash='e867c9835313f6198b5c3433cdc99afaa702f410', operation='UPDATE', pgid='pgtrigger_closed_after_its_counts_90fd4', table='alliances_governancebody', when='BEFORE'))), ('document', pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='511d8191c0eb07eba5ee0c4aeaa5728e6608dbeb', operation='DELETE', pgid='pgtrigger_never_deleted_baec8', table='alliances_document', when='BEFORE'))), ('document', pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF ROW(OLD.kind, OLD.territory_id, OLD.alliance_id, OLD.series,\n                           OLD.fiscal_year, OLD.sequence, OLD.number, OLD.data, OLD.code,\n                           OLD.created_at, OLD.created_by_id, OLD.dated_on)\n                       IS DISTINCT FROM\n                       ROW(NEW.kind, NEW.territory_id, NEW.alliance_id, NEW.series,\n                           NEW.fiscal_year, NEW.sequence, NEW.number, NEW.data, NEW.code,\n                           NEW.created_at, NEW.created_by_id, NEW.dated_on)\n                    OR (OLD.state IN ('ready', 'annulled') AND\n                        ROW(OLD.state, OLD.file, OLD.sha256, OLD.size, OLD.rendered_at)\n                        IS DISTINCT FROM\n                        ROW(NEW.state, NEW.file, NEW.sha256, NEW.size, NEW.rendered_at))\n                    THEN\n                        RAISE EXCEPTION 'Un document ne change plus : faites-en un nouveau.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_frozen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='432a47c167ce3a1a6878876c2755f5bb2d1bd0c2', operation='UPDATE', pgid='pgtrigger_frozen_f2b74', table='alliances_document', when='BEFORE'))), ('document', pgtrigger.compiler.Trigger(name='next_in_series', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM written w\n                        LEFT JOIN alliances_numberseries s\n                            ON s.series = w.series AND s.fiscal_year = w.fiscal_year\n                        WHERE w.series <> ''\n                        GROUP BY w.series, w.fiscal_year, s.last\n                        HAVING max(w.sequence) IS DISTINCT FROM s.last\n                            OR count(*) <> max(w.sequence) - min(w.sequence) + 1\n                    ) THEN\n                        RAISE EXCEPTION 'Ce numéro n’est pas le suivant de sa série.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_series_gap';\n                    END IF;\n                    RETURN NULL;\n                ", hash='d83da000ae591751b3a30f3c5a306bcd88af0857', level='STATEMENT', operation='INSERT', pgid='pgtrigger_next_in_series_1b5cc', referencing='REFERENCING NEW TABLE AS written ', table='alliances_document', when='AFTER')))],
        ),
    ]
