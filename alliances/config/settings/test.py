"""The tests: the demo's parts, quick password hashes, strict templates."""

import os

from .base import *  # noqa: F403
from .base import MIDDLEWARE, TEMPLATES, database

DEBUG = False
DEMO = True
SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL", "postgresql://alliances@localhost/alliances")
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Django serves the files here; WhiteNoise wants them collected.
MIDDLEWARE = [one for one in MIDDLEWARE if "whitenoise" not in one]
MFA_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"allow_overwrite": True},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACCOUNT_RATE_LIMITS = {}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""
