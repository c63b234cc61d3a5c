"""The pages' security policy forbids inline scripts and styles: no template may count on them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "templates", *ROOT.glob("*/templates")]
PAGES = sorted(
    path
    for folder in FOLDERS
    for path in folder.rglob("*.html")
    # The admin sites and mails live under other rules.
    if not {"admin", "unfold", "email"} & set(path.relative_to(folder).parts)
)
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle="),
    "style element": re.compile(r"<style\b"),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+="),
    "htmx handler": re.compile(r"\shx-on[:-]"),
    "evaluated value": re.compile(r"""hx-(?:vals|headers)=['"]js:"""),
    "inline script": re.compile(r"<script(?![^>]*(?:\bsrc=|application/(?:ld\+)?json))[^>]*>"),
    "comment that shows": re.compile(r"\{#(?:(?!#\}).)*\n"),
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_counts_on_what_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []
