"""The processes of Plaza: what `make up` starts here and docker-compose.yml elsewhere."""

from dataclasses import dataclass
from enum import IntEnum

from socialcommerce.embedded.paths import Layout


class StopRank(IntEnum):
    """Whoever needs others stops before them: a worker's last task may still ask the sandbox."""

    USES_OTHERS = 1
    IS_USED = 2


@dataclass(frozen=True)
class Process:
    """`command` starts with a program of the virtual environment: granian, celery or python."""

    name: str
    command: tuple[str, ...]
    stop_rank: StopRank = StopRank.USES_OTHERS


def web(layout: Layout, *, port: int) -> Process:
    """Two processes of four threads: one PostgreSQL connection a thread, eight in all."""
    command = ["granian", "--interface", "wsgi", "--no-ws", "socialcommerce.wsgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers"]
    # Media only: static files are compressed, which this route cannot (static_files.py).
    command += ["--static-path-route", "/media", "--static-path-mount", str(layout.media)]
    return Process("web", tuple(command))


def worker() -> Process:
    """The lone worker: nobody to gossip with, and the row is the queue if it dies."""
    command = "celery --quiet --app socialcommerce worker --queues default,drain --concurrency 2"
    options = "--without-gossip --without-mingle --loglevel WARNING"
    return Process("worker", (*command.split(), *options.split()))


def rehearsal() -> Process:
    """One plays the crowd while the other drains what it sends. Silent: the heart that `/readyz`
    listens to is that of the worker that serves people.
    """
    command = "celery --quiet --app socialcommerce worker --queues rehearsal --concurrency 2"
    options = "--without-gossip --without-mingle --without-heartbeat --loglevel WARNING"
    return Process("rehearsal", (*command.split(), *options.split()))


def beat(layout: Layout) -> Process:
    """Beat remembers when it last sent what; a start after a pause catches up once."""
    command = "celery --quiet --app socialcommerce beat --loglevel WARNING --pidfile= --schedule"
    return Process("beat", (*command.split(), str(layout.beat_schedule)))


def controller() -> Process:
    return Process("controller", ("python", "manage.py", "sale_controller"))


def sandbox(layout: Layout, *, port: int) -> Process:
    command = ("python", "manage.py", "stripe_sandbox", "--port", str(port))
    return Process(
        "sandbox", (*command, "--state-dir", str(layout.stripe)), stop_rank=StopRank.IS_USED
    )


def table(layout: Layout, *, web_port: int, sandbox_port: int | None) -> tuple[Process, ...]:
    """Everything that runs besides the databases; no sandbox where real Stripe keys are set."""
    table = (web(layout, port=web_port), worker(), rehearsal(), beat(layout), controller())
    if sandbox_port is None:
        return table
    return (sandbox(layout, port=sandbox_port), *table)


PREPARE = Process("prepare", ("python", "manage.py", "prepare_development"))
