"""A network to measure on: one network namespace of the kernel per node, joined by a bridge in a further one.

Each host has one interface, and what it sends may be limited, as the uplink of a box is. Needs root and iproute2. Nothing
outside the namespaces changes; they are removed at the end, also when a measurement fails.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass

from nodes import run

MTU_BURST = "16kb"  # of tbf: a few full frames, so that the limit holds for short times too


@dataclass
class Counters:
    """Bytes of whole frames, as the interface counts them."""
    sent: int
    received: int

    def __sub__(self, other: "Counters") -> "Counters":
        return Counters(self.sent - other.sent, self.received - other.received)


class Host:
    """One namespace; also a place for a node (see nodes.Loopback)."""

    def __init__(self, namespace: str, address: str):
        self.namespace, self.address = namespace, address
        self.command = ("ip", "netns", "exec", namespace)
        self._last_port = 7489

    def port(self) -> int:
        self._last_port += 1
        return self._last_port

    def counters(self) -> Counters:
        [link] = json.loads(run("ip", "-n", self.namespace, "-s", "-j", "link", "show", "dev", "eth0").output)
        return Counters(link["stats64"]["tx"]["bytes"], link["stats64"]["rx"]["bytes"])

    def waiting(self) -> int:
        """Bytes in the queue in front of the limit."""
        return json.loads(run("tc", "-n", self.namespace, "-s", "-j", "qdisc", "show", "dev", "eth0").output)[0]["backlog"]


class Lab(ExitStack):
    def __init__(self):
        super().__init__()
        if os.geteuid() != 0:
            sys.exit("network namespaces need root")
        self._prefix, self._hosts = f"essaimage-bench-{os.getpid()}", 0
        self.delay_ms = 0
        try:
            self._hub = self._namespace("hub")
            self._ip("link", "add", "bridge", "type", "bridge")
            self._ip("link", "set", "bridge", "up")
        except BaseException:
            self.close()
            raise

    def host(self, limit_mbit: float | None = None, queue_ms: int = 400, delay_ms: int = 0) -> Host:
        """`queue_ms` is how much may wait in front of the limit, as a time: boxes have long queues. Lab.delay_ms says whether the
        kernel could delay."""
        self._hosts += 1
        port, address = f"port{self._hosts}", f"10.77.0.{self._hosts}"
        host = Host(self._namespace(str(self._hosts)), address)
        self._ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        self._ip("link", "set", port, "master", "bridge", "up")
        # Hosts are on no common network: each stands for a house of its own, and is no LAN peer of the others.
        run("ip", "-n", host.namespace, "addr", "add", f"{address}/32", "dev", "eth0")
        # Frames as they are on a wire, not segments of 64 KiB that count one header.
        run("ip", "-n", host.namespace, "link", "set", "eth0", "gso_max_segs", 1, "up")
        run("ip", "-n", host.namespace, "route", "add", "10.77.0.0/16", "dev", "eth0")
        if limit_mbit is not None:
            run("tc", "-n", host.namespace, "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", f"{limit_mbit}mbit", "burst", MTU_BURST,
                "latency", f"{queue_ms}ms")
        if delay_ms and self._delay(port, delay_ms):
            self.delay_ms = delay_ms
        return host

    def _delay(self, port: str, delay_ms: int) -> bool:
        """On the bridge's side: what comes to the host, behind the limit of whoever sent it."""
        command = ["tc", "-n", self._hub, "qdisc", "add", "dev", port, "root", "netem", "delay", f"{delay_ms}ms"]
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0

    def _namespace(self, name: str) -> str:
        namespace = f"{self._prefix}-{name}"
        run("ip", "netns", "add", namespace)
        self.callback(subprocess.run, ["ip", "netns", "delete", namespace], check=False)
        # Or its neighbour discovery is counted with the rest.
        run("ip", "netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1")
        run("ip", "-n", namespace, "link", "set", "lo", "up")
        return namespace

    def _ip(self, *arguments: object) -> None:
        run("ip", "-n", self._hub, *arguments)
