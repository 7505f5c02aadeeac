#!/usr/bin/env python3
"""What tools/quickstart reads out of `essaimagectl kits --json`.

  table NODE=FILE...      one line a kit, one column a node
  first AUDIENCE FILE     the id of the first kit of that audience
  version ID FILE         its version
  complete ID FILE        exit 0 if it is there with all its media
  id FOLDER FILE          the id of the kit that was published from this folder
"""

import json
import sys
import tomllib
from pathlib import Path

WHOLE, PARTLY, ABSENT = "●", "◐", "·"


def load(path: str) -> dict[str, dict]:
    return {kit["id"]: kit for kit in json.loads(Path(path).read_text())}


def table(*columns: str) -> None:
    nodes = {column.partition("=")[0]: load(column.partition("=")[2]) for column in columns}
    known = {identifier: kit for kits in nodes.values() for identifier, kit in kits.items()}
    width = max(len(identifier) for identifier in known)
    audiences = max(len(kit["audience"]) for kit in known.values())
    print(" " * (width + audiences + 4) + "  ".join(nodes))
    for identifier, kit in sorted(known.items(), key=lambda item: (item[1]["audience"], item[0])):
        cells = []
        for node, kits in nodes.items():
            held = kits.get(identifier)
            sign = ABSENT if held is None else WHOLE if held["complete"] else PARTLY
            cells.append(sign.center(len(node)))
        print(f"{identifier:<{width}}  {kit['audience']:<{audiences}}  " + "  ".join(cells).rstrip())


def first(audience: str, path: str) -> None:
    print(next((identifier for identifier, kit in sorted(load(path).items()) if kit["audience"] == audience), ""))


def version(identifier: str, path: str) -> None:
    print(load(path)[identifier]["version"])


def complete(identifier: str, path: str) -> None:
    sys.exit(0 if load(path).get(identifier, {}).get("complete") else 1)


def id_of(folder: str, path: str) -> None:
    manifest = tomllib.loads((Path(folder) / "kit.toml").read_text())
    named = [i for i, kit in load(path).items() if kit["slug"] == manifest.get("slug")]
    titled = [i for i, kit in load(path).items() if kit["title"] == manifest["title"]]
    print((named or titled or [""])[0])


if __name__ == "__main__":
    actions = {"table": table, "first": first, "version": version, "complete": complete, "id": id_of}
    actions[sys.argv[1]](*sys.argv[2:])
