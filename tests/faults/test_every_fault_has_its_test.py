"""docs/faults.md names a test for each fault: each of them is there."""

import ast
import re

from tests.faults.conftest import ROOT

NAMED = re.compile(r"`(test_\w+)`")


def there() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_named_test_is_there_and_every_row_names_one() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    named = set(NAMED.findall(text))
    assert len(named) > 40
    assert named - there() == set()
    faults = [
        line for line in text.splitlines() if line.startswith("| ") and "| fault |" not in line
    ]
    assert [line for line in faults if not NAMED.search(line) and "|---|" not in line] == []
