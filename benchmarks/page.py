"""`page`: the sale page, signed in, in the minute before the opening."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string

from accounts.models import User
from benchmarks import crowd, load, sales, zeros
from benchmarks.aims import AIMS
from benchmarks.load import Plan
from benchmarks.meters import Meter
from benchmarks.reports import Report
from benchmarks.rounds import Figures, interleaved
from benchmarks.stack import Stack
from socialcommerce.lib import clock

SIZES = {
    "tiny": {"people": 50, "rounds": 1, "seconds": 3},
    "reduced": {"people": 1_000, "rounds": 3, "seconds": 6},
    "full": {"people": 5_000, "rounds": 5, "seconds": 10},
}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LASTS = timedelta(hours=1)
START_SECONDS = 60.0
CONNECTIONS = 16  # twice as many as there are threads to answer


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with both cookies; `secret` is what their forms carry."""

    profile_id: int
    user_id: int
    session: str
    secret: str

    @property
    def header(self) -> str:
        return f"Cookie: sessionid={self.session}; csrftoken={self.secret}"


class Page:
    """The page and its limit on one stack."""

    def __init__(self, stack: Stack, *, people: int, seconds: float) -> None:
        self.stack, self.seconds = stack, seconds
        self.empty_port = stack.serve("empty", "benchmarks.rivals.empty:application")
        self.stage = sales.draft(units=1_000, now=clock.now())
        crowd.reserve(self.stage, people, pays=True, now=clock.now())
        sales.announce_ready(self.stage)
        self.visitors = write_visitors(stack.folder / "visitors", people)
        # Templates are read once in a process: what a start costs is not what is measured.
        load.run(self._plan(stack.port, self.stage.page_path, seconds=START_SECONDS, repeats=False))

    def plaza(self) -> Figures:
        """A page counts when it came with 200."""
        with Meter(self.stack.roots) as meter:
            heard = load.run(
                self._plan(self.stack.port, self.stage.page_path, seconds=self.seconds)
            )
        pages = heard.ends.get("200", 0)
        if not pages:
            raise RuntimeError(f"No page came: {heard}")
        return {
            "pages_per_second": pages / heard.seconds,
            "errors": heard.errors,
            "p50_ms": heard.p50_ms,
            "p95_ms": heard.p95_ms,
            "p99_ms": heard.p99_ms,
            "web_cpu_us": meter.cpu_seconds["web"] * 1e6 / pages,
            "postgres_cpu_us": meter.cpu_seconds["postgres"] * 1e6 / pages,
            "visitors_cpu_us": heard.cpu_seconds * 1e6 / heard.requests,
        }

    def empty(self) -> Figures:
        heard = load.run(self._plan(self.empty_port, "/", seconds=self.seconds))
        return {"per_second": heard.requests / heard.seconds}

    def _plan(self, port: int, path: str, *, seconds: float, repeats: bool = True) -> Plan:
        return Plan(
            port,
            self.visitors,
            path,
            ("200",),
            seconds=seconds,
            accept="text/html",
            encoding="gzip",
            connections=CONNECTIONS,
            repeats=repeats,
        )


def write_visitors(file: Path, count: int) -> Path:
    """Lines of people who are signed in and only look."""
    return load.write_people(file, ((one.user_id, one.header, "") for one in sign_in(count)))


def sign_in(count: int) -> list[Visitor]:
    """The first of the crowd are signed in, as a login leaves them, without the login."""
    now = clock.now()
    everybody = list(crowd.people(count))
    users = User.objects.in_bulk([user_id for _profile, user_id in everybody])
    sessions = [
        (profile_id, user_id, *_session(users[user_id], now)) for profile_id, user_id in everybody
    ]
    Session.objects.bulk_create([row for *_ids, row in sessions], batch_size=5_000)
    return [
        Visitor(profile_id, user_id, key, get_random_string(CSRF_SECRET_LENGTH, CSRF_ALLOWED_CHARS))
        for profile_id, user_id, key, _row in sessions
    ]


def _session(user: User, now: datetime) -> tuple[str, Session]:
    store = SessionStore()
    key = get_random_string(32, VALID_KEY_CHARS)
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: BACKEND,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    return key, Session(session_key=key, session_data=store.encode(data), expire_date=now + LASTS)


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    crowd.gather(size["people"], now=clock.now())
    run = Page(stack, people=size["people"], seconds=size["seconds"])
    found = interleaved(size["rounds"], {"plaza": run.plaza, "empty": run.empty})
    figures, empty = found["plaza"], found["empty"]["per_second"]
    return Report(
        "page",
        size,
        figures=figures,
        limits={"empty_django_view_per_second": empty},
        ratios={"to_empty_view": round(figures["pages_per_second"] / empty, 3)},
        zeros=zeros.of_sale(run.stage.sale_id),
        aims=AIMS["page"],
        faults=zeros.faults(run.stage.sale_id),
    )
