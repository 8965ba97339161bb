import alliances.clock
import alliances.models.alliances
import alliances.money
import django.core.validators
import django.db.models.deletion
import django_fsm
import fqis.models.projects
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alliances', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('conventions', '0001_initial'),
        ('plans', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AllocationFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='alliances.cycle')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('kind', models.CharField(choices=[('former', 'Montant du cycle précédent, en dollars'), ('population', 'Population'), ('area', 'Superficie terrestre, en km²'), ('idms', 'Population du dernier quintile de l’IDMS, en %')], max_length=10, verbose_name='chiffre')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='valeur')),
                ('year', models.CharField(max_length=20, verbose_name='année')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('written_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('written_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['cycle', 'place__rank', 'kind'],
                'constraints': [models.UniqueConstraint(fields=('cycle', 'place', 'kind'), name='allocation_figure_once'), models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='allocation_figure_positive'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'idms'), _negated=True), ('value__lte', 100), _connector='OR'), name='allocation_figure_percent'), models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), models.Q(('year', ''), _negated=True)), name='allocation_figure_sourced', violation_error_message='Un chiffre a une année et une source.')],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='alliances.cycle')),
                ('name', models.CharField(max_length=100, verbose_name='nom du scénario')),
                ('total', alliances.money.MoneyField(verbose_name='total à répartir')),
                ('increase', models.DecimalField(decimal_places=2, default=0, max_digits=6, validators=[django.core.validators.MinValueValidator(0)], verbose_name='hausse pour tous, en %')),
                ('idms_share', models.DecimalField(decimal_places=2, default=50, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='part du solde selon l’IDMS, en %')),
                ('state', django_fsm.FSMField(choices=[('draft', 'Simulation'), ('confirmed', 'Confirmée')], default='draft', max_length=50, protected=True)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField(editable=False, null=True, verbose_name='décision de la ministre du')),
                ('reference', models.CharField(blank=True, editable=False, max_length=100, verbose_name='référence')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-cycle__starts_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('cycle', 'name'), name='allocation_name_once', violation_error_message='Un scénario de ce cycle porte déjà ce nom.'), models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('cycle',), name='allocation_confirmed_once', violation_error_message='La répartition de ce cycle est déjà confirmée.'), models.CheckConstraint(condition=models.Q(('total__gt', 0)), name='allocation_total_positive'), models.CheckConstraint(condition=models.Q(('idms_share__gte', 0), ('idms_share__lte', 100), ('increase__gte', 0)), name='allocation_percents'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reference', ''), _negated=True), ('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('decided_on__isnull', False), ('state', 'confirmed')), models.Q(('confirmed_at', None), ('confirmed_by', None), ('decided_on', None), ('reference', ''), ('state', 'draft')), _connector='OR'), name='allocation_confirmed_has_decision'), models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('changed_by')), _negated=True), _connector='OR'), name='allocation_two_people', violation_error_message='Une autre personne que celle qui a préparé le scénario le confirme.')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='AllocationLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allocation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='fqis.allocation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('fixed', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant fixé')),
                ('fixed_reason', models.CharField(blank=True, max_length=300, verbose_name='raison du montant fixé')),
                ('former', alliances.money.MoneyField(editable=False, null=True)),
                ('floor', alliances.money.MoneyField(default=Decimal('0.00'), editable=False)),
                ('idms_part', alliances.money.MoneyField(default=Decimal('0.00'), editable=False)),
                ('density_part', alliances.money.MoneyField(default=Decimal('0.00'), editable=False)),
            ],
            options={
                'ordering': ['allocation', 'place__rank'],
                'constraints': [models.UniqueConstraint(fields=('allocation', 'place'), name='allocation_line_once'), models.CheckConstraint(condition=models.Q(('density_part__gte', 0), ('floor__gte', 0), ('idms_part__gte', 0)), name='allocation_line_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('fixed', None), ('fixed_reason', '')), models.Q(('fixed__gte', 0), ('fixed__isnull', False), models.Q(('fixed_reason', ''), _negated=True)), _connector='OR'), name='allocation_line_fixed_has_reason', violation_error_message='Dites pourquoi ce montant est fixé.')],
            },
        ),
        migrations.CreateModel(
            name='Envelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='envelope', to='alliances.alliance')),
                ('amount', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant')),
                ('quality', models.CharField(choices=[('published', 'montant publié'), ('conflicting', 'montant publié, sources contradictoires'), ('rounded', 'montant publié, arrondi'), ('confirmed', 'montant confirmé'), ('fictional', 'montant fictif'), ('unknown', 'à confirmer')], default='unknown', max_length=12)),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['alliance'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('quality', 'unknown')), models.Q(('amount__gt', 0), ('amount__isnull', False), models.Q(('quality', 'unknown'), _negated=True)), _connector='OR'), name='envelope_amount_and_quality'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='envelope_confirmed_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='EnvelopeMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves_out', to='fqis.envelope')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves_in', to='fqis.envelope')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('reason', models.TextField(max_length=2000, verbose_name='motif')),
                ('state', django_fsm.FSMField(choices=[('proposed', 'Proposé'), ('decided', 'Décidé'), ('withdrawn', 'Retiré')], default='proposed', max_length=50, protected=True)),
                ('proposed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('proposed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField(editable=False, null=True, verbose_name='décision de la ministre du')),
                ('reference', models.CharField(blank=True, editable=False, max_length=100, verbose_name='référence')),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source_before', alliances.money.MoneyField(editable=False, null=True)),
                ('target_before', alliances.money.MoneyField(editable=False, null=True)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-proposed_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='move_amount_positive', violation_error_message='Le montant à déplacer doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='move_between_two', violation_error_message='Choisissez deux territoires différents.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='move_has_reason'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('source', 'target', 'amount'), name='move_proposed_once', violation_error_message='Ce déplacement est déjà proposé.'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reference', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), ('decided_on__isnull', False), ('source_before__isnull', False), ('state', 'decided'), ('target_before__isnull', False)), models.Q(models.Q(('state', 'decided'), _negated=True), ('decided_at', None), ('decided_by', None), ('decided_on', None), ('reference', ''), ('source_before', None), ('target_before', None)), _connector='OR'), name='move_decided_has_decision'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at', None), ('withdrawn_by', None)), _connector='OR'), name='move_withdrawn_at_and_by'), models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='move_two_people', violation_error_message='Une autre personne que celle qui propose décide.')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Versement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versements', to='alliances.alliance')),
                ('tranche', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versements', to='conventions.tranche')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('state', django_fsm.FSMField(choices=[('planned', 'Prévu'), ('ready', 'À recommander'), ('recommended', 'À autoriser'), ('authorised', 'Autorisé'), ('issued', 'Avis émis'), ('paid', 'Payé'), ('held', 'Retenu'), ('cancelled', 'Annulé')], default='planned', max_length=50, protected=True)),
                ('planned_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('ready_at', models.DateTimeField(editable=False, null=True)),
                ('recommended_at', models.DateTimeField(editable=False, null=True)),
                ('recommended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recommendation', models.TextField(blank=True, verbose_name='recommandation')),
                ('authorised_at', models.DateTimeField(editable=False, null=True)),
                ('authorised_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('notice', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versement', to='alliances.document')),
                ('issued_at', models.DateTimeField(editable=False, null=True)),
                ('paid_on', models.DateField(editable=False, null=True, verbose_name='payé le')),
                ('payment_reference', models.CharField(blank=True, editable=False, max_length=60, verbose_name='référence')),
                ('payment_confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('payment_confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held_at', models.DateTimeField(editable=False, null=True)),
                ('held_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held_reason', models.TextField(blank=True, editable=False, verbose_name='motif de la retenue')),
                ('held_from', models.CharField(blank=True, editable=False, max_length=12)),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('cancelled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cancelled_reason', models.TextField(blank=True, editable=False, verbose_name='motif de l’annulation')),
                ('parked_from', models.ForeignKey(editable=False, help_text='Le versement dont cette partie contestée a été détachée.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parked', to='fqis.versement')),
            ],
            options={
                'ordering': ['alliance', 'tranche__rank', 'pk'],
                'indexes': [models.Index(fields=['state', 'fiscal_year'], name='versement_by_state'), models.Index(fields=['alliance', 'state'], name='versement_by_alliance')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='versement_amount_positive', violation_error_message='Le montant du versement doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(('authorised_by', None), models.Q(('authorised_by', models.F('recommended_by')), _negated=True), _connector='OR'), name='versement_two_persons', violation_error_message='Une autre personne que celle qui a recommandé doit autoriser.'), models.CheckConstraint(condition=models.Q(('payment_confirmed_by', None), models.Q(('payment_confirmed_by', models.F('authorised_by')), _negated=True), _connector='OR'), name='versement_payer_is_another', violation_error_message='Une autre personne que celle qui a autorisé doit confirmer le paiement.'), models.CheckConstraint(condition=models.Q(models.Q(('recommended_at', None), ('recommended_by', None)), models.Q(('recommended_at__isnull', False), ('recommended_by__isnull', False)), _connector='OR'), name='versement_recommended_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('authorised_at', None), ('authorised_by', None)), models.Q(('authorised_at__isnull', False), ('authorised_by__isnull', False)), _connector='OR'), name='versement_authorised_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('payment_confirmed_at', None), ('payment_confirmed_by', None)), models.Q(('payment_confirmed_at__isnull', False), ('payment_confirmed_by__isnull', False)), _connector='OR'), name='versement_payment_confirmed_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('held_at', None), ('held_by', None)), models.Q(('held_at__isnull', False), ('held_by__isnull', False)), _connector='OR'), name='versement_held_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='versement_cancelled_at_and_by'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'held', 'cancelled']), ('ready_at__isnull', False), _connector='OR'), name='versement_ready_has_date'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'ready', 'held', 'cancelled']), ('recommended_at__isnull', False), _connector='OR'), name='versement_recommended_first'), models.CheckConstraint(condition=models.Q(models.Q(('authorised_at__isnull', False), ('notice__isnull', False), ('state__in', ['authorised', 'issued', 'paid'])), models.Q(('authorised_at__isnull', False), ('notice__isnull', False), ('state', 'cancelled')), models.Q(models.Q(('state__in', ['authorised', 'issued', 'paid']), _negated=True), ('authorised_at', None), ('notice', None)), _connector='OR'), name='versement_authorised_first'), models.CheckConstraint(condition=models.Q(('cancelled_by', None), ('authorised_by', None), models.Q(('cancelled_by', models.F('authorised_by')), _negated=True), _connector='OR'), name='versement_cancelled_by_another', violation_error_message='Une autre personne que celle qui a autorisé doit annuler.'), models.CheckConstraint(condition=models.Q(models.Q(('issued_at__isnull', False), ('state__in', ['issued', 'paid'])), models.Q(models.Q(('state__in', ['issued', 'paid']), _negated=True), ('issued_at', None)), _connector='OR'), name='versement_issued_has_date'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('payment_reference', ''), _negated=True), ('paid_on__isnull', False), ('payment_confirmed_at__isnull', False), ('state', 'paid')), models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_on', None), ('payment_confirmed_at', None)), _connector='OR'), name='versement_paid_has_proof'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'held'), _negated=True), models.Q(('held_at__isnull', False), models.Q(('held_reason', ''), _negated=True)), _connector='OR'), name='versement_hold_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('cancelled_at__isnull', False), models.Q(('cancelled_reason', ''), _negated=True)), _connector='OR'), name='versement_cancel_has_reason'), models.UniqueConstraint(condition=models.Q(('payment_reference', ''), _negated=True), fields=('payment_reference',), name='versement_reference_once', violation_error_message='Cette référence a déjà servi à un autre paiement.')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_batch', to='alliances.document')),
                ('count', models.PositiveIntegerField(editable=False)),
                ('total', alliances.money.MoneyField(editable=False)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('count__gt', 0), ('total__gt', 0)), name='payment_batch_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fqis.paymentbatch')),
                ('rank', models.PositiveSmallIntegerField(editable=False)),
                ('versement', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_lines', to='fqis.versement')),
                ('amount', alliances.money.MoneyField(editable=False)),
                ('sent_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('rejected_on', models.DateField(editable=False, null=True, verbose_name='rejeté le')),
                ('rejected_reason', models.CharField(blank=True, max_length=300, verbose_name='motif du rejet')),
                ('rejected_at', models.DateTimeField(editable=False, null=True)),
                ('rejected_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('correction', models.CharField(blank=True, max_length=300, verbose_name='ce qui est corrigé')),
                ('corrected_at', models.DateTimeField(editable=False, null=True)),
                ('corrected_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['batch_id', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'rank'), name='payment_line_rank_once'), models.UniqueConstraint(condition=models.Q(('rejected_at', None)), fields=('versement',), name='payment_line_open_once', violation_error_message='Cet avis est déjà dans un lot.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_line_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('rejected_at', None), ('rejected_by', None), ('rejected_on', None), ('rejected_reason', '')), models.Q(('rejected_at__isnull', False), ('rejected_by__isnull', False), ('rejected_on__isnull', False), models.Q(('rejected_reason', ''), _negated=True)), _connector='OR'), name='payment_line_rejected_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('corrected_at', None), ('corrected_by', None), ('correction', '')), models.Q(('corrected_at__gte', models.F('rejected_at')), ('corrected_at__isnull', False), ('corrected_by__isnull', False), ('rejected_at__isnull', False), models.Q(('correction', ''), _negated=True)), _connector='OR'), name='payment_line_corrected_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='PaymentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_answer', to='alliances.document')),
                ('fingerprint', models.CharField(editable=False, max_length=64, unique=True)),
                ('read_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('read_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('applied_at', models.DateTimeField(editable=False, null=True)),
                ('applied_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-read_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('applied_at', None), ('applied_by', None)), models.Q(('applied_at__isnull', False), ('applied_by__isnull', False)), _connector='OR'), name='payment_answer_applied_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='PaymentAnswerLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fqis.paymentanswer')),
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
                ('line', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='fqis.paymentline')),
            ],
            options={
                'ordering': ['answer_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('answer', 'number'), name='payment_answer_line_once'), models.UniqueConstraint(condition=models.Q(('line__isnull', False)), fields=('line',), name='payment_answer_settles_once'), models.CheckConstraint(condition=models.Q(models.Q(('line__isnull', False), ('outcome__in', ['confirmed', 'rejected'])), models.Q(models.Q(('outcome__in', ['confirmed', 'rejected']), _negated=True), ('line', None)), _connector='OR'), name='payment_answer_settles_a_line'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('message', ''), _negated=True), _connector='OR'), name='payment_answer_refused_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='alliances.alliance')),
                ('versement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='fqis.versement')),
                ('kind', models.CharField(choices=[('overpayment', 'Trop-perçu'), ('balance', 'Solde non utilisé')], max_length=12, verbose_name='nature')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('reason', models.TextField(verbose_name='motif')),
                ('state', django_fsm.FSMField(choices=[('proposed', 'À décider'), ('decided', 'À rembourser'), ('received', 'Remboursé'), ('deducted', 'Déduit'), ('dropped', 'Abandonné')], default='proposed', max_length=50, protected=True)),
                ('proposed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('proposed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('letter', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recovery', to='alliances.document')),
                ('settled_at', models.DateTimeField(editable=False, null=True)),
                ('settled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('received_on', models.DateField(editable=False, null=True, verbose_name='reçu le')),
                ('reference', models.CharField(blank=True, editable=False, max_length=60, verbose_name='référence')),
                ('deducted_from', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deductions', to='fqis.versement')),
                ('dropped_at', models.DateTimeField(editable=False, null=True)),
                ('dropped_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dropped_reason', models.TextField(blank=True, editable=False, verbose_name='motif de l’abandon')),
            ],
            options={
                'ordering': ['-proposed_at', '-pk'],
                'indexes': [models.Index(fields=['alliance', 'state'], name='recovery_by_alliance')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='recovery_amount_positive', violation_error_message='Le montant à recouvrer doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='recovery_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='recovery_decided_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('settled_by', None)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='recovery_settled_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('dropped_at', None), ('dropped_by', None)), models.Q(('dropped_at__isnull', False), ('dropped_by__isnull', False)), _connector='OR'), name='recovery_dropped_at_and_by'), models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='recovery_two_persons', violation_error_message='Une autre personne que celle qui a proposé doit décider.'), models.CheckConstraint(condition=models.Q(('settled_by', None), models.Q(('settled_by', models.F('decided_by')), _negated=True), _connector='OR'), name='recovery_settled_by_another', violation_error_message='Une autre personne que celle qui a décidé doit consigner la suite.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('letter__isnull', False), ('state__in', ['decided', 'received', 'deducted'])), models.Q(('decided_at', None), ('letter', None), ('state__in', ['proposed', 'dropped'])), _connector='OR'), name='recovery_decided_has_letter'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reference', ''), _negated=True), ('deducted_from', None), ('received_on__isnull', False), ('settled_at__isnull', False), ('state', 'received')), models.Q(('deducted_from__isnull', False), ('received_on', None), ('reference', ''), ('settled_at__isnull', False), ('state', 'deducted')), models.Q(models.Q(('state__in', ['received', 'deducted']), _negated=True), ('deducted_from', None), ('received_on', None), ('reference', ''), ('settled_at', None)), _connector='OR'), name='recovery_settled_has_proof'), models.CheckConstraint(condition=models.Q(models.Q(('dropped_at__isnull', False), ('state', 'dropped'), models.Q(('dropped_reason', ''), _negated=True)), models.Q(models.Q(('state', 'dropped'), _negated=True), ('dropped_at', None), ('dropped_reason', '')), _connector='OR'), name='recovery_dropped_has_reason'), models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('reference',), name='recovery_reference_once', violation_error_message='Cette référence a déjà servi à un autre remboursement.')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='EnvelopeSplit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('envelope', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='splits', to='fqis.envelope')),
                ('state', django_fsm.FSMField(choices=[('draft', 'En préparation'), ('decided', 'Décidé'), ('replaced', 'Remplacé')], default='draft', max_length=50, protected=True)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['envelope', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('envelope',), name='split_one_draft'), models.UniqueConstraint(condition=models.Q(('state', 'decided')), fields=('envelope',), name='split_one_decided'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='split_decided_at_and_by')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='SubEnvelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('split', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='fqis.envelopesplit')),
                ('mrc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='sous-région')),
                ('amount', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant')),
                ('percent', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part de l’enveloppe, en\xa0%')),
            ],
            options={
                'ordering': ['split', 'mrc__name', 'name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('mrc__isnull', False), ('name', '')), models.Q(('mrc', None), models.Q(('name', ''), _negated=True)), _connector='OR'), name='sub_envelope_names_a_place', violation_error_message='Une sous-enveloppe nomme une MRC ou une sous-région.'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('amount__isnull', False), ('percent', None)), models.Q(('amount', None), ('percent__gt', 0), ('percent__isnull', False), ('percent__lte', 100)), _connector='OR'), name='sub_envelope_amount_or_percent', violation_error_message='Écrivez un montant ou un pourcentage, pas les deux.'), models.UniqueConstraint(models.F('split'), models.F('mrc'), alliances.models.alliances.NameKey('name'), name='sub_envelope_once', nulls_distinct=False, violation_error_message='Cette sous-région est déjà dans le partage.')],
            },
        ),
        migrations.CreateModel(
            name='EnvelopeShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('split', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='fqis.envelopesplit')),
                ('use', models.CharField(choices=[('administration', 'Administration'), ('mobilisation', 'Mobilisation'), ('projects', 'Projets')], max_length=14, verbose_name='usage')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='part, en\xa0%')),
                ('justification', models.TextField(blank=True, max_length=2000, verbose_name='justification')),
            ],
            options={
                'ordering': ['split', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('split', 'use'), name='envelope_share_once'), models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='envelope_share_percent'), models.CheckConstraint(condition=models.Q(('use', 'projects'), ('percent', 0), models.Q(('justification', ''), _negated=True), _connector='OR'), name='envelope_share_justified', violation_error_message='Dites pourquoi cette part est nécessaire.')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='alliances.alliance')),
                ('number', models.CharField(max_length=20, verbose_name='numéro')),
                ('title', models.CharField(max_length=200, verbose_name='titre')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='alliances.organisation', verbose_name='porteur')),
                ('priority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='plans.priority', verbose_name='priorité du plan')),
                ('priority_lineage', models.UUIDField(editable=False, null=True)),
                ('amount_requested', alliances.money.MoneyField(verbose_name='montant demandé')),
                ('amount_granted', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant accordé')),
                ('starts_on', models.DateField(verbose_name='début')),
                ('ends_on', models.DateField(verbose_name='fin')),
                ('people_expected', models.PositiveIntegerField(blank=True, null=True, verbose_name='personnes à rejoindre')),
                ('is_structuring', models.BooleanField(default=False, verbose_name='projet structurant')),
                ('pools_people', models.BooleanField(default=False, verbose_name='met en commun des ressources humaines')),
                ('pools_material', models.BooleanField(default=False, verbose_name='met en commun des ressources matérielles')),
                ('pools_money', models.BooleanField(default=False, verbose_name='met en commun des ressources financières')),
                ('state', django_fsm.FSMField(choices=[('received', 'Reçu'), ('inadmissible', 'Non admissible'), ('analysed', 'Analysé'), ('deferred', 'Reporté'), ('refused', 'Refusé'), ('accepted', 'Accepté'), ('agreed', 'Convention de projet signée'), ('under_way', 'En cours'), ('completed', 'Terminé'), ('abandoned', 'Abandonné')], default='received', max_length=50, protected=True)),
                ('received_on', models.DateField(default=alliances.clock.today, verbose_name='reçu le')),
                ('registered_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('registered_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField(editable=False, null=True, verbose_name='décidé le')),
                ('agreed_on', models.DateField(editable=False, null=True, verbose_name='convention de projet signée le')),
                ('closed_on', models.DateField(editable=False, null=True, verbose_name='clos le')),
                ('closing_note', models.TextField(blank=True, editable=False, verbose_name='bilan')),
            ],
            options={
                'ordering': ['-received_on', '-pk'],
                'indexes': [models.Index(fields=['alliance', 'state'], name='project_by_state'), models.Index(fields=['alliance', '-received_on', '-id'], name='project_by_date'), models.Index(fields=['alliance', 'priority_lineage'], name='project_by_priority')],
                'constraints': [models.UniqueConstraint(fields=('alliance', 'number'), name='project_number_once'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='project_dates_in_order', violation_error_message='La fin du projet doit suivre son début.'), models.CheckConstraint(condition=models.Q(('ends_on__lt', fqis.models.projects.FiveYearsAfter(models.F('starts_on')))), name='project_five_years', violation_error_message='Un projet dure cinq ans au plus.'), models.CheckConstraint(condition=models.Q(('amount_requested__gt', 0)), name='project_amount_positive', violation_error_message='Le montant demandé doit dépasser zéro.'), models.CheckConstraint(condition=models.Q(models.Q(('amount_granted__gt', 0), ('amount_granted__isnull', False), ('decided_on__isnull', False), ('priority__isnull', False), ('priority_lineage__isnull', False), ('state__in', ['accepted', 'agreed', 'under_way', 'completed', 'abandoned'])), models.Q(models.Q(('state__in', ['accepted', 'agreed', 'under_way', 'completed', 'abandoned']), _negated=True), ('amount_granted', None)), _connector='OR'), name='project_supported_has_priority', violation_error_message='Un projet accepté répond à une priorité du plan.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('state__in', ['completed', 'abandoned'])), models.Q(models.Q(('state__in', ['completed', 'abandoned']), _negated=True), ('closed_on', None)), _connector='OR'), name='project_closed_has_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'under_way', 'completed']), _negated=True), ('agreed_on__isnull', False), _connector='OR'), name='project_agreed_has_date')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ProjectPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='fqis.project')),
                ('mrc', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'mrc'), name='project_place_once')],
            },
        ),
        migrations.AddField(
            model_name='Project',
            name='mrcs',
            field=models.ManyToManyField(blank=True, related_name='+', through='fqis.ProjectPlace', to='alliances.mrc', verbose_name='MRC'),
        ),
        migrations.CreateModel(
            name='FundingSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='fqis.project')),
                ('name', models.CharField(max_length=200, verbose_name='source')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('is_confirmed', models.BooleanField(default=False, verbose_name='confirmé')),
            ],
            options={
                'ordering': ['-amount', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='funding_source_positive'), models.UniqueConstraint(fields=('project', 'name'), name='funding_source_once')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='fqis.project')),
                ('outcome', models.CharField(choices=[('accepted', 'Accepté'), ('refused', 'Refusé'), ('deferred', 'Reporté'), ('inadmissible', 'Non admissible')], max_length=12, verbose_name='décision')),
                ('on', models.DateField(verbose_name='le')),
                ('reason', models.TextField(blank=True, verbose_name='motif')),
                ('amount', alliances.money.MoneyField(blank=True, null=True, verbose_name='montant accordé')),
                ('recorded_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['recorded_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome', 'accepted'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='decision_has_reason', violation_error_message='Écrivez le motif de la décision.')],
            },
        ),
        migrations.CreateModel(
            name='ProjectPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='fqis.project')),
                ('on', models.DateField(verbose_name='payé le')),
                ('amount', alliances.money.MoneyField(verbose_name='montant')),
                ('recorded_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['on', 'pk'],
                'indexes': [models.Index(fields=['territory', 'on'], name='project_payment_by_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='project_payment_positive')],
            },
        ),
        migrations.CreateModel(
            name='ProjectResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='fqis.project')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                ('people_reached', models.PositiveIntegerField(verbose_name='personnes directement rejointes')),
                ('people_in_poverty', models.PositiveIntegerField(blank=True, null=True, verbose_name='dont personnes en situation de pauvreté')),
                ('targets_met', models.BooleanField(null=True, verbose_name='cibles atteintes')),
                ('recorded_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['fiscal_year', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'fiscal_year'), name='project_result_once_a_year'), models.CheckConstraint(condition=models.Q(('people_in_poverty', None), ('people_in_poverty__lte', models.F('people_reached')), _connector='OR'), name='project_result_within_reached', violation_error_message='Le nombre de personnes en situation de pauvreté dépasse celui des personnes rejointes.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='confirmed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'confirmed\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2544b9956e0a07d864a80e8b8b8c7aaf28369202', operation='UPDATE OR DELETE', pgid='pgtrigger_confirmed_stays_d361a', table='fqis_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='confirmed_is_exact', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'confirmed\')', constraint='CONSTRAINT', func="\n                    IF NEW.total IS DISTINCT FROM (\n                        SELECT sum(l.floor + l.idms_part + l.density_part)\n                        FROM fqis_allocationline l WHERE l.allocation_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'Les parts ne font pas le total à répartir.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_exact';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_allocationline l\n                        WHERE l.allocation_id = NEW.id AND CASE\n                            WHEN l.fixed IS NULL THEN l.former IS NULL OR l.floor < l.former\n                            ELSE l.floor <> l.fixed OR l.idms_part <> 0 OR l.density_part <> 0\n                        END\n                    ) THEN\n                        RAISE EXCEPTION 'Un territoire passe sous son plancher.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_floors';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_allocationline l\n                        JOIN alliances_alliance a\n                          ON a.cycle_id = NEW.cycle_id AND a.territory_id = l.place_id\n                        LEFT JOIN fqis_envelope e ON e.alliance_id = a.id\n                        WHERE l.allocation_id = NEW.id\n                          AND e.amount IS DISTINCT FROM l.floor + l.idms_part + l.density_part\n                    ) THEN\n                        RAISE EXCEPTION 'Une enveloppe n’a pas le montant de sa part.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'allocation_gives_envelopes';\n                    END IF;\n                    RETURN NULL;\n                ", hash='c0fe8fe91b6717c6b9735ec543f486ed1be72cb7', operation='INSERT OR UPDATE', pgid='pgtrigger_confirmed_is_exact_437ac', table='fqis_allocation', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocationline',
            trigger=pgtrigger.compiler.Trigger(name='frozen_with_allocation', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    -- The lock waits for who confirms, then reads what they decided.\n                    IF EXISTS (\n                        SELECT 1 FROM (\n                            SELECT a.state FROM fqis_allocation a\n                            WHERE a.id IN (NEW.allocation_id, OLD.allocation_id) FOR SHARE\n                        ) parent WHERE parent.state = 'confirmed'\n                    ) THEN\n                        RAISE EXCEPTION 'Une répartition confirmée ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_frozen';\n                    END IF;\n                    RETURN coalesce(NEW, OLD);\n                ", hash='7d0e3453a18cf68efe8b463951f153a26c69c9df', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_allocation_684d2', table='fqis_allocationline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelope',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='02094e0b87c6a8b311de947b194e7929145fb230', operation='DELETE', pgid='pgtrigger_never_deleted_b33c6', table='fqis_envelope', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelope',
            trigger=pgtrigger.compiler.Trigger(name='covers_committed', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (coalesce(NEW.amount, 0) < coalesce(OLD.amount, 0) AND (NEW.amount > 0 OR NEW.quality = 'unknown'))", func="\n                    IF coalesce(NEW.amount, 0) < fqis_committed(NEW.alliance_id) THEN\n                        RAISE EXCEPTION 'L’enveloppe passe sous ce qui est engagé.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'envelope_covers_committed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='526720fc6ec7b0841a3be435be44d29c23f3927c', operation='UPDATE OF "amount"', pgid='pgtrigger_covers_committed_ce665', table='fqis_envelope', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelope',
            trigger=pgtrigger.compiler.Trigger(name='within_cycle', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    DECLARE the_cycle bigint; the_total numeric; given numeric; decided numeric;\n                    BEGIN\n                    SELECT a.cycle_id INTO the_cycle FROM alliances_alliance a\n                    WHERE a.id = NEW.alliance_id;\n                    SELECT c.envelope_total INTO the_total FROM alliances_cycle c\n                    WHERE c.id = the_cycle FOR NO KEY UPDATE;\n                    IF fqis_envelopes_of(the_cycle) > the_total THEN\n                        RAISE EXCEPTION 'Les enveloppes dépassent le total du cycle.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'envelopes_within_cycle';\n                    END IF;\n                    SELECT e.amount INTO given FROM fqis_envelope e WHERE e.id = NEW.id;\n                    decided := fqis_confirmed_amount(NEW.id);\n                    IF decided IS NOT NULL AND decided IS DISTINCT FROM given THEN\n                        RAISE EXCEPTION 'La répartition confirmée donne un autre montant.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'envelope_as_confirmed';\n                    END IF;\n                    IF given < fqis_sub_envelopes_of(NEW.id) THEN\n                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'sub_envelopes_within_envelope';\n                    END IF;\n                    RETURN NULL;\n                    END;\n                ", hash='f449f9acb97e02a35183351960bc458b4536f247', operation='INSERT OR UPDATE OF "amount"', pgid='pgtrigger_within_cycle_ec73f', table='fqis_envelope', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopemove',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a389371459bd669b3deca4c3e2eea9e31d444df2', operation='DELETE', pgid='pgtrigger_never_deleted_bee93', table='fqis_envelopemove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopemove',
            trigger=pgtrigger.compiler.Trigger(name='closed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'proposed\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='accdf5822840f040954b5af8433b7245ac4993f2', operation='UPDATE', pgid='pgtrigger_closed_stays_74651', table='fqis_envelopemove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopemove',
            trigger=pgtrigger.compiler.Trigger(name='within_one_cycle', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF (\n                        SELECT count(DISTINCT a.cycle_id) FROM fqis_envelope e\n                        JOIN alliances_alliance a ON a.id = e.alliance_id\n                        WHERE e.id IN (NEW.source_id, NEW.target_id)\n                    ) > 1 THEN\n                        RAISE EXCEPTION 'Ces enveloppes sont de deux cycles.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_one_cycle';\n                    END IF;\n                    IF TG_OP = 'UPDATE' AND ROW(OLD.source_id, OLD.target_id, OLD.amount)\n                        IS DISTINCT FROM ROW(NEW.source_id, NEW.target_id, NEW.amount) THEN\n                        RAISE EXCEPTION 'Une proposition ne change pas\xa0: retirez-la.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='a1234976cee16dac61c375f904f095c0512dec28', operation='INSERT OR UPDATE', pgid='pgtrigger_within_one_cycle_46053', table='fqis_envelopemove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopemove',
            trigger=pgtrigger.compiler.Trigger(name='decided_is_done', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'decided\')', constraint='CONSTRAINT', func="\n                    IF NEW.source_before - NEW.amount IS DISTINCT FROM (\n                        SELECT e.amount FROM fqis_envelope e WHERE e.id = NEW.source_id\n                    ) OR NEW.target_before + NEW.amount IS DISTINCT FROM (\n                        SELECT e.amount FROM fqis_envelope e WHERE e.id = NEW.target_id\n                    ) THEN\n                        RAISE EXCEPTION 'Les deux enveloppes ne portent pas ce déplacement.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_done';\n                    END IF;\n                    RETURN NULL;\n                ", hash='362aab44e44390ca7a087378d12a64aaf48b96f5', operation='INSERT OR UPDATE', pgid='pgtrigger_decided_is_done_1897a', table='fqis_envelopemove', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopesplit',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4375bbc64f9671b80650c4265687bebf422573fe', operation='DELETE', pgid='pgtrigger_never_deleted_a053a', table='fqis_envelopesplit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopesplit',
            trigger=pgtrigger.compiler.Trigger(name='decided_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'replaced' OR (OLD.state = 'decided' AND (NEW.state <> 'replaced' OR ROW(OLD.envelope_id, OLD.decided_at, OLD.decided_by_id) IS DISTINCT FROM ROW(NEW.envelope_id, NEW.decided_at, NEW.decided_by_id))))", func="\n                    RAISE EXCEPTION 'Un partage décidé ne change plus.'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'split_frozen';\n                ", hash='b9d83caedeb15fba1fe0d64edf862223df97c169', operation='UPDATE', pgid='pgtrigger_decided_stays_1519b', table='fqis_envelopesplit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopesplit',
            trigger=pgtrigger.compiler.Trigger(name='decided_is_whole', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'decided\')', constraint='CONSTRAINT', func="\n                    DECLARE the_amount numeric; own numeric; ceiling numeric;\n                    BEGIN\n                    SELECT e.amount INTO the_amount FROM fqis_envelope e\n                    WHERE e.id = NEW.envelope_id FOR SHARE;\n                    IF the_amount IS NULL OR the_amount < fqis_sub_envelopes_of(NEW.envelope_id)\n                    THEN\n                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'sub_envelopes_within_envelope';\n                    END IF;\n                    IF (SELECT sum(s.percent) FROM fqis_envelopeshare s WHERE s.split_id = NEW.id)\n                        IS DISTINCT FROM 100\n                    THEN\n                        RAISE EXCEPTION 'Les parts des usages ne font pas 100\xa0%%.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_shares_whole';\n                    END IF;\n                    SELECT coalesce(sum(s.percent), 0) INTO own FROM fqis_envelopeshare s\n                    WHERE s.split_id = NEW.id AND s.use <> 'projects';\n                    SELECT c.own_share_ceiling INTO ceiling FROM fqis_envelope e\n                    JOIN alliances_alliance a ON a.id = e.alliance_id\n                    JOIN alliances_cycle c ON c.id = a.cycle_id WHERE e.id = NEW.envelope_id;\n                    IF own > ceiling THEN\n                        RAISE EXCEPTION 'L’administration et la mobilisation passent le plafond.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_own_ceiling';\n                    END IF;\n                    RETURN NULL;\n                    END;\n                ", hash='ad448caf2a7e931c16063a9323f72203d505181a', operation='INSERT OR UPDATE', pgid='pgtrigger_decided_is_whole_58b8c', table='fqis_envelopesplit', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='envelopeshare',
            trigger=pgtrigger.compiler.Trigger(name='frozen_with_split', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- The lock waits for who decides, then reads what they decided.\n    IF EXISTS (\n        SELECT 1 FROM (\n            SELECT s.state FROM fqis_envelopesplit s\n            WHERE s.id IN (NEW.split_id, OLD.split_id) FOR SHARE\n        ) parent WHERE parent.state <> 'draft'\n    ) THEN\n        RAISE EXCEPTION 'Un partage décidé ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='f546a66b4937907c1f40de3e1a443670d29dcb25', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_split_78eb3', table='fqis_envelopeshare', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswer',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='08235b101bd8421f7c464679e8c23eb361024241', operation='DELETE', pgid='pgtrigger_never_deleted_b3653', table='fqis_paymentanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswer',
            trigger=pgtrigger.compiler.Trigger(name='applied_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF OLD.applied_at IS NOT NULL\n                       OR ROW(OLD.document_id, OLD.fingerprint, OLD.read_at, OLD.read_by_id)\n                       IS DISTINCT FROM\n                       ROW(NEW.document_id, NEW.fingerprint, NEW.read_at, NEW.read_by_id)\n                       OR EXISTS (\n                           SELECT 1 FROM fqis_paymentanswerline l\n                           WHERE l.answer_id = NEW.id AND l.outcome = ''\n                       )\n                    THEN\n                        RAISE EXCEPTION 'Une réponse s’applique une seule fois, toute.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_once';\n                    END IF;\n                    RETURN NEW;\n                ", hash='226596c7e85bc12c491fdcebcd803d76a515b905', operation='UPDATE', pgid='pgtrigger_applied_once_ff029', table='fqis_paymentanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cda58e00c1fabad144643f91b9e2bd2fdb7d8d6b', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_bc195', table='fqis_paymentbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentbatch',
            trigger=pgtrigger.compiler.Trigger(name='sums_its_lines', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF ROW(NEW.count::bigint, NEW.total) IS DISTINCT FROM (\n                        SELECT ROW(count(*), sum(l.amount))\n                        FROM fqis_paymentline l WHERE l.batch_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'Les lignes ne font pas le total du lot.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_batch_exact';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b2680f7d5e50dc78de52d30ad92ac52f7a22352b', operation='INSERT', pgid='pgtrigger_sums_its_lines_62c7c', table='fqis_paymentbatch', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswerline',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b935c026268b34647fc6c3d7acac98562e50d494', operation='DELETE', pgid='pgtrigger_never_deleted_32fa0', table='fqis_paymentanswerline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentanswerline',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_applied', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_paymentanswer a\n                        WHERE a.id = NEW.answer_id AND a.applied_at IS NOT NULL\n                    ) OR (TG_OP = 'UPDATE' AND\n                        ROW(OLD.answer_id, OLD.number, OLD.batch_number, OLD.notice_number,\n                            OLD.amount, OLD.status, OLD.dated_on, OLD.reference, OLD.reason,\n                            OLD.unreadable)\n                        IS DISTINCT FROM\n                        ROW(NEW.answer_id, NEW.number, NEW.batch_number, NEW.notice_number,\n                            NEW.amount, NEW.status, NEW.dated_on, NEW.reference, NEW.reason,\n                            NEW.unreadable))\n                    THEN\n                        RAISE EXCEPTION 'Une ligne de réponse ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='59b15eb01e3d2e57a13eee311ecb60c8774214d5', operation='INSERT OR UPDATE', pgid='pgtrigger_fixed_once_applied_857f7', table='fqis_paymentanswerline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1695d4c10e589d623fdede92d036111917891713', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0bf2f', table='fqis_decision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectpayment',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f285995fa568b6205e183e797fa6260b49c1165e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9c5cf', table='fqis_projectpayment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectpayment',
            trigger=pgtrigger.compiler.Trigger(name='within_grant', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    DECLARE granted numeric; decided date; already numeric;\n                    BEGIN\n                    SELECT p.amount_granted, p.decided_on INTO granted, decided\n                    FROM fqis_project p WHERE p.id = NEW.project_id FOR UPDATE;\n                    SELECT coalesce(sum(q.amount), 0) INTO already\n                    FROM fqis_projectpayment q WHERE q.project_id = NEW.project_id;\n                    IF granted IS NULL OR NEW.on < decided OR already + NEW.amount > granted THEN\n                        RAISE EXCEPTION 'Ce paiement précède l’acceptation ou la dépasse.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'project_payment_within_grant';\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='713829f374528463b2de59d81284baa4f5069d09', operation='INSERT', pgid='pgtrigger_within_grant_d2002', table='fqis_projectpayment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='kept_once_decided', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'received\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f22cfa44f09cc9b943bdd7bb589201b27192c364', operation='DELETE', pgid='pgtrigger_kept_once_decided_75500', table='fqis_project', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='supported_is_eligible', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state IN ('accepted', 'agreed', 'under_way', 'completed', 'abandoned'))", func="\n                    IF TG_OP = 'UPDATE'\n                       AND OLD.state IN\n                           ('accepted', 'agreed', 'under_way', 'completed', 'abandoned')\n                       AND ROW(OLD.organisation_id, OLD.priority_id, OLD.priority_lineage)\n                           IS NOT DISTINCT FROM\n                           ROW(NEW.organisation_id, NEW.priority_id, NEW.priority_lineage)\n                    THEN\n                        RETURN NEW;\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM alliances_organisation o\n                        WHERE o.id = NEW.organisation_id AND o.legal_class = 'autre'\n                    ) THEN\n                        RAISE EXCEPTION 'Cette organisation n’est pas admissible au FQIS.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'project_eligible_organisation';\n                    END IF;\n                    IF NOT EXISTS (\n                        SELECT 1 FROM plans_priority p\n                        JOIN plans_planversion v ON v.id = p.version_id\n                        JOIN plans_plan pl ON pl.id = v.plan_id\n                        WHERE p.id = NEW.priority_id AND p.lineage = NEW.priority_lineage\n                          AND pl.alliance_id = NEW.alliance_id\n                          AND v.state IN ('approved', 'superseded')\n                    ) THEN\n                        RAISE EXCEPTION 'La priorité n’est pas celle d’un plan approuvé.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'project_priority_in_plan';\n                    END IF;\n                    RETURN NEW;\n                ", hash='45c572c17d52542f9e5259c7259859d96e78ab93', operation='INSERT OR UPDATE', pgid='pgtrigger_supported_is_eligible_b0c9e', table='fqis_project', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subenvelope',
            trigger=pgtrigger.compiler.Trigger(name='frozen_with_split', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- The lock waits for who decides, then reads what they decided.\n    IF EXISTS (\n        SELECT 1 FROM (\n            SELECT s.state FROM fqis_envelopesplit s\n            WHERE s.id IN (NEW.split_id, OLD.split_id) FOR SHARE\n        ) parent WHERE parent.state <> 'draft'\n    ) THEN\n        RAISE EXCEPTION 'Un partage décidé ne change plus.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_frozen';\n    END IF;\n    RETURN coalesce(NEW, OLD);\n", hash='c28466687fd44acfba69eb6d8449046e5c80978b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_split_7a478', table='fqis_subenvelope', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subenvelope',
            trigger=pgtrigger.compiler.Trigger(name='mrc_of_the_territory', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.mrc_id IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_mrc m\n                        WHERE m.id = NEW.mrc_id AND m.territory_id = NEW.territory_id\n                    ) THEN\n                        RAISE EXCEPTION 'Cette MRC est d’un autre territoire.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'sub_envelope_own_mrc';\n                    END IF;\n                    RETURN NEW;\n                ", hash='49591c541284c0007485502ee2a37203aee2c3e5', operation='INSERT OR UPDATE', pgid='pgtrigger_mrc_of_the_territory_82907', table='fqis_subenvelope', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subenvelope',
            trigger=pgtrigger.compiler.Trigger(name='within_envelope', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    DECLARE the_amount numeric;\n                    BEGIN\n                    SELECT e.amount INTO the_amount FROM fqis_envelopesplit s\n                    JOIN fqis_envelope e ON e.id = s.envelope_id WHERE s.id = NEW.split_id\n                    FOR SHARE OF e;\n                    IF the_amount IS NULL OR the_amount < fqis_parts_of(NEW.split_id, the_amount)\n                    THEN\n                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'sub_envelopes_within_envelope';\n                    END IF;\n                    RETURN NULL;\n                    END;\n                ", hash='1a17db17a2930b7ca59a0f5d17df7a808bcb0d36', operation='INSERT OR UPDATE', pgid='pgtrigger_within_envelope_3c791', table='fqis_subenvelope', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d47e03686afdc9f763ab47ba9f7721b9414e1dc0', operation='DELETE', pgid='pgtrigger_never_deleted_fd6dd', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='within_tranche', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state <> 'cancelled')", func="\n                    DECLARE limit_amount numeric; others numeric; its_alliance bigint;\n                        deducted numeric;\n                    BEGIN\n                    IF TG_OP = 'UPDATE' AND ROW(OLD.amount, OLD.tranche_id, OLD.alliance_id)\n                        = ROW(NEW.amount, NEW.tranche_id, NEW.alliance_id)\n                        AND OLD.state <> 'cancelled' THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT t.amount, c.alliance_id INTO limit_amount, its_alliance\n                    FROM conventions_tranche t\n                    JOIN conventions_convention c ON c.id = t.convention_id\n                    WHERE t.id = NEW.tranche_id FOR UPDATE OF t;\n                    IF its_alliance IS DISTINCT FROM NEW.alliance_id THEN\n                        RAISE EXCEPTION 'Cette tranche est celle d’une autre alliance.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'versement_own_tranche';\n                    END IF;\n                    SELECT coalesce(sum(v.amount), 0) INTO others FROM fqis_versement v\n                    WHERE v.tranche_id = NEW.tranche_id AND v.id IS DISTINCT FROM NEW.id\n                      AND v.state <> 'cancelled';\n                    SELECT coalesce(sum(r.amount), 0) INTO deducted FROM fqis_recovery r\n                    JOIN fqis_versement v ON v.id = r.deducted_from_id\n                    WHERE v.tranche_id = NEW.tranche_id AND r.state = 'deducted';\n                    IF others + NEW.amount + deducted > limit_amount THEN\n                        RAISE EXCEPTION 'Le versement dépasse sa tranche.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'versement_within_tranche';\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='e0021b462b568f3927d3c7a92ee268eb7c256191', operation='INSERT OR UPDATE', pgid='pgtrigger_within_tranche_3ef6c', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='within_envelope', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state IN ('authorised', 'issued', 'paid'))", func="\n                    DECLARE allotted numeric; others numeric;\n                    BEGIN\n                    IF TG_OP = 'UPDATE' AND OLD.amount = NEW.amount\n                        AND OLD.state IN ('authorised', 'issued', 'paid') THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT e.amount INTO allotted FROM fqis_envelope e\n                    WHERE e.alliance_id = NEW.alliance_id FOR UPDATE;\n                    SELECT coalesce(sum(v.amount), 0) INTO others FROM fqis_versement v\n                    WHERE v.alliance_id = NEW.alliance_id AND v.id IS DISTINCT FROM NEW.id\n                      AND v.state IN ('authorised', 'issued', 'paid');\n                    IF allotted IS NULL OR others + NEW.amount > allotted THEN\n                        RAISE EXCEPTION 'Le versement dépasse l’enveloppe.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'versement_within_envelope';\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='e909501638d2bce1d738ae251acc2cec4be2f82a', operation='INSERT OR UPDATE', pgid='pgtrigger_within_envelope_907b5', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_authorised', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'authorised\', \'issued\', \'paid\', \'cancelled\'))', func="\n                    IF ROW(OLD.amount, OLD.tranche_id, OLD.alliance_id, OLD.authorised_by_id,\n                           OLD.authorised_at, OLD.recommended_by_id, OLD.notice_id)\n                       IS DISTINCT FROM\n                       ROW(NEW.amount, NEW.tranche_id, NEW.alliance_id, NEW.authorised_by_id,\n                           NEW.authorised_at, NEW.recommended_by_id, NEW.notice_id)\n                       OR (OLD.state, NEW.state) NOT IN (\n                           ('authorised', 'authorised'), ('authorised', 'issued'),\n                           ('authorised', 'cancelled'), ('issued', 'issued'), ('issued', 'paid'),\n                           ('paid', 'paid'), ('cancelled', 'cancelled'))\n                    THEN\n                        RAISE EXCEPTION 'Un versement autorisé ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='03c0606cd3b9a5d2ed21d942a56d6a69cb8cb9cb', operation='UPDATE', pgid='pgtrigger_fixed_once_authorised_8e40b', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='parked_in_its_tranche', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.parked_from_id IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM fqis_versement v\n                        WHERE v.id = NEW.parked_from_id AND v.tranche_id = NEW.tranche_id\n                    ) THEN\n                        RAISE EXCEPTION 'Une partie détachée reste dans sa tranche.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'versement_parked_in_tranche';\n                    END IF;\n                    RETURN NEW;\n                ", hash='cb4091d1c80775f85ce5f6a148f5b4bb77391db6', operation='INSERT OR UPDATE', pgid='pgtrigger_parked_in_its_tranche_5c540', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='keeps_its_deductions', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'cancelled')", func="\n                    IF OLD.state <> 'cancelled' AND EXISTS (\n                        SELECT 1 FROM fqis_recovery r\n                        WHERE r.deducted_from_id = NEW.id AND r.state = 'deducted'\n                    ) THEN\n                        RAISE EXCEPTION 'Un recouvrement est déduit de ce versement.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'versement_keeps_deductions';\n                    END IF;\n                    RETURN NEW;\n                ", hash='5473d1a232ad7756eba4a75f426910877e94de2e', operation='UPDATE', pgid='pgtrigger_keeps_its_deductions_7b193', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='versement',
            trigger=pgtrigger.compiler.Trigger(name='sent_again_after_rejection', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'paid' AND OLD.state <> 'paid')", func="\n                    IF EXISTS (\n                        SELECT 1 FROM fqis_paymentline l WHERE l.versement_id = NEW.id\n                    ) AND NOT EXISTS (\n                        SELECT 1 FROM fqis_paymentline l\n                        WHERE l.versement_id = NEW.id AND l.rejected_at IS NULL\n                    ) THEN\n                        RAISE EXCEPTION 'Ce paiement est rejeté : il repart dans un autre lot.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_rejected';\n                    END IF;\n                    RETURN NEW;\n                ", hash='344f7ab655058e7c4898ae6b1607b58d9f6b0600', operation='UPDATE', pgid='pgtrigger_sent_again_after_rejection_2469c', table='fqis_versement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recovery',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d1b2d5dc10aff593975e112fcba46986a0e8ed32', operation='DELETE', pgid='pgtrigger_never_deleted_44d9e', table='fqis_recovery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recovery',
            trigger=pgtrigger.compiler.Trigger(name='within_its_versement', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state <> 'dropped')", func="\n                    DECLARE paid numeric; others numeric;\n                    BEGIN\n                    IF TG_OP = 'UPDATE' AND ROW(OLD.amount, OLD.versement_id, OLD.alliance_id)\n                        = ROW(NEW.amount, NEW.versement_id, NEW.alliance_id) THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT v.amount INTO paid FROM fqis_versement v\n                    WHERE v.id = NEW.versement_id AND v.state = 'paid'\n                      AND v.alliance_id = NEW.alliance_id FOR UPDATE;\n                    SELECT coalesce(sum(r.amount), 0) INTO others FROM fqis_recovery r\n                    WHERE r.versement_id = NEW.versement_id AND r.id IS DISTINCT FROM NEW.id\n                      AND r.state <> 'dropped';\n                    IF paid IS NULL OR others + NEW.amount > paid THEN\n                        RAISE EXCEPTION 'Le recouvrement dépasse le versement payé.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'recovery_within_versement';\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='e7c221ea9e7da23133c5ca26537e55ebfb9de95f', operation='INSERT OR UPDATE', pgid='pgtrigger_within_its_versement_1b8a7', table='fqis_recovery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recovery',
            trigger=pgtrigger.compiler.Trigger(name='fits_what_it_is_deducted_from', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state = 'deducted')", func="\n                    DECLARE its_tranche bigint; limit_amount numeric; taken numeric;\n                    BEGIN\n                    IF TG_OP = 'UPDATE' AND OLD.state = 'deducted' THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT v.tranche_id INTO its_tranche FROM fqis_versement v\n                    WHERE v.id = NEW.deducted_from_id AND v.alliance_id = NEW.alliance_id\n                      AND v.id <> NEW.versement_id\n                      AND v.state NOT IN ('authorised', 'issued', 'paid', 'cancelled') FOR UPDATE;\n                    SELECT t.amount INTO limit_amount FROM conventions_tranche t\n                    WHERE t.id = its_tranche FOR UPDATE;\n                    SELECT coalesce(sum(v.amount), 0) INTO taken FROM fqis_versement v\n                    WHERE v.tranche_id = its_tranche AND v.state <> 'cancelled';\n                    SELECT taken + coalesce(sum(r.amount), 0) INTO taken FROM fqis_recovery r\n                    JOIN fqis_versement v ON v.id = r.deducted_from_id\n                    WHERE v.tranche_id = its_tranche AND r.state = 'deducted';\n                    IF limit_amount IS NULL OR taken + NEW.amount > limit_amount THEN\n                        RAISE EXCEPTION 'La déduction ne tient pas dans la tranche.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'recovery_deduction_fits';\n                    END IF;\n                    RETURN NEW;\n                    END;\n                ", hash='72edf6c4be6edef7b64893573e5b56fb0259e4ad', operation='INSERT OR UPDATE', pgid='pgtrigger_fits_what_it_is_deducted_from_63585', table='fqis_recovery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recovery',
            trigger=pgtrigger.compiler.Trigger(name='fixed_once_decided', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF ROW(OLD.amount, OLD.versement_id, OLD.alliance_id, OLD.kind, OLD.reason,\n                           OLD.proposed_by_id, OLD.proposed_at)\n                       IS DISTINCT FROM\n                       ROW(NEW.amount, NEW.versement_id, NEW.alliance_id, NEW.kind, NEW.reason,\n                           NEW.proposed_by_id, NEW.proposed_at)\n                       OR (OLD.decided_at IS NOT NULL\n                           AND ROW(OLD.decided_at, OLD.decided_by_id, OLD.letter_id)\n                               IS DISTINCT FROM\n                               ROW(NEW.decided_at, NEW.decided_by_id, NEW.letter_id))\n                       OR (OLD.state, NEW.state) NOT IN (\n                           ('proposed', 'proposed'), ('proposed', 'decided'),\n                           ('proposed', 'dropped'), ('decided', 'decided'),\n                           ('decided', 'received'), ('decided', 'deducted'))\n                    THEN\n                        RAISE EXCEPTION 'Un recouvrement proposé ne change plus.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'recovery_fixed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8889c66ca187445592adc9815b5503c6ee1dcd90', operation='UPDATE', pgid='pgtrigger_fixed_once_decided_8bb87', table='fqis_recovery', when='BEFORE')),
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
    ]
