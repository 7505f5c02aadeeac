"""What a disk may hold after a power cut: the journal of libfaults.so, and folders rebuilt from a prefix of it.

Two kinds of things are told to a disk: bytes of files, durable once the file is synced, and names in folders, durable once the
folder is. What is not durable may be there, or not, or (bytes) in part. A rename is one thing, of the folder that it leads to.
"""

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path

NAMES = {"c": "create", "w": "write", "t": "truncate", "r": "rename", "l": "link", "u": "unlink", "m": "mkdir", "d": "rmdir",
         "s": "fsync", "S": "syncfs", "!": "mark"}


@dataclass
class Record:
    kind: str
    inode: int
    offset: int
    path: str  # relative to the home; of a mark: its text
    second: str
    data: bytes

    @property
    def name(self) -> str:
        return f"{NAMES[self.kind]} {kind_of_file(self.second or self.path)}"


def read_journal(journal: Path, home: Path) -> list[Record]:
    blob, at, records = journal.read_bytes(), 0, []

    def text() -> bytes:
        nonlocal at
        (length,) = struct.unpack_from("<I", blob, at)
        at += 4 + length
        return blob[at - length:at]

    def below(path: str) -> str:
        return os.path.relpath(path, home) if path.startswith("/") else path

    while at < len(blob):
        kind, inode, offset = struct.unpack_from("<cQQ", blob, at)
        at += 17
        path, second, data = text().decode(), text().decode(), text()
        path = path.removesuffix(" (deleted)")
        records.append(Record(kind.decode(), inode, offset, below(path), below(second) if second else "", data))
    return records


def kind_of_file(path: str) -> str:
    """What a file of the home is, without the numbers in its name."""
    path = path.removeprefix(".making/")
    parts, name = path.split("/"), path.split("/")[-1]
    if name.endswith("-tmp"):
        return "temporary " + kind_of_file(path[:path.rindex("/") + 1] + name.rsplit(".", 2)[0] if "/" in path else name.rsplit(".", 2)[0])
    if "scratch" in parts:
        rest = parts[parts.index("scratch") + 1:]
        suffix = name.rsplit(".", 1)[-1] if "." in name else "objects" if name == "objects" else "folder"
        if rest[:1] in (["media"], ["quarantine"]):
            return f"{rest[0]} on its way" if len(rest) > 2 else f"folder of {rest[0]} on its way"
        return f"{suffix} in scratch" if rest else "scratch"
    if "lfs" in parts:
        return "media" if len(name) == 64 else "folder of media"
    if "partial" in parts:
        return "record of partial media" if name.endswith(".have") else "partial media" if len(name) == 64 else "folder of partial media"
    if "pack" in parts and name != "pack":
        return name.rsplit(".", 1)[-1] if name.startswith("pack-") else name
    if "damaged" in parts:
        return "damaged file" if name != "damaged" else "folder of damaged files"
    if "forks" in parts:
        return "proof of a fork" if name != "forks" else "folder of proofs"
    return name or "home"


@dataclass
class Inode:
    content: bytearray = field(default_factory=bytearray)  # as the process sees it
    durable: bytes = b""
    pending: list[tuple[int, int]] = field(default_factory=list)  # written since, from and to; (-1, length): cut

    def sync(self) -> None:
        if self.pending or len(self.durable) != len(self.content):
            self.durable, self.pending = bytes(self.content), []

    def after_cut(self, how: str) -> bytes:
        """how: "all", "none", "half" of what was written since the last sync, or "zeros" instead of it."""
        if how == "all" or not self.pending:
            return bytes(self.content)
        if how == "none":
            return self.durable
        if how == "zeros":
            content = bytearray(self.content)
            for begin, end in self.pending:
                if begin >= 0:
                    content[begin:min(end, len(content))] = bytes(max(0, min(end, len(content)) - begin))
            return bytes(content)
        content, pending = bytearray(self.durable), self.pending[:(len(self.pending) + 1) // 2]
        for place, (begin, end) in enumerate(pending):
            if begin < 0:
                content = content[:end].ljust(end, b"\0")
                continue
            end = begin + (end - begin) // 2 if place + 1 == len(pending) else end
            piece = self.content[begin:end]
            content = content.ljust(begin + len(piece), b"\0")
            content[begin:begin + len(piece)] = piece
        return bytes(content)


class Disk:
    """The home as it was at the beginning, and what the journal does to it. Folders are dicts: name to Inode or folder."""

    def __init__(self, home: Path):
        self.root: dict = {}
        self.inodes: dict[int, Inode] = {}
        self.unsynced: list[tuple] = []  # changes of names, in order: (folder, undo)
        if home.exists():
            self.root = self._load(home)
        self.exists = home.exists()

    def _load(self, folder: Path) -> dict:
        names: dict = {}
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                names[entry.name] = self._load(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                content = Path(entry.path).read_bytes()
                names[entry.name] = self.inodes[entry.inode()] = Inode(bytearray(content), content)
        return names

    def _folder(self, path: str) -> dict:
        at = self.root
        for part in Path(path).parts:
            at = at[part]
        return at

    def _place(self, path: str) -> tuple[dict, str]:
        return self._folder(os.path.dirname(path)), os.path.basename(path)

    def _set(self, path: str, value) -> None:
        folder, name = self._place(path)
        self.unsynced.append((folder, [(folder, name, folder.get(name))]))
        self._put(folder, name, value)

    @staticmethod
    def _put(folder: dict, name: str, value) -> None:
        if value is None:
            folder.pop(name, None)
        else:
            folder[name] = value

    def apply(self, record: Record) -> None:
        kind = record.kind
        if kind == "c":
            self.inodes[record.inode] = inode = Inode()
            self._set(record.path, inode)
        elif kind == "w":
            inode, end = self.inodes[record.inode], record.offset + len(record.data)
            inode.content = inode.content.ljust(end, b"\0")
            inode.content[record.offset:end] = record.data
            inode.pending.append((record.offset, end))
        elif kind == "t":
            inode = self.inodes[record.inode]
            inode.content = inode.content[:record.offset].ljust(record.offset, b"\0")
            inode.pending.append((-1, record.offset))
        elif kind in "ud":
            self._set(record.path, None)
        elif kind == "m":
            if record.path == ".":
                self.exists = True
            else:
                self._set(record.path, {})
        elif kind == "l":
            folder, name = self._place(record.path)
            self._set(record.second, folder[name])
        elif kind == "r":
            (old, old_name), (new, name) = self._place(record.path), self._place(record.second)
            self.unsynced.append((new, [(old, old_name, old.get(old_name)), (new, name, new.get(name))]))
            value = old.pop(old_name)
            new[name] = value
        elif kind == "S":
            for inode in self.inodes.values():
                inode.sync()
            self.unsynced.clear()
        elif kind == "s":
            self._sync(record)

    def _sync(self, record: Record) -> None:
        if record.inode in self.inodes:
            self.inodes[record.inode].sync()
            return
        folder = self._folder(record.path)
        self.unsynced = [change for change in self.unsynced if change[0] is not folder]

    def write(self, to: Path, data: str, undo_names: bool) -> None:
        """A home as a power cut leaves it: with this much of what was not synced, and with or without names that were not."""
        redo = []
        if undo_names:
            for _, places in reversed(self.unsynced):
                for folder, name, before in places:
                    redo.append((folder, name, folder.get(name)))
                    self._put(folder, name, before)
        if self.exists:
            self._store(self.root, to, data)
        for folder, name, value in reversed(redo):
            self._put(folder, name, value)

    def _store(self, folder: dict, to: Path, data: str) -> None:
        to.mkdir(mode=0o700, exist_ok=True)
        for name, value in folder.items():
            if isinstance(value, dict):
                self._store(value, to / name, data)
            else:
                (to / name).write_bytes(value.after_cut(data))
                (to / name).chmod(0o600)
