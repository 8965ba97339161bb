"""What every environment shares. Nothing here is secret and nothing here is a default password."""

import os
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parents[3]


def env(name: str, default: str | None = None) -> str:
    """The environment variable ``name``; without it nor a default, says which one is missing."""
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(f"La variable d’environnement {name} manque. Voir README.md.")
    return value


def flag(name: str, *, default: bool) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "oui", "yes"}


# A row is read with the dozen rows it names, each under its own policy: beyond four tables at once
# the planner spends more time choosing the order of such joins than reading them.
PLANNER = "-c join_collapse_limit=4 -c from_collapse_limit=4"


def database(url: str) -> dict[str, Any]:
    info: dict[str, Any] = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": info.pop("dbname"),
        "USER": info.pop("user", ""),
        "PASSWORD": info.pop("password", ""),
        "HOST": info.pop("host", ""),
        "PORT": info.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "alliances", "options": PLANNER, **info},
    }


# --- What runs
INSTALLED_APPS = [
    "alliances.apps.AlliancesConfig",
    "conventions.apps.ConventionsConfig",
    "plans.apps.PlansConfig",
    "fqis.apps.FqisConfig",
    "reporting.apps.ReportingConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "pgtrigger",
    "django_fsm",
    "django_cotton",
    "django_htmx",
    "django_filters",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "alliances.middleware.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alliances.middleware.LanguageMiddleware",
    "alliances.middleware.SlidingSessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "alliances.middleware.SignInRequiredMiddleware",
    "alliances.middleware.SecondFactorMiddleware",
    "alliances.middleware.IdentityMiddleware",
]
ROOT_URLCONF = "alliances.config.urls"
WSGI_APPLICATION = "alliances.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "alliances.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alliances.context.portal",
                "reporting.context.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DATABASES: dict[str, dict[str, Any]] = {}
# The second net: the application connects as a role that row-level security holds.
APP_DB_ROLE = "alliances_app"
CACHES = {
    # In the database: sign-in limits must hold when the broker is down.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "alliances_cache",
    }
}

# --- People
AUTH_USER_MODEL = "alliances.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
ACCOUNT_ADAPTER = "alliances.accounts.PortalAccountAdapter"
ACCOUNT_FORMS = {
    "login": "alliances.account_forms.LoginForm",
    "reset_password": "alliances.account_forms.ResetPasswordForm",
    "reset_password_from_key": "alliances.account_forms.ResetPasswordKeyForm",
    "change_password": "alliances.account_forms.ChangePasswordForm",
    "reauthenticate": "alliances.account_forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # the portal writes to nobody it does not know
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation link already proves the address
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_ADAPTER = "alliances.accounts.PortalMFAAdapter"
MFA_FORMS = {
    "authenticate": "alliances.account_forms.AuthenticateForm",
    "reauthenticate": "alliances.account_forms.ReauthenticateCodeForm",
    "activate_totp": "alliances.account_forms.ActivateTOTPForm",
    "add_webauthn": "alliances.account_forms.AddWebAuthnForm",
    "edit_webauthn": "alliances.account_forms.EditWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Alliances pour la solidarité"
# Ministry roles must hold a second factor before any other page opens.
MFA_REQUIRED = flag("MFA_REQUIRED", default=True)
INVITATION_DAYS = 14
APPLICATION_LINK_DAYS = 30
ENDORSEMENT_DAYS = 30
# The link by which a carrier writes its results lives this long; results are expected this many
# days after the fiscal year.
RESULT_LINK_DAYS = 45
RESULTS_DUE_DAYS = 30

SESSION_COOKIE_AGE = int(env("SESSION_MINUTES", "120")) * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "alliances.views.errors.csrf_failure"

# --- Words
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "langue"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Montreal"

# --- Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
MEDIA_ROOT = env("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"allow_overwrite": True},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Public, and often collected by another account than the one that serves them.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
# The antivirus that reads each file: clamd's socket, or « host:port »; empty, none is asked.
CLAMAV_SOCKET = env("CLAMAV_SOCKET", "")
# A scan holds many pages, each a picture.
SCAN_MAX_BYTES = 40 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# How many days the whole file of an Alliance waits for who asked for it.
EXPORT_DAYS = 7
# What people deposit and what the portal renders: for its own account only.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Where people reach the portal; written in QR codes and letters.
PUBLIC_URL = env("PUBLIC_URL", "http://localhost:8000")
# True only where every person, date and unpublished amount is invented.
DEMO = False
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "portail@alliances.invalid")

# --- The worker
REDIS_URL = env("REDIS_URL", "redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A document takes seconds and may come by hundreds; a file that was brought is read while a person
# watches. The worker takes from each queue in turn: neither a letter, nor a sign of life, nor that
# person waits behind the documents.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("reading"), Queue("files")]
CELERY_TASK_ROUTES = {
    "alliances.tasks.render_document": {"queue": "files"},
    "conventions.tasks.split_scan": {"queue": "reading"},
    "fqis.tasks.refresh_publication": {"queue": "files"},
    "fqis.tasks.work_on_import": {"queue": "reading"},
    "plans.tasks.read_word": {"queue": "reading"},
    "reporting.tasks.make_export": {"queue": "files"},
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    # A silent broker must not keep a person waiting: the sweep finds what was not queued.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "alliances.tasks.beat", "schedule": 20.0},
    "pending-documents": {"task": "alliances.tasks.sweep_documents", "schedule": 20.0},
    "pending-notifications": {"task": "alliances.tasks.send_notifications", "schedule": 30.0},
    "pending-invitations": {"task": "alliances.tasks.send_invitations", "schedule": 30.0},
    "pending-applications": {"task": "fqis.tasks.send_application_links", "schedule": 20.0},
    "due-calls": {"task": "fqis.tasks.close_calls", "schedule": 60.0},
    "pending-word-files": {"task": "plans.tasks.sweep_words", "schedule": 20.0},
    "pending-scans": {"task": "conventions.tasks.sweep_scans", "schedule": 20.0},
    "pending-endorsements": {"task": "plans.tasks.send_endorsements", "schedule": 30.0},
    "pending-registers": {"task": "fqis.tasks.sweep_imports", "schedule": 20.0},
    "pending-exports": {"task": "reporting.tasks.sweep_exports", "schedule": 20.0},
    "past-exports": {"task": "reporting.tasks.remove_past_exports", "schedule": 3600.0},
    "project-sums": {"task": "fqis.tasks.merge_tallies", "schedule": 600.0},
    "pending-result-requests": {"task": "fqis.tasks.send_result_requests", "schedule": 30.0},
    # Twice a day, Québec time: the second passage only finds what the first one missed.
    "due-reminders": {
        "task": "plans.tasks.send_due_reminders",
        "schedule": crontab(hour="7,13", minute=0),
    },
    "report-reminders": {
        "task": "reporting.tasks.send_report_reminders",
        "schedule": crontab(hour="7,13", minute=5),
    },
    "public-data": {
        "task": "fqis.tasks.refresh_publication",
        "schedule": crontab(hour=3, minute=10),
    },
    "memberships": {
        "task": "alliances.tasks.apply_memberships",
        "schedule": crontab(hour=0, minute=5),
    },
}

# --- The browser
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- What happened
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "alliances.logs.ContextFilter"}},
    "formatters": {"json": {"()": "alliances.logs.EventFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": [], "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
