"""What the paper says of the code is held against the code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAPER = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def knobs() -> set[str]:
    """Every environment variable that settings.py reads."""
    tree = ast.parse((ROOT / "socialcommerce" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.func.attr in {"text", "flag", "number", "words"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_knob_is_explained_and_every_explained_knob_is_there() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert explained == knobs()


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
