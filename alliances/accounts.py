"""What allauth may do here: nobody signs up alone, and every message is ours."""

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from alliances.models import User

logger = logging.getLogger("alliances.accounts")
JUST_NOW = 300  # seconds after signing in


class PortalAccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations; letters are short and in the person's language."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Ce compte est fermé. Écrivez à la personne qui vous a invité."),
        "email_password_mismatch": _(
            "Le courriel ou le mot de passe ne correspond pas. Vérifiez les deux."
        ),
        "enter_current_password": _("Entrez votre mot de passe actuel."),
        "incorrect_code": _("Ce code ne convient pas. Entrez le code affiché en ce moment."),
        "incorrect_password": _("Ce mot de passe ne convient pas. Entrez le vôtre."),
        "invalid_or_expired_key": _("Ce lien n’est plus valable. Demandez-en un nouveau."),
        "invalid_login": _("La connexion n’a pas réussi. Recommencez."),
        "invalid_password_reset": _("Ce lien n’est plus valable. Demandez-en un nouveau."),
        "too_many_login_attempts": _(
            "Trop d’essais pour ce compte. Attendez cinq minutes, puis recommencez."
        ),
        "same_as_current": _("Choisissez une valeur différente de l’actuelle."),
        "rate_limited": _("Trop d’essais. Attendez quelques minutes, puis recommencez."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends a letter about an account. A silent mail server must not stop the person."""
        try:
            self.render_mail(
                template_prefix,
                email,
                {"email": email, "portal_url": settings.PUBLIC_URL, **context},
            ).send()
        except (SMTPException, OSError):
            logger.exception("account_mail_failed", extra={"template": template_prefix})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just given every proof is not asked for them again."""
        records = self.request.session.get("account_authentication_methods", [])
        latest = max((record.get("at", 0.0) for record in records), default=0.0)
        if time.time() - latest < JUST_NOW:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Utiliser votre mot de passe"),
            "mfa_reauthenticate": _("Utiliser un code à 6 chiffres"),
            "mfa_reauthenticate:webauthn": _("Utiliser une clé d’accès"),
        }
        methods = super().get_reauthentication_methods(user)
        return [
            {**method, "description": words.get(method["id"], method["description"])}
            for method in methods
        ]


class PortalMFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Votre rôle exige un deuxième facteur. Ajoutez-en un autre avant de retirer celui-ci."
        ),
        "cannot_generate_recovery_codes": _("Ajoutez d’abord un deuxième facteur."),
        "incorrect_code": _("Ce code ne convient pas. Entrez le code affiché en ce moment."),
    }

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = user.authenticator_set.filter(type=type).count()  # type: ignore[attr-defined]
        return str(_("Clé d’accès")) if count == 0 else str(_("Clé d’accès %d")) % (count + 1)
