"""The sizes that docs/style.md sets, held for every file that git tracks or would track."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 300
TEST_MODULE_LINES_MAX = 400
TEMPLATE_LINES_MAX = 120
CSS_LINES_MAX = 250
SCRIPT_LINES_MAX = 120
SETTINGS = "socialcommerce/settings.py"  # one file on purpose: every knob is found in one place


def files(*endings: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if name.endswith(endings) and (ROOT / name).exists():
            yield Path(name)


def lines(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())


def over(limit: int, *endings: str, within: tuple[str, ...] = ("",)) -> dict[str, int]:
    found = {
        str(path): lines(path)
        for path in files(*endings)
        if str(path).startswith(within) and "migrations/" not in str(path)
    }
    return {name: count for name, count in found.items() if count > limit and name != SETTINGS}


def test_no_function_is_longer_than_its_budget() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in files(".py")
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_module_is_longer_than_its_budget() -> None:
    apps = ("accounts/", "feed/", "payments/", "shop/", "flashsale/", "socialcommerce/")
    assert over(MODULE_LINES_MAX, ".py", within=(*apps, "benchmarks/")) == {}
    assert over(TEST_MODULE_LINES_MAX, ".py", within=("tests/",)) == {}


def test_no_template_style_or_script_is_longer_than_its_budget() -> None:
    assert over(TEMPLATE_LINES_MAX, ".html") == {}
    assert over(CSS_LINES_MAX, ".css") == {}
    assert over(SCRIPT_LINES_MAX, ".js", within=("static/js/",)) == {}


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "helpers.py", "misc.py", "common.py"}
    assert [str(path) for path in files(".py") if path.name in drawers] == []


def test_the_top_level_holds_only_what_is_agreed() -> None:
    agreed = {
        "manage.py", "socialcommerce", "accounts", "feed", "shop", "payments", "flashsale",
        "templates", "static", "tests", "pyproject.toml", "docker-compose.yml", "README.md",
        "Makefile", "Dockerfile", "requirements.lock", "docs", "benchmarks", "LICENSE",
        "CHANGELOG.md",
    }  # fmt: skip
    top = {path.parts[0] for path in files("")}
    assert {name for name in top if not name.startswith(".")} - agreed == set()
