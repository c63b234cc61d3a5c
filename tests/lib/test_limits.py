import threading
import time
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from socialcommerce.lib import limits, redis


@pytest.fixture
def subject() -> str:
    return uuid4().hex


def test_the_limit_holds_and_the_next_one_is_told_how_long_to_wait(subject: str) -> None:
    for _ in range(3):
        limits.check(scope="test", subject=subject, limit=3, window_seconds=3600)
    with pytest.raises(limits.TooMany) as refused:
        limits.check(scope="test", subject=subject, limit=3, window_seconds=3600)
    assert refused.value.status == 429
    assert refused.value.extra["retry_after_seconds"] == 3600


def test_subjects_do_not_count_for_each_other(subject: str) -> None:
    assert limits.allow(scope="test", subject=subject, limit=1, window_seconds=3600)
    assert limits.allow(scope="test", subject=subject + "x", limit=1, window_seconds=3600)


def test_fifty_at_once_let_exactly_the_limit_through(subject: str) -> None:
    passed: list[bool] = []
    start = threading.Barrier(50)

    def try_once() -> None:
        start.wait()
        passed.append(limits.allow(scope="test", subject=subject, limit=7, window_seconds=86_400))

    threads = [threading.Thread(target=try_once) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 7


def test_the_window_slides(subject: str) -> None:
    assert limits.allow(scope="test", subject=subject, limit=1, window_seconds=1)
    deadline = time.monotonic() + 5
    while not limits.allow(scope="test", subject=subject, limit=1, window_seconds=1):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nobody_is_locked_out_while_the_cache_is_away(
    subject: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = redis.connect("redis://127.0.0.1:1/0", timeout_seconds=0.2)
    monkeypatch.setattr(redis, "cache", lambda: away)
    assert limits.allow(scope="test", subject=subject, limit=0, window_seconds=3600)
