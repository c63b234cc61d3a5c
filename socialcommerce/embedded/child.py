"""Become another program that cannot outlive its parent.

Run as a script by a fresh interpreter (`python -I -S child.py ...`) rather than as a
`preexec_fn`, because code between fork and exec deadlocks when the parent has threads.
"""

import ctypes
import os
import signal
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
SAME_USER = "same"
USER_NAMESPACE = "namespace"


def die_with(parent: int, *, death_signal: int) -> None:
    """Linux sends `death_signal` to this process when `parent` dies; elsewhere nothing changes.

    The parent may have died just before: then this process ends at once.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("The process that started this one is gone.")


def enter_user_namespace() -> None:
    """Afterwards this process is user 1000 to itself and still root to everybody else.

    PostgreSQL refuses user 0, yet files it writes so stay root's.

    Raises: OSError where the kernel or the container forbids user namespaces.
    """
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER) was refused")
    # The kernel takes a group map only from a process that has given up setgroups().
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"1000 {uid} 1"),
        ("gid_map", f"1000 {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - keeps this start quick
            file.write(text)


def become(identity: str) -> None:
    """Take on `identity`: "same", "namespace" or "<uid>:<gid>"."""
    if identity == SAME_USER:
        return
    if identity == USER_NAMESPACE:
        enter_user_namespace()
        return
    uid, gid = (int(part) for part in identity.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Arguments: the parent's pid, the death signal, the identity, then the command line."""
    parent, death_signal, identity, *command = arguments
    # Python ignores these at its start, a shell does so for background jobs, and exec keeps it.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    become(identity)
    # After the change of user: the kernel forgets the death signal when credentials change.
    die_with(int(parent), death_signal=int(death_signal))
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
