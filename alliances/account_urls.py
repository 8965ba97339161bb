"""The pages of an account. Only what the portal needs of allauth, at French addresses."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from alliances.views import account as own

urlpatterns = [
    path("", own.account_home, name="account_home"),
    path("connexion/", account.login, name="account_login"),
    path("connexion/code/", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/cle/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("ferme/", account.account_inactive, name="account_inactive"),
    # Closed: says that access is by invitation.
    path("inscription/", account.signup, name="account_signup"),
    path("confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("confirmer/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirmer/cle/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("mot-de-passe/", account.password_change, name="account_change_password"),
    path("mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path(
        "mot-de-passe/oublie/envoye/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("deuxieme-facteur/", mfa.index, name="mfa_index"),
    path("deuxieme-facteur/application/ajouter/", totp.activate_totp, name="mfa_activate_totp"),
    path("deuxieme-facteur/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("deuxieme-facteur/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "deuxieme-facteur/codes/nouveaux/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "deuxieme-facteur/codes/telecharger/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("deuxieme-facteur/cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("deuxieme-facteur/cles/ajouter/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("deuxieme-facteur/cles/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "deuxieme-facteur/cles/<int:pk>/retirer/",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
]
