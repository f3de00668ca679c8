"""Who runs PostgreSQL: it refuses to run as root, so root lends it an account without rights."""

import os
import pwd
import stat
from pathlib import Path
from typing import TypedDict


class RunAs(TypedDict, total=False):
    """The `subprocess` arguments that change the account; none when we are not root."""

    user: int
    group: int
    extra_groups: list[int]


def run_as() -> RunAs:
    """How to start a program of the server's."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make a file or folder the server's own."""
    account = run_as()
    if account:
        os.chown(path, account["user"], account["group"])


def let_through(*paths: Path) -> None:
    """Let the server's account reach these paths: pass through their folders, not list them."""
    if not run_as():
        return
    for folder in {parent for path in paths for parent in path.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
