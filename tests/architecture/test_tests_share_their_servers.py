"""Several processes test at the same time on one Redis, each in a database of its own.

What is done to the whole server would empty, stop or starve the tests of the others.
"""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
WHOLE_SERVER = re.compile(r"\.(flushall|config_set|script_flush|client_pause)\(")
TEST = re.compile(r"^def (\w+)\((.*?)\)[^\n]*:\n(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
OWN = ("own_gate", "private_valkey")


def offenders(text: str) -> list[str]:
    return [
        name
        for name, arguments, body in TEST.findall(text)
        if WHOLE_SERVER.search(body) and not any(own in arguments for own in OWN)
    ]


def test_only_a_server_of_the_tests_own_is_emptied_whole() -> None:
    # The seeded runs have servers of their own.
    files = [file for file in TESTS.rglob("test_*.py") if file != Path(__file__)]
    found = {file.name: names for file in files if (names := offenders(file.read_text()))}
    assert found == {}


def test_one_that_is_not_is_found() -> None:
    text = "def test_it() -> None:\n    redis.gate().flushall()\n"
    assert offenders(text) == ["test_it"]
    assert offenders(text.replace("()", "(own_gate: Valkey)", 1)) == []
