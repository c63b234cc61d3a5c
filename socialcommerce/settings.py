"""Settings of the site. Every knob states its unit, its default and its reason.

Values come from the environment. In development the launcher (`make up`) writes what it
started into var/run/services.json, and `load_environment` finds it there.
"""

import secrets
from decimal import Decimal
from pathlib import Path
from typing import Any

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from socialcommerce.embedded.discovery import load_environment
from socialcommerce.lib import env

load_environment()
django_stubs_ext.monkeypatch()  # ModelAdmin[Store], UploadedFile[bytes] also where they are run

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of installation this is ----------------------------------------------------

PLAZA_ENV = env.text("PLAZA_ENV", "development")  # development | test | production
DEVELOPMENT = PLAZA_ENV == "development"
TESTING = PLAZA_ENV == "test"
PRODUCTION = PLAZA_ENV == "production"
if not (DEVELOPMENT or TESTING or PRODUCTION):
    raise env.BadEnvironment("PLAZA_ENV wants development, test or production.")

DEBUG = env.flag("DEBUG", default=False)
# Sessions and tokens hang on it: production must bring its own; elsewhere a random one will do.
SECRET_KEY = env.text("SECRET_KEY", None if PRODUCTION else secrets.token_urlsafe(50))
SITE_URL = env.text("SITE_URL", None if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.text("SITE_NAME", "Plaza")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,testserver")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", SITE_URL)
ROOT_URLCONF = "socialcommerce.urls"
WSGI_APPLICATION = "socialcommerce.wsgi.application"

# --- Apps, in the order of the staircase from the top -------------------------------------

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "axes",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "lucide",
    "accounts",
    "feed",
    "payments",
    "shop",
    "flashsale",
    "socialcommerce",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "socialcommerce.lib.readable.ReadableRequests",
    # Pages shrink to a sixth; Django pads them so that their length tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "socialcommerce.middleware.ContentSecurity",
    "socialcommerce.middleware.AdminContentSecurity",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "flashsale.page_door.PageDoor",  # the crowd of a sale gets its page without the rest
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "socialcommerce.lib.problems.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "socialcommerce.context.site",
            ],
        },
    },
]

# --- PostgreSQL: the only truth -----------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        # Nothing listens on the default: the first query then says what is missing.
        **env.database(env.text("DATABASE_URL", "postgresql://plaza@127.0.0.1:1/plaza")),
        # Persistent connections, one a thread; granian caps the threads.
        "CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": env.number("DATABASE_CONNECT_TIMEOUT_SECONDS", 5),
            # A statement that runs longer than this on a page is a bug, not patience.
            "options": "-c statement_timeout="
            + str(env.number("DATABASE_STATEMENT_TIMEOUT_MS", 30_000))
            # Tests empty their tables; anywhere else a trigger refuses that for the ledger.
            + (" -c plaza.may_truncate=on" if TESTING else ""),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: a gate, a queue, a cache; may vanish at any moment ----------------------------

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:1/0")  # broker and cache
REDIS_GATE_URL = env.text("REDIS_GATE_URL", "redis://127.0.0.1:1/0")  # flash-sale gate alone
# A page waits for Redis no longer than this before it goes on without (seconds).
REDIS_TIMEOUT_SECONDS = env.number("REDIS_TIMEOUT_SECONDS", 2)
CACHES = {
    "default": {
        "BACKEND": "socialcommerce.lib.forgetful_cache.ForgetfulCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "plaza",
        "OPTIONS": {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        },
    }
}

# --- Celery: the work that nobody waits for -----------------------------------------------

CELERY_DB_REUSE_MAX = 1_000_000  # tasks; socialcommerce.celery looks after the connections
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True  # a worker that dies hands its task to the next one
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # drains are long and must not pile up behind one worker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "socket_timeout": 10}
CELERY_TASK_ROUTES = {
    "flashsale.tasks.drain_*": {"queue": "drain"},
    "flashsale.rehearsal.tasks.*": {"queue": "rehearsal"},
}
CELERY_TIMEZONE = "UTC"
# Sweeps are the guarantee behind every nudge: each finds rows that nobody came for.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "expire unpaid orders": {"task": "shop.tasks.expire_unpaid", "schedule": 15},
    "complete received orders": {"task": "shop.tasks.complete_received", "schedule": 300},
    "drive payments": {"task": "payments.tasks.drive_stuck", "schedule": 15},
    "drive refunds": {"task": "payments.tasks.drive_refunds", "schedule": 30},
    "run payouts": {"task": "payments.tasks.run_payouts", "schedule": 300},
    "drive payouts": {"task": "payments.tasks.drive_payouts", "schedule": 30},
    "drive disputes": {"task": "payments.tasks.drive_disputes", "schedule": 30},
    "remind of disputes": {"task": "payments.tasks.remind_of_disputes", "schedule": 900},
    "end gift cards": {"task": "payments.tasks.end_gift_cards", "schedule": 300},
    "free reserves": {"task": "payments.tasks.free_reserves", "schedule": 300},
    "process Stripe events": {"task": "payments.tasks.process_events", "schedule": 10},
    "catch up with Stripe": {"task": "payments.tasks.catch_up_with_events", "schedule": 600},
    "fold accruals": {"task": "payments.tasks.fold_accruals", "schedule": 60},
    "warn of expiring cards": {"task": "payments.tasks.warn_of_expiring_cards", "schedule": 3_600},
    "free expired holds": {"task": "payments.tasks.void_expired_holds", "schedule": 60},
    "plan the line-up": {"task": "flashsale.tasks.plan_line_up", "schedule": 600},
    "conclude sales": {"task": "flashsale.tasks.conclude_sales", "schedule": 10},
    "send reminders": {"task": "flashsale.tasks.send_reminders", "schedule": 30},
    # Each hour, so that a night without Stripe is made up for; what is read is not read again.
    "reconcile with Stripe": {
        "task": "payments.tasks.reconcile",
        "schedule": crontab(minute=20),
    },
    "prove the books": {"task": "payments.tasks.verify_ledger", "schedule": crontab(hour=3)},
}

# --- Who comes in -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:  # hashing is slow on purpose; hundreds of test people need not wait for it
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupExtras"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address a person; a new one counts once it is confirmed
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts wrong passwords, below
# Guessing a password: ten tries, then a quarter of an hour of rest, for that person from there.
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURE_LIMIT", 10)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "accounts.lockout.login_name"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.respond"
AXES_VERBOSE = False
# How many proxies of ours stand before the site; 0 means the socket's address is the person's.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
AXES_CLIENT_IP_CALLABLE = "socialcommerce.lib.http.client_address"

# Sites whose accounts people can link (OpenID Connect); without one nothing of it is shown. Each
# `key` names its site in addresses, prices and rows, for ever: small letters, digits, hyphens.
OPENID_PROVIDERS = env.records(
    "OPENID_PROVIDERS",
    env.text("OPENID_PROVIDERS", "[]"),
    fields=("key", "name", "issuer", "client_id", "client_secret"),
)

# --- Mail ---------------------------------------------------------------------------------

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if PRODUCTION
    else "accounts.mailbox.MailboxBackend",  # every mail stands at /dev/mail/
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <hello@plaza.example>")
MAILBOX_DIR = BASE_DIR / "var" / "mail"

# --- Money --------------------------------------------------------------------------------

SITE_CURRENCY = env.text("SITE_CURRENCY", "USD")  # ISO 4217: top-ups, sales, the market's prices
# What a store may sell in, and about how many units are worth one of the site's: "USD,JPY=150".
# That figure scales limits and minimums; no price and no payment is converted.
STORE_CURRENCIES = {
    code: Decimal(units or 1)
    for code, _is, units in (
        word.partition("=") for word in env.words("STORE_CURRENCIES", SITE_CURRENCY)
    )
}
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_PUBLISHABLE_KEY = env.text("STRIPE_PUBLISHABLE_KEY", "")
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET")  # two while one is being rotated
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "")  # empty: Stripe itself
# Cards are typed on our own page where Stripe's script can work: it talks to Stripe alone.
STRIPE_PAYMENT_ELEMENT = bool(STRIPE_PUBLISHABLE_KEY) and not STRIPE_API_BASE
TOP_UP_MIN_MINOR = env.number("TOP_UP_MIN_MINOR", 100)  # one unit: below it fees eat the money
TOP_UP_MAX_MINOR = env.number("TOP_UP_MAX_MINOR", 200_000)  # a lost password must not cost more
# Nobody of a young account moves as much as others. Days from joining; the amounts are an
# operator's to change (services.people.standings has the first ones).
LIMITS_NEW_DAYS = env.number("LIMITS_NEW_DAYS", 7)
LIMITS_LONG_DAYS = env.number("LIMITS_LONG_DAYS", 180)
# The payment PIN: from this amount on, so many wrong ones, then a rest; how long its link works.
PAYMENT_PIN_ABOVE_MINOR = env.number("PAYMENT_PIN_ABOVE_MINOR", 100_000)
PAYMENT_PIN_TRIES = env.number("PAYMENT_PIN_TRIES", 5)
PAYMENT_PIN_LOCK_SECONDS = env.number("PAYMENT_PIN_LOCK_SECONDS", 900)
PAYMENT_PIN_RESET_SECONDS = env.number("PAYMENT_PIN_RESET_SECONDS", 1_800)
# Stripe charges no card less. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
CARD_MIN_MINOR = env.number("CARD_MIN_MINOR", 50)
# A card payment that got no answer is asked about again after this, and dies after the second.
PAYMENT_DRIVE_AFTER_SECONDS = env.number("PAYMENT_DRIVE_AFTER_SECONDS", 20)
PAYMENT_LIFETIME_SECONDS = env.number("PAYMENT_LIFETIME_SECONDS", 900)
# Gift cards: what one may be of, and how long its money can be spent (five years). What comes back
# to one can be spent for some weeks, whatever its time.
GIFT_CARD_MIN_MINOR = env.number("GIFT_CARD_MIN_MINOR", 500)
GIFT_CARD_MAX_MINOR = env.number("GIFT_CARD_MAX_MINOR", 50_000)
GIFT_CARD_DAYS = env.number("GIFT_CARD_DAYS", 1_826)
GIFT_CARD_AFTER_REFUND_DAYS = env.number("GIFT_CARD_AFTER_REFUND_DAYS", 90)
# Merchants' money. Below the minimum a transfer costs more than it is worth.
PAYOUT_MINIMUM_MINOR = env.number("PAYOUT_MINIMUM_MINOR", 500)
# What a young store's sales leave behind for what may come back: a tenth, for a month, for a
# quarter of a year from its approval on. An operator may set other terms for each store.
RESERVE_BASIS_POINTS = env.number("RESERVE_BASIS_POINTS", 1_000)
RESERVE_DAYS = env.number("RESERVE_DAYS", 30)
RESERVE_YOUNG_DAYS = env.number("RESERVE_YOUNG_DAYS", 90)

# --- Shop ---------------------------------------------------------------------------------

ORDER_PAY_WITHIN_SECONDS = env.number("ORDER_PAY_WITHIN_SECONDS", 900)
ORDER_RECEIVE_WITHIN_DAYS = env.number("ORDER_RECEIVE_WITHIN_DAYS", 14)  # then escrow is released
ORDER_QUANTITY_MAX = env.number("ORDER_QUANTITY_MAX", 20)  # pieces of one variant in an order
STORE_FEE_BASIS_POINTS = env.number("STORE_FEE_BASIS_POINTS", 300)  # 3 %, kept by the site

# --- Flash sales --------------------------------------------------------------------------

SALE_HOLD_SECONDS = env.number("SALE_HOLD_SECONDS", 300)  # to pay a unit by hand
SALE_PAYING_GRACE_SECONDS = env.number("SALE_PAYING_GRACE_SECONDS", 120)  # a payment under way
SALE_LEASE_MS = env.number("SALE_LEASE_MS", 3_000)  # the gate closes this long after the controller
SALE_DRAIN_BATCH = env.number("SALE_DRAIN_BATCH", 1_000)  # stream entries in one transaction
SALE_DRAIN_GATHER_MS = env.number("SALE_DRAIN_GATHER_MS", 100)  # between two that are not full
SALE_RESTORE_SECONDS = env.number("SALE_RESTORE_SECONDS", 10)  # earlier receipts alone come in
SALE_STATE_CACHE_MS = env.number("SALE_STATE_CACHE_MS", 1_000)  # how old a refusal may be
SALE_PAGE_CACHE_MS = env.number("SALE_PAGE_CACHE_MS", 1_000)  # how old counts on a page may be
SALE_SECRET_GRACE_SECONDS = env.number("SALE_SECRET_GRACE_SECONDS", 120)  # then a draw is void
SALE_TURN_DAYS = env.number("SALE_TURN_DAYS", 90)  # a turn weighs for so long
SALE_TURN_CAP = env.number("SALE_TURN_CAP", 3)  # what turns add at most: chances, no certainty
# Requests to the gate in 10 s: a person clicks a few times a second at most, and a network (/24 of
# IPv4, /64 of IPv6) may be the gateway of a town or of a mobile carrier.
SALE_PERSON_LIMIT = env.number("SALE_PERSON_LIMIT", 60)
SALE_NETWORK_LIMIT = env.number("SALE_NETWORK_LIMIT", 3_000)
# Entries that wait for a drain, some 20 s of its work: beyond, taking more helps nobody.
SALE_SHED_BACKLOG = env.number("SALE_SHED_BACKLOG", 100_000)
# What the check-list reckons with, where no past sale or rehearsal of the store says otherwise.
SALE_PEOPLE_PER_UNIT = env.number("SALE_PEOPLE_PER_UNIT", 26)  # 1,300,000 wanted 50,000 in 2012
SALE_PEAK_PERCENT = env.number("SALE_PEAK_PERCENT", 10)  # of them press in the busiest second
SALE_WEB_PROCESSES = env.number("SALE_WEB_PROCESSES", 2)  # as many as granian was started with
SALE_CLAIMS_PER_PROCESS = env.number("SALE_CLAIMS_PER_PROCESS", 1_500)  # a second, measured
SALE_RESERVE_SECONDS_MIN = env.number("SALE_RESERVE_SECONDS_MIN", 600)  # shorter is warned about
SALE_REHEARSE_ABOVE_UNITS = env.number("SALE_REHEARSE_ABOVE_UNITS", 50_000)  # or no approval

# --- The line-up, and drops that sellers schedule alone -------------------------------------

LINE_UP_ALARM_HOURS = env.number("LINE_UP_ALARM_HOURS", 48)  # an empty slot this near alarms
LINE_UP_RESERVE_CLOSES_MINUTES = env.number("LINE_UP_RESERVE_CLOSES_MINUTES", 10)  # before it
LINE_UP_REMIND_MINUTES = env.number("LINE_UP_REMIND_MINUTES", 15)  # before the start, once
DROP_UNITS_MAX = env.number("DROP_UNITS_MAX", 1_000)  # more wants an operator's eye
DROP_OPEN_MAX = env.number("DROP_OPEN_MAX", 3)  # of one store at once
DROP_LEAD_MINUTES = env.number("DROP_LEAD_MINUTES", 30)  # so that people can reserve
DROP_DAYS_AHEAD = env.number("DROP_DAYS_AHEAD", 14)  # as far as the line-up reaches
DROP_STORE_DAYS = env.number("DROP_STORE_DAYS", 7)  # that a store has to be open before its first
DROP_TROUBLE_PERCENT_MAX = env.number("DROP_TROUBLE_PERCENT_MAX", 10)  # orders cancelled or late

# --- Feed ---------------------------------------------------------------------------------

POST_LENGTH_MAX = 280  # weighted characters
POST_PICTURES_MAX = 4
PICTURE_BYTES_MAX = env.number("PICTURE_BYTES_MAX", 10_485_760)  # 10 MiB
PICTURE_PIXELS_MAX = env.number("PICTURE_PIXELS_MAX", 40_000_000)  # before decoding
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

# --- Language and time --------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "socialcommerce" / "locale"]
TIME_ZONE = env.text("SITE_TIME_ZONE", "UTC")  # the site's zone: line-ups and days are in it
USE_TZ = True

# --- Files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "socialcommerce.static_files.PlazaStaticFilesStorage"
    },
}

# --- Safety on the wire -------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],  # the page that loads Stripe's script adds it (payments.views.cards)
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],  # the proof of work of a sale that asks for one
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        # Redirects after a form are held to this too: to other sites payments.leaving goes on.
        "form-action": [SELF],
    }
}

# --- REST API -----------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one names the way in: with it a stranger is told 401, not 403.
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["socialcommerce.lib.api.IsPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["socialcommerce.lib.api.PlainJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "socialcommerce.lib.api.problem_exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
    # An error may quote half a character (a lone surrogate): as \ud800 it is still JSON.
    "UNICODE_JSON": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plaza API",
    "DESCRIPTION": "What the pages do, for programs. Errors are application/problem+json.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Three things have a field called `kind`; each list of choices has a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "ProfileKindEnum": "accounts.models.profile.ProfileKind",
        "PostKindEnum": "feed.models.posts.PostKind",
    },
}

# --- Admin sites --------------------------------------------------------------------------

# Vermilion, as on the site (static/css/tokens.css), in the steps that unfold asks for.
_VERMILION = {
    "50": "oklch(97% .015 35)",
    "100": "oklch(94% .035 35)",
    "200": "oklch(88% .07 35)",
    "300": "oklch(80% .12 35)",
    "400": "oklch(71% .17 35)",
    "500": "oklch(63% .2 35)",
    "600": "oklch(55% .19 35)",
    "700": "oklch(48% .17 35)",
    "800": "oklch(41% .14 35)",
    "900": "oklch(35% .11 35)",
    "950": "oklch(26% .08 35)",
}
_ADMIN_LOOK: dict[str, Any] = {
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "COLORS": {"primary": _VERMILION},
    "BORDER_RADIUS": "8px",  # a rounder corner cuts the first letter of a caption
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}
UNFOLD_OPERATOR = _ADMIN_LOOK | {
    "SITE_TITLE": _("Operators"),
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": _("Operators"),
    "SITE_SYMBOL": "shield_person",
}
UNFOLD_MERCHANT = _ADMIN_LOOK | {
    "SITE_TITLE": _("My stores"),
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": _("My stores"),
    "SITE_SYMBOL": "storefront",
}

# --- Logging ------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        # While it starts, a site is asked twice a second whether it is ready: no error, an answer.
        "asked": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: (
                getattr(getattr(record, "request", None), "path", "") != "/readyz"
            ),
        }
    },
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["asked"]}
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
