"""Where Plaza keeps its data on a developer's machine: everything below `var/`."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """The folders of one running stack. `make up` and a test of it differ in `var` only."""

    var: Path

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def lock(self) -> Path:
        return self.run / "launcher.lock"

    @property
    def services(self) -> Path:
        return self.run / "services.json"

    @property
    def logins(self) -> Path:
        return self.run / "logins.txt"

    @property
    def beat_schedule(self) -> Path:
        return self.run / "beat-schedule"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def gate(self) -> Path:
        return self.var / "redis-gate"

    @property
    def cache(self) -> Path:
        return self.var / "redis-cache"

    @property
    def stripe(self) -> Path:
        return self.var / "stripe"

    @property
    def static(self) -> Path:
        return self.var / "static"

    @property
    def media(self) -> Path:
        return self.var / "media"

    def create(self) -> None:
        """Every folder that the processes expect exists; those with secrets are private."""
        for folder in (self.run, self.stripe):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for folder in (self.log, self.static, self.media):
            folder.mkdir(parents=True, exist_ok=True)


LAYOUT = Layout(var=PROJECT / "var")
