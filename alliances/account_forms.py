"""The forms of allauth, in the portal's words: a label, a hint, never a placeholder."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Words = Any  # a text, or one translated when it is shown

EMAIL = _("Courriel")
NEW = _("Nouveau mot de passe")
AGAIN = _("Nouveau mot de passe, encore une fois")
CODE = _("Code à 6 chiffres")
CODE_HINT = _("Votre application d’authentification le donne.")


def password_rules() -> SafeString:
    """The rules of the password, as a list."""
    rules = format_html_join(
        "", "<li>{}</li>", ((text,) for text in password_validators_help_texts())
    )
    return SafeString(f"<ul>{rules}</ul>")


class WordedForm(forms.Form):
    """Replaces the labels and hints of a form of allauth."""

    words: dict[str, tuple[Words, Words]] = {}
    hide_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in self.words.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].help_text = hint
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].widget.attrs.update({"spellcheck": "false"})
        if "code" in self.fields:
            self.fields["code"].widget.attrs.update(
                {"class": "input code-input", "inputmode": "numeric", "maxlength": "12"}
            )
        if "password1" in self.fields:
            self.fields["password1"].help_text = password_rules()


class LoginForm(WordedForm, account.LoginForm):
    words = {"login": (EMAIL, ""), "password": (_("Mot de passe"), "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ResetPasswordForm(WordedForm, account.ResetPasswordForm):
    words = {"email": (EMAIL, _("Celui avec lequel vous vous connectez."))}


class ResetPasswordKeyForm(WordedForm, account.ResetPasswordKeyForm):
    words = {"password1": (NEW, ""), "password2": (AGAIN, "")}


class ChangePasswordForm(WordedForm, account.ChangePasswordForm):
    words = {
        "oldpassword": (_("Mot de passe actuel"), ""),
        "password1": (NEW, ""),
        "password2": (AGAIN, ""),
    }


class ReauthenticateForm(WordedForm, account.ReauthenticateForm):
    words = {"password": (_("Mot de passe"), "")}


class AuthenticateForm(WordedForm, mfa.AuthenticateForm):
    words = {
        "code": (
            CODE,
            _("Votre application d’authentification le donne. Un code de secours convient aussi."),
        )
    }


class ReauthenticateCodeForm(WordedForm, mfa.ReauthenticateForm):
    words = {"code": (CODE, CODE_HINT)}


class ActivateTOTPForm(WordedForm, totp.ActivateTOTPForm):
    words = {"code": (CODE, CODE_HINT)}


class AddWebAuthnForm(WordedForm, webauthn.AddWebAuthnForm):
    words = {
        "name": (_("Nom de la clé"), _("Pour la reconnaître, par exemple « Clé du bureau ».")),
        "passwordless": (
            _("Me connecter avec cette clé seule"),
            _("La clé demande alors un NIP, une empreinte ou votre visage, et aucun mot de passe."),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "passwordless" in self.fields:
            self.fields["passwordless"].initial = True


class EditWebAuthnForm(WordedForm, webauthn.EditWebAuthnForm):
    words = {"name": (_("Nom de la clé"), "")}
