"""All settings, read from the environment, loud on bad values. `docs/settings.md` lists them."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from versioning.lib import postgres

ROOT = Path(__file__).resolve().parents[1]
DATA = postgres.data_folder()


def _switch(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1" if value else default


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    if value and not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.")
    return int(value) if value else default


def _mailer() -> dict[str, Any]:
    """How mail leaves: by SMTP once EMAIL_HOST is set; until then it is printed where the server runs."""
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    host = os.environ.get("EMAIL_HOST", "")
    printed = "versioning.lib.mail.Printed"
    backend = os.environ.get("EMAIL_BACKEND", smtp if host else printed)
    if backend != smtp:
        return {"BACKEND": backend}
    options = {
        "host": host or "localhost",
        "port": _number("EMAIL_PORT", 25),
        "username": os.environ.get("EMAIL_HOST_USER", ""),
        "password": os.environ.get("EMAIL_HOST_PASSWORD", ""),
        "use_tls": _switch("EMAIL_USE_TLS"),
        "timeout": 10,
    }
    return {"BACKEND": backend, "OPTIONS": options}


def _secret_key() -> str:
    """SECRET_KEY, or one made once and kept in the data folder for this installation alone."""
    if given := os.environ.get("SECRET_KEY"):
        if len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY must be at least 32 characters long.")
        return given
    kept = DATA / "secret.key"
    if not kept.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, kept)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()


def _database(url: str, **options: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    if parsed["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgresql://…).")
    parsed.setdefault("OPTIONS", {})
    if socket := parse_qs(urlsplit(url).query).get("host"):
        parsed["HOST"] = socket[0]
        parsed["OPTIONS"].pop("host", None)
    parsed["OPTIONS"] |= options
    return parsed | {"CONN_MAX_AGE": 0}


def _databases() -> dict[str, dict[str, Any]]:
    """`default` serves as a role that owns nothing; `owner` migrates."""
    if postgres.wanted():
        server = postgres.Embedded(DATA)
        app, owner = server.url("pv_app"), server.url("pv_owner")
    else:
        app, owner = os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", "")
    pool = {"min_size": 1, "max_size": _number("DATABASE_POOL", 10), "timeout": 3}
    found = {"default": _database(app, pool=pool) | {"TEST": {"MIRROR": "owner"}}}
    if owner:
        found["owner"] = _database(owner)
    else:
        del found["default"]["TEST"]
    return found


SECRET_KEY = _secret_key()
DEBUG = _switch("DEBUG")
PORT = _number("PORT", 8000)
PUBLIC_URL = os.environ.get("PREVISE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
_HOST = urlsplit(PUBLIC_URL).hostname
if not _HOST:
    raise ImproperlyConfigured(
        f"PREVISE_URL must be an address such as https://previse.example, not {PUBLIC_URL!r}."
    )
ALLOWED_HOSTS = [_HOST, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = _databases()
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "versioning",
    "versioning.workspaces",
    "versioning.versions",
    "versioning.changes",
    "versioning.delivery",
    "versioning.playground",
    "versioning.webhooks",
    "prompts",
    "agents",
    "versioning.workspaces.admin_app.OperatorAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tables2",
    "ninja",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "versioning.workspaces.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "versioning.workspaces.middleware.ReaderZone",
    "versioning.workspaces.middleware.Tenant",
]
ROOT_URLCONF = "versioning.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "versioning.context.page",
            ],
        },
    }
]
DJANGO_TABLES2_TEMPLATE = "components/table.html"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],  # Django admin's list of filters has a <style nonce>
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
# Not ours to decide: subdomains and preloading are the domain's, redirecting to HTTPS is the proxy's.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
_PROXIED = _switch("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _PROXIED else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(_PROXIED)  # whose address the rate limits of signing in count
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# Counts failed sign-ins, in each process by itself. Roomy: few entries could be crowded out by a guesser.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "UserAttributeSimilarityValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "versioning.workspaces.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invite's link is the proof; a changed address is verified
ACCOUNT_FORMS = {"add_email": "versioning.workspaces.accounts.AddressForm"}
ACCOUNT_CHANGE_EMAIL = True  # one address per account, exchanged once the new one answered
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset for an unknown address mails no stranger
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Previse] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "versioning.workspaces.accounts.SecondFactors"
MFA_TOTP_TOLERANCE = 1  # one period of 30 s: the clocks of phones differ
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS
MFA_TOTP_ISSUER = "Previse"

MAILERS = {"default": _mailer()}
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"previse@{_HOST}")

DELIVERY_CACHE_MB = _number("DELIVERY_CACHE_MB", 256)
DELIVERY_TOUCH_SECONDS = _number("DELIVERY_TOUCH_SECONDS", 30)

PLAYGROUND_ALLOW_PRIVATE = _switch("PLAYGROUND_ALLOW_PRIVATE")

WEBHOOK_ALLOW_PRIVATE = _switch("WEBHOOK_ALLOW_PRIVATE")
WEBHOOK_TIMEOUT = _number("WEBHOOK_TIMEOUT", 15)  # seconds that a receiver has
WORKER_APART = _switch("WORKER_APART")  # `manage.py worker` runs elsewhere; the server runs none

HISTORY_STRICT = _switch("HISTORY_STRICT")  # told to the database at every migrate

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {
        "previse": {"level": os.environ.get("LOG_LEVEL", "INFO")},
        "procrastinate": {"level": "CRITICAL"},  # the worker says itself what is worth saying
    },
}
