"""What the paper says of the code is held against the code."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
PAPER = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What a path on a page may start from, besides the top: the page speaks of an app, or of lib.
PLACES = ("", "socialcommerce", "accounts", "feed", "payments", "shop", "flashsale", "tests")


def knobs() -> dict[str, ast.Call]:
    """Every environment variable that settings.py reads, and how."""
    tree = ast.parse((ROOT / "socialcommerce" / "settings.py").read_text())
    return {
        call.args[0].value: call
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.func.attr in {"text", "flag", "number", "words"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def explained() -> dict[str, str]:
    """Every variable of docs/operations.md, with what stands under "unit, default"."""
    page = (ROOT / "docs" / "operations.md").read_text()
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", page, re.MULTILINE))


def default_of(call: ast.Call) -> Any:
    """None for a default that is empty, or made of something else."""
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    return given[0].value if given and isinstance(given[0], ast.Constant) else None


def named(pattern: str) -> set[str]:
    """What the pages name in this way."""
    return {name for page in PAPER for name in re.findall(pattern, page.read_text(), re.MULTILINE)}


def test_every_knob_is_explained_and_every_explained_knob_is_there() -> None:
    assert set(explained()) == set(knobs())


def test_the_default_that_is_written_is_the_one_that_counts() -> None:
    defaults = {name: default_of(call) for name, call in knobs().items()}
    words = {True: "on", False: "off"}
    plain = {
        name: words.get(value, str(value)) if isinstance(value, bool) else str(value)
        for name, value in defaults.items()
        if value not in (None, "") and "://" not in str(value)
    }
    assert len(plain) > 50
    told = {name: cell.replace("`", "") for name, cell in explained().items()}
    wrong = {
        name: told[name]
        for name, value in plain.items()
        if not re.search(rf"[,;] {re.escape(value)}(?= |$)", told[name])
    }
    assert wrong == {}


def test_every_dependency_has_its_place_in_a_decision() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    wanted = {requirement.partition("~")[0] for group in groups for requirement in group}
    page = (ROOT / "docs" / "decisions" / "0004-dependencies.md").read_text()
    rows = re.findall(r"^\| ([a-z][^|]*) \|", page, re.MULTILINE)[1:]  # the first is the heading
    assert {name for row in rows for name in row.split(", ")} == wanted


def test_the_commands_that_are_named_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert named(r"(?:^|`)make ([a-z][a-z-]*)") - targets == set()
    assert named(r"manage\.py ([a-z_]+)") - {*get_commands(), "up"} == set()


def test_the_files_that_are_named_are_there() -> None:
    paths = named(r"`([\w.-]+(?:/[\w.-]+)*/|[\w.-]+(?:/[\w.-]+)+)`")
    ours = {path for path in paths if not path.startswith("var/")}
    assert len(ours) > 50
    lost = {path for path in ours if not any((ROOT / place / path).exists() for place in PLACES)}
    assert lost == set()


def is_there(dotted: str) -> bool:
    """A module, a package, or a name that stands in the module before the last dot."""
    *above, last = dotted.split(".")
    for place in PLACES:
        path = (ROOT / place).joinpath(*above)
        module = path.with_suffix(".py")
        if (path / f"{last}.py").exists() or (path / last).is_dir():
            return True
        if above and module.exists() and re.search(rf"\b{last}\b", module.read_text()):
            return True
    return False


def test_the_modules_that_are_named_are_there() -> None:
    packages = {
        folder.name for place in PLACES for folder in (ROOT / place).iterdir() if folder.is_dir()
    }
    dotted = named(r"`([a-z_]+(?:\.[a-z_]+)+)`")
    ours = {name for name in dotted if name.partition(".")[0] in packages}
    assert len(ours) > 40
    assert {name for name in ours if not is_there(name)} == set()


def test_links_between_our_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAPER
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_stays_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 100
