"""docs/performance.md and docs/scaling.md get their tables from the reports."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import paper
from benchmarks.reports import Report, Zeros

AT = datetime(2026, 11, 21, tzinfo=UTC)
COSTS = {f"{process}_cpu_us": 100.0 for process in paper.PROCESSES}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name in ("performance.md", "scaling.md"):
        (tmp_path / name).write_text(f"before\n{paper.BEGIN}\nold\n{paper.END}\nafter\n")
    return tmp_path


def found(folder: Path, *, seconds: float, zeros: Zeros = Zeros()) -> Path:  # noqa: B008 - frozen
    claim = {"units_paid_seconds": seconds, "units_paid_per_second": 50_000 / seconds, **COSTS}
    size = {"units": 50_000, "people": 240_000}
    Report("claim", size, figures=claim, zeros=zeros, rivals={"naive": 900.0}).write(AT, folder)
    Report("reserve", {"people": 1_300_000}, figures=COSTS).write(AT, folder)
    return folder


def test_what_is_met_and_what_is_missed_stands_beside_its_aim(docs: Path, tmp_path: Path) -> None:
    paper.write(docs=docs, found=found(tmp_path, seconds=10.0))
    page = (docs / "performance.md").read_text()
    assert "| units paid per second | 5,000 | at least 2500 a second" in page
    assert "met (2.00)" in page

    paper.write(docs=docs, found=found(tmp_path, seconds=40.0))
    page = (docs / "performance.md").read_text()
    assert "**MISSED (0.50)**" in page


def test_the_sale_of_2012_stands_beside_one_as_large(docs: Path, tmp_path: Path) -> None:
    paper.write(docs=docs, found=found(tmp_path, seconds=31.4))

    assert "| so many times as fast as then | 10.0 | | |" in (docs / "performance.md").read_text()


def test_a_wrong_is_shown_and_the_words_around_the_tables_stay(docs: Path, tmp_path: Path) -> None:
    paper.write(docs=docs, found=found(tmp_path, seconds=10.0, zeros=Zeros(lost=3)))
    page = (docs / "performance.md").read_text()

    assert "oversold 0, undersold 0, lost 3, duplicated 0." in page
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "old" not in page.splitlines()


def test_ten_million_people_take_so_many_cores(docs: Path, tmp_path: Path) -> None:
    paper.write(docs=docs, found=found(tmp_path, seconds=10.0))
    page = (docs / "scaling.md").read_text()

    # 10,000,000 in 1,800 s are 5,556 a second; 1,846,154 in 45 s are 41,026 a second.
    assert "| web | 100 | 0.6 | 100 | 4.1 |" in page


def test_a_page_without_a_place_for_them_is_said(docs: Path, tmp_path: Path) -> None:
    (docs / "performance.md").write_text("nothing\n")

    with pytest.raises(ValueError, match=r"performance\.md"):
        paper.write(docs=docs, found=found(tmp_path, seconds=10.0))


def test_reports_are_read_in_the_order_of_their_aims(tmp_path: Path) -> None:
    found(tmp_path, seconds=10.0)

    assert list(paper.read(tmp_path)) == ["reserve", "claim"]
    assert json.loads((tmp_path / "claim.json").read_text())["rivals"] == {"naive": 900.0}
