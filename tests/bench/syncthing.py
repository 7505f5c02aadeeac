"""Syncthing instances to compare with: each has a scratch home and one folder, and knows its peers' addresses. They ask nobody
else: no discovery, relay, port mapping, report or upgrade.
"""

import json
import os
import socket
import subprocess
import xml.etree.ElementTree as ET
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from nodes import LOOPBACK, end, run, until

FOLDER = "kits"
KEY = "bench"
OPTIONS = {
    "globalAnnounceEnabled": "false", "localAnnounceEnabled": "false", "relaysEnabled": "false", "natEnabled": "false",
    "startBrowser": "false", "urAccepted": "-1", "crashReportingEnabled": "false", "autoUpgradeIntervalH": "0",
    "announceLANAddresses": "false",
    # As fast as it can: no niceness, and a peer that was not there yet is tried again soon.
    "setLowPriority": "false", "reconnectionIntervalS": "5",
}


class _UnixConnection(HTTPConnection):
    """The API is served on a socket in the home, which is the same in each namespace."""

    def __init__(self, path: Path):
        super().__init__("localhost", timeout=30)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Syncthing:
    def __init__(self, home: Path, folder: Path, place=LOOPBACK):
        self.home, self.folder, self.place = home, folder, place
        folder.mkdir(parents=True, exist_ok=True)
        run("syncthing", "generate", f"--home={home}", "--no-default-folder", "--skip-port-probing")
        self.endpoint = f"tcp://{place.address}:{place.port()}"
        self.id = ET.parse(home / "config.xml").getroot().find("device").get("id")
        self.process: subprocess.Popen | None = None

    def configure(self, peers: list["Syncthing"], sends: bool) -> None:
        path = self.home / "config.xml"
        config = ET.parse(path)
        root, options = config.getroot(), config.getroot().find("options")
        for name, value in OPTIONS.items():
            options.find(name).text = value
        options.find("listenAddress").text = self.endpoint
        gui = root.find("gui")
        gui.find("address").text, gui.find("apikey").text = str(self.home / "api"), KEY
        # Its scan waits a second after the last change instead of ten; a rescan by the hour would only disturb.
        folder = ET.SubElement(root, "folder", id=FOLDER, label=FOLDER, path=str(self.folder), rescanIntervalS="3600",
                               type="sendonly" if sends else "receiveonly", fsWatcherEnabled="true", fsWatcherDelayS="1")
        ET.SubElement(folder, "device", id=self.id)
        for peer in peers:
            device = ET.SubElement(root, "device", id=peer.id, name=peer.home.name, compression="metadata")
            ET.SubElement(device, "address").text = peer.endpoint
            ET.SubElement(folder, "device", id=peer.id)
        config.write(path)

    def start(self) -> None:
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen([*self.place.command, "syncthing", "serve", f"--home={self.home}", "--no-browser", "--no-restart",
                                             "--no-upgrade"], stdout=log, stderr=log, env=os.environ | {"HOME": str(self.home)})
        until(self._answers, 60, "syncthing")

    def stop(self) -> None:
        end(self.process)
        self.process = None

    def rest(self, path: str, method: str = "GET"):
        connection = _UnixConnection(self.home / "api")
        try:
            connection.request(method, f"/rest/{path}", headers={"X-API-Key": KEY})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"syncthing: {path}: {answer.status} {body[:200]!r}")
            return json.loads(body) if body else None
        finally:
            connection.close()

    def scan(self) -> None:
        """Returns when the folder is scanned."""
        self.rest(f"db/scan?folder={FOLDER}", "POST")

    def status(self) -> dict:
        return self.rest(f"db/status?folder={FOLDER}")

    def has(self, files: int) -> bool:
        """Whether it knows of so many files, and holds all that it knows of."""
        status = self.status()
        return status["state"] == "idle" and status["needBytes"] == status["needTotalItems"] == 0 and status["inSyncFiles"] >= files

    def connected(self) -> int:
        return sum(1 for each in self.rest("system/connections")["connections"].values() if each["connected"])

    def peak(self) -> int:
        """Of its memory, in bytes: it runs in a child of the process that watches it."""
        pids = [self.process.pid]
        for children in Path(f"/proc/{pids[0]}/task").glob("*/children"):
            pids += map(int, children.read_text().split())
        return max(int(line.split()[1]) * 1024 for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                   if line.startswith("VmHWM:"))

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"syncthing ended:\n{(self.home / 'log').read_text()[-2000:]}")
        try:
            return self.rest("system/ping") is not None
        except (OSError, HTTPException):
            return False
