"""With PostgreSQL away a page says so plainly, a program reads problem+json, /readyz names it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY_LISTENS = "postgresql://plaza@127.0.0.1:1/plaza"
ASK = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
answers = {}
for path in sys.argv[1:]:
    answer = client.get(path)
    answers[path] = [answer.status_code, answer["Content-Type"], answer.content.decode()]
print(json.dumps(answers))
"""
PATHS = ("/", "/sales/", "/api/v1/products", "/readyz", "/healthz")


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[int, str, str]]:
    """What a process of its own answers, whose database is not there."""
    environment = {
        **os.environ,
        "DATABASE_URL": NOBODY_LISTENS,
        "DJANGO_SETTINGS_MODULE": "socialcommerce.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, *PATHS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, tuple[int, str, str]] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("path", ["/", "/sales/"])
def test_a_page_names_what_is_missing_and_what_was_kept(
    answers: dict[str, tuple[int, str, str]], path: str
) -> None:
    status, kind, body = answers[path]
    assert status == 503
    assert kind.startswith("text/html")
    assert "Our database does not answer" in body
    assert "What was confirmed before is kept" in body


def test_a_program_reads_it_as_a_problem(answers: dict[str, tuple[int, str, str]]) -> None:
    status, kind, body = answers["/api/v1/products"]
    assert (status, kind) == (503, "application/problem+json")
    assert json.loads(body)["code"] == "database-away"


def test_readyz_names_the_database_and_healthz_lives(
    answers: dict[str, tuple[int, str, str]],
) -> None:
    assert answers["/readyz"][0] == 503
    assert "database" in json.loads(answers["/readyz"][2])["missing"]
    assert answers["/healthz"][0] == 200
