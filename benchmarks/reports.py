"""What a benchmark found: one shape for all, the four zeros, aims met or missed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from benchmarks import machine

FOLDER = Path(__file__).resolve().parents[1] / "var" / "bench"


@dataclass(frozen=True, slots=True)
class Zeros:
    """Without four zeros beside it no figure counts."""

    oversold: int = 0
    undersold: int = 0
    lost: int = 0
    duplicated: int = 0

    def __add__(self, other: "Zeros") -> "Zeros":
        mine, theirs = asdict(self), asdict(other)
        return Zeros(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def are_zero(self) -> bool:
        return not any(asdict(self).values())


@dataclass(frozen=True, slots=True)
class Aim:
    """`figure` is a name in the report's figures or ratios; the better side is `is_floor`'s."""

    figure: str
    value: float
    unit: str
    is_floor: bool = True

    def ratio(self, measured: float) -> float:
        """At least 1 where the aim is met."""
        if not self.is_floor:
            return round(self.value / measured, 3) if measured else float(self.value > 0)
        return round(measured / self.value, 3)

    def words(self, measured: float) -> str:
        ratio = self.ratio(measured)
        bound = "at least" if self.is_floor else "at most"
        verdict = "met" if ratio >= 1 else "MISSED"
        return f"{verdict} ({ratio:.2f}): {bound} {self.value:g} {self.unit}"


@dataclass(slots=True)
class Report:
    """`faults` are sentences of the proofs (sale, ledger); any of them fails the run."""

    name: str
    size: Mapping[str, float]
    figures: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    rivals: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    zeros: Zeros = field(default_factory=Zeros)
    aims: tuple[Aim, ...] = ()
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.zeros.are_zero and not self.faults

    def measured(self, aim: Aim) -> float | None:
        """None where this run did not measure it."""
        return self.figures.get(aim.figure, self.ratios.get(aim.figure))

    def as_json(self, at: datetime) -> dict[str, object]:
        aimed = {
            f"{aim.figure}_to_aim": aim.ratio(measured)
            for aim in self.aims
            if (measured := self.measured(aim)) is not None
        }
        return {
            "name": self.name,
            "at": at.isoformat(timespec="seconds"),
            "machine": machine.describe(),
            "size": dict(self.size),
            "figures": self.figures,
            "limits": self.limits,
            "rivals": self.rivals,
            "ratios": self.ratios | aimed,
            **asdict(self.zeros),
        }

    def write(self, at: datetime, folder: Path) -> Path:
        """`<name>.json` in the folder holds the report."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.name}.json"
        file.write_text(json.dumps(self.as_json(at), indent=2) + "\n")
        return file

    def table(self) -> str:
        """For a person at a console."""
        size = ", ".join(f"{name} {value:,g}" for name, value in self.size.items())
        lines = [f"{self.name}: {size}"]
        for title in ("figures", "limits", "rivals", "ratios"):
            for name, value in getattr(self, title).items():
                lines.append(f"  {title:8} {name:44} {value:>14,g}")
        for aim in self.aims:
            measured = self.measured(aim)
            if measured is not None:
                lines.append(f"  aim      {aim.figure:44} {aim.words(measured)}")
        zeros = ", ".join(f"{name} {count}" for name, count in asdict(self.zeros).items())
        return "\n".join([*lines, f"  {zeros}", *(f"  FAULT    {one}" for one in self.faults)])
