"""People, their roles and their invitations."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.roles import MINISTRY_ROLES, ROLES, Role

from .territories import Territory


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def portal(self) -> "User":
        """The portal itself, author of what no person does."""
        return self.get(is_portal=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail, invited by somebody who answers for it."""

    email = models.EmailField(_("courriel"), unique=True)
    full_name = models.CharField(_("nom complet"), max_length=150)
    language = models.CharField(
        _("langue"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    is_active = models.BooleanField(_("actif"), default=True)
    is_portal = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
            models.UniqueConstraint(
                fields=["is_portal"], condition=Q(is_portal=True), name="user_one_portal"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = self.full_name.replace("-", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]


ROLE_CHOICES = [(slug, role.label) for slug, role in ROLES.items()]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ended_at=None).filter(
            Q(ends_on=None) | Q(ends_on__gte=day)
        )

    def of_ministry(self) -> Self:
        return self.filter(role__in=MINISTRY_ROLES)


class Membership(models.Model):
    """A role held by a person, on a territory unless the role is national, between two days."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=20, choices=ROLE_CHOICES)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    starts_on = models.DateField(_("du"), default=clock.today)
    ends_on = models.DateField(_("au"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    stands_in_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("remplace"),
        help_text=_("La personne absente, dont le nom suit « pour » dans les actes."),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["role", "user__full_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_dates_in_order",
                violation_error_message=_("La fin du rôle doit suivre son début."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=[s for s, r in ROLES.items() if r.is_national], territory=None)
                | Q(
                    role__in=[s for s, r in ROLES.items() if not r.is_national],
                    territory__isnull=False,
                ),
                name="membership_territory_when_regional",
                violation_error_message=_("Choisissez un territoire pour un rôle régional."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="membership_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for=None)
                | (~Q(stands_in_for=F("user")) & Q(ends_on__isnull=False)),
                name="membership_stand_in_is_another_until",
                violation_error_message=_(
                    "Un remplacement nomme une autre personne et se termine un jour dit."
                ),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "territory"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="membership_open_once",
                violation_error_message=_("Cette personne a déjà ce rôle."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role_label}"

    @property
    def spec(self) -> Role:
        return ROLES[self.role]

    @property
    def role_label(self) -> str:
        """« Coordination, Table » or « Analyse, DGSSAC »."""
        return f"{self.spec.label}, {self.spec.side.label}"

    @property
    def group_name(self) -> str:
        """The guardian group this membership puts its person in."""
        return group_name(self.role, self.territory)


def group_name(role: str, territory: Territory | None) -> str:
    return f"{role}:{territory.slug}" if territory is not None else role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> Self:
        """Neither accepted nor cancelled; its link may have expired."""
        return self.filter(accepted_at=None, cancelled_at=None)


class Invitation(models.Model):
    """A link that lets one person choose a password and take one role; it expires.

    The link holds no stored secret: it is signed from the row's key and ``round``, which grows
    each time the link is sent again, so that only the last link opens.
    """

    email = models.EmailField(_("courriel"))
    role = models.CharField(_("rôle"), max_length=20, choices=ROLE_CHOICES)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(
        _("langue"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    invited_at = models.DateTimeField(default=clock.now, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="invitation_cancelled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(cancelled_at=None),
                name="invitation_one_end",
            ),
            models.UniqueConstraint(
                fields=["email", "role", "territory"],
                condition=Q(accepted_at=None, cancelled_at=None),
                nulls_distinct=False,
                name="invitation_pending_once",
                violation_error_message=_("Une invitation attend déjà cette personne."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.role}"

    @property
    def is_pending(self) -> bool:
        return self.accepted_at is None and self.cancelled_at is None

    @property
    def is_expired(self) -> bool:
        return self.is_pending and clock.now() >= self.expires_at

    def is_open_at(self, moment: datetime) -> bool:
        return self.is_pending and moment < self.expires_at

    @property
    def spec(self) -> Role:
        return ROLES[self.role]

    @property
    def role_label(self) -> str:
        return f"{self.spec.label}, {self.spec.side.label}"
