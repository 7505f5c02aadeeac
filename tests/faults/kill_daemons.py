#!/usr/bin/env python3
"""kill -9 of real daemons at random moments, while kits are published at each of them: whatever was acknowledged is there afterwards.

Two centres publish one version after another, each from a process of its own. Again and again one daemon is killed and started, which
takes what it takes. A version counts as acknowledged when `essaimagectl publish` ended with 0. In the end every daemon opens, verifies
clean, and has a version of each kit that is not older than the one that was acknowledged last; and everybody has everything.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from faults import scratch_below

PATIENCE_S = 90
LONGEST_LIFE_S = 0.6  # of a daemon, from when it answers


class Node:
    def __init__(self, folder: Path, programs: Path, slug: str):
        self.home, self.programs, self.slug = folder / slug, programs, slug
        self.log = open(folder / f"{slug}.log", "ab")
        self.endpoint = f"tcp://127.0.0.1:{reserve_port()}"
        self.daemon: subprocess.Popen | None = None

    def ctl(self, *words: object, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run([self.programs / "essaimagectl", "--home", self.home, *map(str, words)], capture_output=True, text=True,
                              timeout=PATIENCE_S)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.slug}: {words}: {done.stdout}{done.stderr}")
        return done

    def start(self) -> None:
        """Until it tells its supervisor that it is ready."""
        notify_path = self.home.parent / f"{self.slug}.notify"
        notify_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(notify_path))
            notify.settimeout(PATIENCE_S)
            self.daemon = subprocess.Popen([self.programs / "essaimaged", "--home", self.home], stdout=self.log, stderr=self.log,
                                           env=os.environ | {"NOTIFY_SOCKET": str(notify_path)})
            while b"READY=1" not in notify.recv(4096):
                pass

    def kill(self) -> None:
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None

    def versions(self) -> dict[str, int]:
        kits = json.loads(self.ctl("kits", "--json").stdout)
        return {kit["id"]: kit["version"] for kit in kits if kit["complete"]}


TOKENS = []


def reserve_port() -> int:
    """Nobody else's while this process runs: an abstract socket of that name is its token, as in tests/cli/transcript.py."""
    while True:
        port = random.randrange(10_000, 32_000)
        token = socket.socket(socket.AF_UNIX)
        try:
            token.bind(f"\0essaimage-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            token.close()
            continue
        TOKENS.append(token)
        return port


class Publisher(threading.Thread):
    """One kit, version after version, until it is told to end."""

    def __init__(self, node: Node, folder: Path):
        super().__init__()
        self.node, self.kit, self.ending = node, folder / f"kit-{node.slug}", threading.Event()
        self.tries, self.acknowledged, self.known = 0, 0, 0
        self.texts: dict[int, str] = {}
        self.kit.mkdir()
        (self.kit / "kit.toml").write_text('title = "Kit"\nkind = "prototype"\nlicence = "CC-BY-SA-4.0"\nslug = "kit"\n')

    def run(self) -> None:
        while not self.ending.is_set():
            self.tries += 1
            (self.kit / "lisez-moi.md").write_text(f"essai {self.tries}\n")
            (self.kit / "film.bin").write_bytes(b"\0" + random.Random(self.tries).randbytes(30_000))
            done = self.node.ctl("publish", self.kit, "--offline", "--json", check=False)
            if done.returncode == 0:
                self.acknowledged += 1
                self.known = self.tries

    def id(self) -> str:
        return f"{self.node.slug}/kit"


def join(federation: Node, node: Node) -> None:
    invitation = federation.ctl("member", "invite", node.slug, "--name", node.slug, "--territory", "lille").stdout.strip()
    node.ctl("join", invitation, "--listen", node.endpoint)
    node.start()
    node.ctl("sync", "--wait", "--timeout", "60")


def is_lost(node: Node, publisher: Publisher, folder: Path) -> str | None:
    """What was acknowledged last, or something newer, is there, whole; and no version before it was left out."""
    version = node.versions().get(publisher.id(), 0)
    if version < publisher.acknowledged:
        return f"{node.slug} has version {version} of {publisher.id()}; acknowledged: {publisher.acknowledged} versions"
    target = folder / f"out-{node.slug}-{publisher.node.slug}"
    node.ctl("checkout", publisher.id(), target)
    text = (target / "lisez-moi.md").read_text()
    number = int(text.removeprefix("essai "))
    media = (target / "film.bin").read_bytes()
    shutil.rmtree(target)
    if media != b"\0" + random.Random(number).randbytes(30_000):
        return f"{node.slug} has {publisher.id()} of {text.strip()}, with other media"
    if number < publisher.known:
        return f"{node.slug} has {publisher.id()} of {text.strip()}; acknowledged: {publisher.known}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the two programs")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"kill_daemons: seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="essaimage-kills.", dir=scratch_below()) as name:
        folder = Path(name)
        federation = Node(folder, options.bin, "federation")
        centres = [Node(folder, options.bin, slug) for slug in ("deule", "lys")]
        publishers: list[Publisher] = []
        try:
            federation.ctl("federation", "create", "--name", "F", "--slug", "federation", "--listen", federation.endpoint)
            federation.start()
            for node in centres:
                join(federation, node)
            publishers = [Publisher(node, folder) for node in centres]
            for publisher in publishers:
                publisher.start()
            pause = threading.Event()
            for _ in range(options.kills):
                pause.wait(dice.uniform(0, LONGEST_LIFE_S))
                node = dice.choice([federation, *centres, *centres])
                node.kill()
                node.start()
            for publisher in publishers:
                publisher.ending.set()
            for publisher in publishers:
                publisher.join()
            for node in (federation, *centres):
                node.ctl("sync", "--wait", "--timeout", "60")
                node.ctl("verify")
            for publisher in publishers:
                wrong += [lost for node in centres if (lost := is_lost(node, publisher, folder))]
        finally:
            for publisher in publishers:
                publisher.ending.set()
            for node in (federation, *centres):
                node.kill()
            for publisher in publishers:
                publisher.join()
    acknowledged = sum(publisher.acknowledged for publisher in publishers)
    for line in wrong:
        print(f"FAILED {line}")
    print(f"kill_daemons: {options.kills} kills; publishes: {sum(p.tries for p in publishers)} tried, {acknowledged} acknowledged, "
          f"{len(wrong)} lost", flush=True)
    return 1 if wrong or acknowledged == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
