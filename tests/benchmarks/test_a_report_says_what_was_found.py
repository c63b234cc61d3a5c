"""One shape for every benchmark, and no figure without its four zeros."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.reports import Aim, Report, Zeros
from benchmarks.rounds import interleaved

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
SHAPE = {
    "name", "at", "machine", "size", "figures", "limits", "rivals", "ratios",
    "oversold", "undersold", "lost", "duplicated",
}  # fmt: skip


def report(zeros: Zeros = Zeros(), **more: object) -> Report:  # noqa: B008 - frozen
    return Report(
        "claim",
        {"people": 24},
        figures={"units_per_second": 3_000.0},
        aims=(
            Aim("units_per_second", 2_500, "a second"),
            Aim("unmeasured", 1, "s", is_floor=False),
        ),
        zeros=zeros,
        **more,  # type: ignore[arg-type]
    )


def test_the_file_has_the_agreed_shape(tmp_path: Path) -> None:
    written = json.loads(report().write(AT, tmp_path / "bench").read_text())

    assert (tmp_path / "bench" / "claim.json").exists()
    assert set(written) == SHAPE
    assert written["at"] == "2026-11-21T01:02:03+00:00"
    assert written["ratios"] == {"units_per_second_to_aim": 1.2}
    assert "cores" in written["machine"]


@pytest.mark.parametrize("name", ["oversold", "undersold", "lost", "duplicated"])
def test_any_count_that_is_not_zero_fails_the_run(name: str) -> None:
    assert report().holds
    assert not report(Zeros(**{name: 1})).holds
    assert f"{name} 1" in report(Zeros(**{name: 1})).table()


def test_a_proof_that_does_not_hold_fails_the_run() -> None:
    found = report(faults=["a unit with two live claims: 7"])

    assert not found.holds
    assert "a unit with two live claims: 7" in found.table()


def test_the_counts_of_several_sales_add_up() -> None:
    assert Zeros(lost=1) + Zeros(lost=2, oversold=3) == Zeros(oversold=3, lost=3)


@pytest.mark.parametrize(
    ("aim", "measured", "words"),
    [
        (Aim("rate", 100, "a second"), 150, "met (1.50): at least 100 a second"),
        (Aim("rate", 100, "a second"), 50, "MISSED (0.50): at least 100 a second"),
        (Aim("time", 5, "s", is_floor=False), 4, "met (1.25): at most 5 s"),
        (Aim("time", 5, "s", is_floor=False), 10, "MISSED (0.50): at most 5 s"),
    ],
)
def test_an_aim_is_met_or_missed_by_a_ratio(aim: Aim, measured: float, words: str) -> None:
    assert aim.words(measured) == words


def test_contenders_take_turns_and_the_middle_counts() -> None:
    turns: list[str] = []
    ours, theirs = iter([1.0, 9.0, 2.0]), iter([4.0, 5.0, 6.0])

    def contender(name: str, values: object) -> dict[str, float]:
        turns.append(name)
        return {"per_second": next(values)}  # type: ignore[call-overload]

    found = interleaved(3, {"a": lambda: contender("a", ours), "b": lambda: contender("b", theirs)})

    assert turns == ["a", "b", "a", "b", "a", "b"]
    assert found == {"a": {"per_second": 2.0}, "b": {"per_second": 5.0}}
