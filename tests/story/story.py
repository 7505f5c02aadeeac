#!/usr/bin/env python3
"""One year of a federation, told by real daemons: nineteen prototypes by eight centres of two mirrored territories, from the
workshop to the region.

Each chapter acts through `essaimagectl`, as people do, and says what must be true after it. At the end every node tells the same
story, and the report's figures are those that are counted here by hand.
"""

import argparse
import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from nodes import Node, Run, World, until  # noqa: E402

SYNC_S = 120
LILLE = ("wazemmes", "moulins", "fives", "hellemmes")
VALENCIENNES = ("escaut", "anzin", "denain", "marly")
TERRITORY = {slug: "lille" for slug in LILLE} | {slug: "valenciennes" for slug in VALENCIENNES}
# Nineteen prototypes: whose, and how they are called.
PROTOTYPES = {
    "wazemmes": ("clavier", "portrait", "carte-sensible", "jeu-des-droits"),
    "moulins": ("cafe-numerique", "radio", "mur-des-envies"),
    "fives": ("couture-led", "borne-d-accueil", "pas-a-pas"),
    "hellemmes": ("velo-photo", "bibliobus"),
    "escaut": ("lampe", "compteur", "jardin-capteurs"),
    "anzin": ("recettes", "chorale"),
    "denain": ("atelier-cv",),
    "marly": ("memoire",),
}


class Story(World):
    def __init__(self, bin_folder: Path, keep: bool):
        super().__init__(bin_folder, keep=keep)
        self.centres: dict[str, Node] = {}
        self.away: set[str] = set()
        self.rng = random.Random(2018)

    def nodes(self) -> list[Node]:
        return [self.federation, *(node for slug, node in self.centres.items() if slug not in self.away)]

    def level(self) -> None:
        """Twice: what one node does because of what it hears is news to the others."""
        for _ in range(2):
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda node: node.ctl("sync", "--wait", "--timeout", SYNC_S), self.nodes()))

    def folder(self, slug: str, kit: str) -> Path:
        return self.folder_of_kits / slug / kit

    @property
    def folder_of_kits(self) -> Path:
        return self.folder / "kits"

    def write_kit(self, slug: str, kit: str, **more: str) -> Path:
        folder = self.folder(slug, kit)
        folder.mkdir(parents=True)
        lines = [f'title = "{kit.replace("-", " ").capitalize()}"', f'slug = "{kit}"', 'kind = "prototype"', 'licence = "CC-BY-SA-4.0"',
                 'languages = ["fr"]', 'themes = ["inclusion numérique"]']
        lines += [f"{key} = {value}" for key, value in more.items()]
        (folder / "kit.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "guide.md").write_text(f"# {kit}\n\nPréparer.\n\nAnimer.\n\nRanger.\n", encoding="utf-8")
        (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\x00" + self.rng.randbytes(20_000) + b"\xff\xd9")
        return folder


def check(condition: object, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def equal(seen: object, expected: object, what: str) -> None:
    check(seen == expected, f"{what}:\n  seen     {seen!r}\n  expected {expected!r}")


def refused(node: Node, *arguments: object) -> str:
    """What it prints as it says no."""
    try:
        node.ctl(*arguments)
    except RuntimeError as error:
        return str(error)
    raise AssertionError(f"{node.slug}: {arguments} was not refused")
