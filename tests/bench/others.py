"""What essaimage is compared with: the servers of rsync and git, and whether they are here."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from nodes import LOOPBACK, end, run, until

NEEDS = {"cp": "cp", "rsync": "rsync", "git": "git", "syncthing": "syncthing"}


def is_here(name: str) -> bool:
    return shutil.which(NEEDS[name]) is not None


def _listens(process: subprocess.Popen, place, port: int) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"{process.args}: it ended")
    if place.command:
        return f":{port} " in run(*place.command, "ss", "-Hltn").output
    with socket.socket() as probe:
        return probe.connect_ex((place.address, port)) == 0


@contextmanager
def _server(command: list[object], place, port: int):
    process = subprocess.Popen([*place.command, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(process, place, port), 10, str(command[0]))
        yield
    finally:
        end(process)


@contextmanager
def rsync_daemon(source: Path, scratch: Path, place=LOOPBACK):
    """Yields the address of `source`."""
    port = place.port()
    config = scratch / "rsyncd.conf"
    user = f"uid = {os.getuid()}\ngid = {os.getgid()}\n" if os.getuid() == 0 else ""
    config.write_text(f"use chroot = no\n{user}[kits]\npath = {source}\nread only = yes\n")
    command = ["rsync", "--daemon", "--no-detach", f"--config={config}", f"--port={port}", f"--address={place.address}"]
    with _server(command, place, port):
        yield f"rsync://{place.address}:{port}/kits/"


@contextmanager
def git_daemon(below: Path, place=LOOPBACK):
    """Yields the address of the folder `below`, whose repositories can be cloned."""
    port = place.port()
    # Not `git daemon`: git would run it as a child, which would outlive it.
    daemon = Path(run("git", "--exec-path").output.strip()) / "git-daemon"
    command = [daemon, "--export-all", "--reuseaddr", f"--base-path={below}", f"--listen={place.address}", f"--port={port}", below]
    with _server(command, place, port):
        yield f"git://{place.address}:{port}"
