"""docker-compose.yml runs what `make up` runs."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcommerce.embedded import processes, services
from socialcommerce.embedded.contract import DATABASES, STRIPE
from socialcommerce.embedded.paths import LAYOUT, PROJECT

COMPOSE_FILE = PROJECT / "docker-compose.yml"
SERVERS = {"postgres": "DATABASE_URL", "redis-cache": "REDIS_URL", "redis-gate": "REDIS_GATE_URL"}
# Where a process listens and keeps files is the container's affair.
PLACES = {"--host", "--port", "--static-path-mount", "--schedule"}
SECRETS = {
    "POSTGRES_PASSWORD": "database0",
    "REDIS_PASSWORD": "cache0",
    "SECRET_KEY": "key0",
    "SITE_URL": "https://plaza.example",
    "ALLOWED_HOSTS": "plaza.example",
    "STRIPE_SECRET_KEY": "sk_test_0",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_0",
    "STRIPE_WEBHOOK_SECRET": "whsec_0",
}


@pytest.fixture
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return content


def without_places(command: list[str]) -> list[str]:
    """The command line with the values of PLACES left out."""
    return [
        word for before, word in zip(["", *command], command, strict=False) if before not in PLACES
    ]


def embedded_table() -> dict[str, processes.Process]:
    """With real Stripe keys, as production has them."""
    table = processes.table(LAYOUT, web_port=8000, sandbox_port=None)
    return {process.name: process for process in table}


def test_the_same_processes_run_and_migrate_runs_before_them(compose: dict[str, Any]) -> None:
    ours = set(compose["services"]) - set(SERVERS)

    assert ours == set(embedded_table()) | {"migrate"}
    for name in embedded_table():
        needs = compose["services"][name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", sorted(embedded_table()))
def test_a_process_has_the_same_command_line(compose: dict[str, Any], name: str) -> None:
    composed = shlex.split(compose["services"][name]["command"])

    assert without_places(composed) == without_places(list(embedded_table()[name].command))


def test_the_image_starts_the_web_process_by_itself(compose: dict[str, Any]) -> None:
    last_line = (PROJECT / "Dockerfile").read_text().splitlines()[-1]

    assert yaml.safe_load(last_line.removeprefix("CMD ")) == shlex.split(
        compose["services"]["web"]["command"]
    )


def test_the_same_servers_run_and_every_process_knows_them(compose: dict[str, Any]) -> None:
    assert set(SERVERS.values()) == set(services.engines(LAYOUT))
    for name in (*embedded_table(), "migrate"):
        environment = compose["services"][name]["environment"]
        assert {*DATABASES, *STRIPE, "SECRET_KEY", "SITE_URL"} <= set(environment)
        for server, variable in SERVERS.items():
            assert f"@{server}:" in environment[variable]


def test_the_gate_never_forgets_and_the_cache_may(compose: dict[str, Any]) -> None:
    assert "--maxmemory-policy noeviction" in compose["services"]["redis-gate"]["command"]
    assert "--maxmemory-policy volatile-lru" in compose["services"]["redis-cache"]["command"]


class TestDockerCompose:
    """What Debian's docker-compose makes of the file."""

    @pytest.fixture(autouse=True)
    def _needs_docker_compose(self) -> None:
        if shutil.which("docker-compose") is None:
            pytest.skip("docker-compose is not installed (Debian: apt install docker-compose)")

    def config(self, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """`folder` is empty, so that no .env file of the person has a say."""
        return subprocess.run(
            [
                "docker-compose",
                "--project-directory",
                str(folder),
                "-f",
                str(COMPOSE_FILE),
                "config",
                "--quiet",
            ],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_it_is_accepted(self, tmp_path: Path) -> None:
        result = self.config(tmp_path, SECRETS)

        assert result.returncode == 0, result.stderr

    @pytest.mark.parametrize("name", sorted(SECRETS))
    def test_it_is_refused_without_a_secret(self, tmp_path: Path, name: str) -> None:
        result = self.config(tmp_path, {key: SECRETS[key] for key in SECRETS if key != name})

        assert result.returncode != 0
        assert name in result.stderr
