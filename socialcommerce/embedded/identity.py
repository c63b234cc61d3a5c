"""PostgreSQL refuses to run as root: as whom it runs then, and where its files lie."""

import functools
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from socialcommerce.embedded.child import SAME_USER, USER_NAMESPACE
from socialcommerce.embedded.spawn import CHILD_SCRIPT

SHARED_FOLDER = Path("/var/tmp")  # noqa: S108 - its entries outlive a restart of the machine


class IdentityError(Exception):
    """No identity was found under which PostgreSQL would run."""


@dataclass(frozen=True)
class Identity:
    """`argument` is what child.become() takes; `uid` is set when files must change hands."""

    argument: str
    uid: int | None = None
    gid: int | None = None

    def home(self, folder: Path) -> Path:
        """Where a server of this identity keeps its files: `folder`, if it can get there.

        A checkout below /root is closed to everybody else, so nobody's files lie elsewhere.
        """
        if self.uid is None:
            return folder
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        home = SHARED_FOLDER / f"plaza-{name}"
        home.mkdir(mode=0o711, exist_ok=True)
        # Anybody may create names there: one that is not ours could be a trap.
        if home.is_symlink() or home.stat().st_uid != os.geteuid():
            raise IdentityError(f"{home} belongs to somebody else. Remove it and start again.")
        return home

    def give(self, path: Path) -> None:
        """`path` belongs to this identity."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@functools.cache
def choose() -> Identity:
    """Ourselves; as root, user 1000 of a user namespace, or else nobody."""
    if os.geteuid() != 0:
        return Identity(SAME_USER)
    if works(USER_NAMESPACE):
        return Identity(USER_NAMESPACE)
    return nobody()


def nobody() -> Identity:
    """The user without rights that every system has."""
    entry = pwd.getpwnam("nobody")
    return Identity(f"{entry.pw_uid}:{entry.pw_gid}", uid=entry.pw_uid, gid=entry.pw_gid)


def works(argument: str) -> bool:
    """Whether a child may take on this identity here. Containers often forbid namespaces."""
    wrapper = [sys.executable, "-I", "-S", str(CHILD_SCRIPT), str(os.getpid()), "15", argument]
    probe = subprocess.run([*wrapper, "true"], capture_output=True, check=False)  # noqa: S603
    return probe.returncode == 0


def copy_program(package: Path, *, parts: tuple[str, ...], target: Path) -> Path:
    """The folders `parts`, siblings below `package`, lie below `target` in the same layout.

    A complete copy of an earlier start is kept; a changed package is copied anew.
    """
    stamp = target / ".copied-from"
    source = f"{package} {package.joinpath(parts[0]).stat().st_mtime_ns}"
    if not (stamp.exists() and stamp.read_text() == source):
        shutil.rmtree(target, ignore_errors=True)
        for part in parts:
            shutil.copytree(package / part, target / part, symlinks=True)
        for folder in (target, *target.rglob("*")):
            if folder.is_dir():
                folder.chmod(0o755)
        stamp.write_text(source)
    return target
