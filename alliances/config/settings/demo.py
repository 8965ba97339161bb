"""The demo on one machine: real parts, invented people."""

from .base import *  # noqa: F403
from .base import BASE_DIR, database, env, flag

DEBUG = False
DEMO = True
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": database(env("DATABASE_URL"))}
MFA_REQUIRED = flag("MFA_REQUIRED", default=False)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# Letters are written to files, never sent.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env("MAIL_DIR", str(BASE_DIR / "var" / "mail"))
