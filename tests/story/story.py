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
from datetime import datetime, timedelta, timezone
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
        self.today = datetime.now(timezone.utc).date()
        self.photo = b""

    def nodes(self) -> list[Node]:
        return [self.federation, *(node for slug, node in self.centres.items() if slug not in self.away)]

    def level(self) -> None:
        """Twice: what one node does because of what it hears is news to the others."""
        for _ in range(2):
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda node: node.ctl("sync", "--wait", "--timeout", SYNC_S), self.nodes()))

    def kit_folder(self, slug: str, kit: str) -> Path:
        return self.folder / "kits" / slug / kit

    def day(self, days_ago: int) -> str:
        return str(self.today - timedelta(days=days_ago))

    def stage(self, at: str, kit: str) -> str:
        return self.centres[at].json("kit", "show", kit)["life"]["stage"]

    def in_region(self, node: Node) -> set[str]:
        return {kit["id"] for kit in node.json("kits") if "region" in kit["audiences"]}

    def receipts(self) -> tuple[set[str], set[str]]:
        """Of the photo, which was published to the territory and to the region: who has signed all, and who has not yet."""
        withdrawals = self.centres["wazemmes"].json("withdraw", "status")["withdrawals"]
        equal({each["audience"] for each in withdrawals}, {"territory:lille", "region"}, "withdrawn from")
        signed = {receipt["centre"] for each in withdrawals for receipt in each["receipts"]}
        lacking = {lack["centre"] for each in withdrawals for lack in each["lacking"]}
        return signed - lacking, lacking

    def write_kit(self, slug: str, kit: str, **more: str) -> Path:
        folder = self.kit_folder(slug, kit)
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


def founding(story: Story) -> None:
    """A federation, eight centres of two territories, and the project that mirrors them."""
    for slug, territory in TERRITORY.items():
        node = story.join(slug, territory)
        node.start()
        story.centres[slug] = node
    story.federation.ctl("mirror", "add", "numerique", "--between", "lille,valenciennes", "--name", "Numérique en miroir")
    story.level()
    for node in story.nodes():
        equal([mirror["mirror"] for mirror in node.json("mirror", "list")], ["numerique"], f"{node.slug}: mirrors")


def workshops(story: Story) -> None:
    """Needs are gathered; nineteen prototypes come of them, each told to its own territory."""
    for slug, kits in PROTOTYPES.items():
        folders = [story.write_kit(slug, kit, stage='"workshop"') if kit == "portrait" else story.write_kit(slug, kit) for kit in kits]
        story.centres[slug].ctl("publish", *folders, "--audience", f"territory:{TERRITORY[slug]}")
    story.level()
    equal(sum(len(kits) for kits in PROTOTYPES.values()), 19, "prototypes")
    for node in story.centres.values():
        own = {f"{slug}/{kit}" for slug, kits in PROTOTYPES.items() if TERRITORY[slug] == TERRITORY[node.slug] for kit in kits}
        equal({kit["id"] for kit in node.json("kits")}, own, f"{node.slug}: kits")
    equal(story.stage("moulins", "wazemmes/portrait"), "workshop", "what is only a workshop")
    manifest = story.kit_folder("wazemmes", "portrait") / "kit.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"workshop"', '"prototype"'), encoding="utf-8")
    story.centres["wazemmes"].ctl("publish", manifest.parent)
    story.level()
    equal(story.stage("moulins", "wazemmes/portrait"), "prototype", "what came of the workshop")
    # One centre's line is cut for the whole year.
    story.centres["marly"].stop()
    story.away.add("marly")


def first_sessions(story: Story) -> None:
    """Used at home, then by a neighbour: field-tested, then metropolitan."""
    story.centres["wazemmes"].ctl("outcome", "add", "wazemmes/clavier", "--date", story.day(200), "--sessions", 3, "--participants", "60+=8",
                                  "--participants", "26-59=2", "--qpv", "--worked", "le jeu des cibles")
    story.centres["escaut"].ctl("outcome", "add", "escaut/lampe", "--date", story.day(190), "--participants", "12-17=12", "--place", "school")
    story.level()
    equal(story.stage("moulins", "wazemmes/clavier"), "field-tested", "after its sessions")
    story.centres["moulins"].ctl("kit", "adopt", "wazemmes/clavier", "--note", "chaque mardi")
    story.centres["fives"].ctl("kit", "adopt", "wazemmes/clavier")
    story.centres["anzin"].ctl("kit", "adopt", "escaut/lampe")
    story.centres["moulins"].ctl("outcome", "add", "wazemmes/clavier", "--date", story.day(150), "--sessions", 2, "--participants", "60+=9")
    story.level()
    equal(story.stage("hellemmes", "wazemmes/clavier"), "metropolitan", "after a neighbour took it up")
    equal(story.stage("denain", "escaut/lampe"), "metropolitan", "after a neighbour took it up")


def mirrored(story: Story) -> None:
    """Two kits are shown to the other territory; nothing else of it is."""
    story.centres["fives"].ctl("publish", story.kit_folder("fives", "couture-led"), "--audience", "mirror:numerique")
    story.centres["anzin"].ctl("mirror", "rule", "numerique", "--kit", "anzin/recettes")
    story.level()
    seen = {kit["id"] for kit in story.centres["escaut"].json("kits") if kit["centre"] in LILLE}
    equal(seen, {"fives/couture-led"}, "what Valenciennes sees of Lille")
    seen = {kit["id"] for kit in story.centres["wazemmes"].json("kits") if kit["centre"] in VALENCIENNES}
    equal(seen, {"anzin/recettes"}, "what Lille sees of Valenciennes")


def catalogued(story: Story) -> None:
    """Proposed, reviewed in the territory, accepted for the region: and there it is, by itself."""
    for slug, kit in (("wazemmes", "clavier"), ("escaut", "lampe"), ("fives", "couture-led"), ("hellemmes", "velo-photo")):
        story.centres[slug].ctl("catalogue", "propose", f"{slug}/{kit}", "--to", "region", "--note", "essayé chez nous")
    story.centres["denain"].ctl("catalogue", "propose", "denain/atelier-cv", "--to", "territory")
    story.level()
    fede = story.federation
    refused(fede, "catalogue", "accept", "denain/atelier-cv", "--reason", "bien")  # its centre has not agreed to that
    for kit in ("wazemmes/clavier", "escaut/lampe", "denain/atelier-cv"):
        fede.ctl("catalogue", "review", kit, "--recommend", "--reviewer", "référente numérique", "--reason", "vu en séance", "--theme", "découverte")
    fede.ctl("catalogue", "review", "hellemmes/velo-photo", "--advise-against", "--reviewer", "référente numérique", "--reason", "trop fragile")
    fede.ctl("catalogue", "accept", "wazemmes/clavier", "--reason", "simple et solide")
    fede.ctl("catalogue", "accept", "escaut/lampe", "--reason", "se refait partout")
    fede.ctl("catalogue", "accept", "fives/couture-led", "--reason", "beau")
    fede.ctl("catalogue", "decline", "hellemmes/velo-photo", "--reason", "trop fragile")
    story.level()
    until(lambda: all(story.in_region(node) == {"wazemmes/clavier", "escaut/lampe", "fives/couture-led"} for node in story.nodes()), SYNC_S,
          "what was accepted is in the region")
    story.centres["escaut"].ctl("kit", "adopt", "wazemmes/clavier")
    story.centres["moulins"].ctl("kit", "adopt", "escaut/lampe")
    story.centres["escaut"].ctl("outcome", "add", "wazemmes/clavier", "--date", story.day(90), "--participants", "18-25=6", "--participants", "unknown=4",
                                "--place", "library", "--qpv")
    story.level()
    for kit in ("wazemmes/clavier", "escaut/lampe"):
        equal(story.stage("fives", kit), "regional", kit)
    equal(story.stage("fives", "fives/couture-led"), "prototype", "nobody has taken it up")


def adapted(story: Story) -> None:
    """A chain of three: each makes its own from the one before, and hears what the first one learnt."""
    parent = "escaut/lampe"
    for slug, kit in (("anzin", "lampe-anzin"), ("fives", "lampe-fives"), ("moulins", "lampe-moulins")):
        folder = story.kit_folder(slug, kit)
        folder.parent.mkdir(exist_ok=True)
        story.centres[slug].ctl("kit", "adapt", parent, folder)
        with open(folder / "guide.md", "a", encoding="utf-8") as guide:
            guide.write(f"\nÀ {slug}, autrement.\n")
        story.centres[slug].ctl("publish", folder)
        parent = f"{slug}/{kit}"
        story.level()
    equal([(kit["depth"], kit["id"]) for kit in story.centres["wazemmes"].json("kit", "tree", "escaut/lampe")],
          list(enumerate(["escaut/lampe", "anzin/lampe-anzin", "fives/lampe-fives", "moulins/lampe-moulins"])), "the family")
    guide = story.kit_folder("escaut", "lampe") / "guide.md"
    guide.write_text(guide.read_text(encoding="utf-8").replace("Préparer.", "Préparer la veille."), encoding="utf-8")
    story.centres["escaut"].ctl("publish", guide.parent)
    story.level()
    newer = {entry["id"]: entry["newer"] for entry in story.centres["denain"].json("catalogue", "list", "--region")}
    equal(newer["escaut/lampe"], True, "newer than reviewed")
    story.centres["anzin"].ctl("kit", "upstream", story.kit_folder("anzin", "lampe-anzin"), "--take-all")
    text = (story.kit_folder("anzin", "lampe-anzin") / "guide.md").read_text(encoding="utf-8")
    check("Préparer la veille." in text and "À anzin, autrement." in text, "what the parent learnt, and what was changed here")


def people_leave(story: Story) -> None:
    """A computer is lost: the centre goes on under a new key. Another one leaves the federation."""
    moulins = story.centres["moulins"]
    moulins.stop()
    invitation = story.federation.ctl("member", "new-key", "moulins").output.strip()
    again = Node(story, "moulins-nouveau")
    story.callback(again.stop)
    again.ctl("join", invitation, "--listen", again.endpoint())
    again.start()
    story.centres["moulins"] = again
    story.level()
    folder = story.kit_folder("moulins", "radio")
    (folder / "antenne.md").write_text("Un fil de cuivre.\n", encoding="utf-8")
    again.ctl("publish", folder)
    story.federation.ctl("member", "suspend", "hellemmes", "--why", "a quitté la fédération")
    story.centres["hellemmes"].stop()
    del story.centres["hellemmes"]
    story.level()
    equal(story.centres["wazemmes"].json("kit", "show", "moulins/radio")["version"], 2, "under the new key")


def withdrawn(story: Story) -> None:
    """Somebody in a photo takes her consent back. Marly is away and cannot answer yet."""
    photo = story.kit_folder("wazemmes", "clavier") / "photo.jpg"
    story.photo = photo.read_bytes()
    story.centres["wazemmes"].ctl("withdraw", "wazemmes/clavier:photo.jpg", "--why", "une personne reconnaissable a retiré son accord")
    story.level()
    # Of the members, hellemmes is suspended and marly away.
    until(lambda: story.receipts() == ({"federation", "wazemmes", "moulins", "fives", "escaut", "anzin", "denain"}, {"marly"}), SYNC_S,
          "receipts of who is there")


def marly_returns(story: Story) -> None:
    """After all of it, with what it said meanwhile to nobody."""
    story.away.remove("marly")
    story.centres["marly"].start()
    story.level()
    until(lambda: story.receipts()[1] == set(), SYNC_S, "the receipt of who was away")
    story.centres["marly"].ctl("kit", "adopt", "wazemmes/clavier")
    story.centres["marly"].ctl("outcome", "add", "wazemmes/clavier", "--date", story.day(10), "--sessions", 4, "--participants", "60+=11")
    story.level()
    for node in story.nodes():
        for file in (node.home / "library.git" / "lfs").rglob("*"):
            check(not file.is_file() or file.read_bytes() != story.photo, f"{node.slug} still has the photo")


def told_alike(story: Story) -> None:
    """Every node tells the same story of what it may know; who knows all knows the most."""
    def decisions(node: Node) -> list:
        return [(each["id"], each["decision"], each["kit_version"], each["newer"]) for each in node.json("catalogue", "list", "--region", "--all")]

    def life(node: Node, kit: str) -> tuple:
        shown = node.json("kit", "show", kit)
        return shown["version"], shown["tree"], shown["life"]["stage"], sorted(each["centre"] for each in shown["adoptions"])

    regional = story.in_region(story.federation)
    for node in story.nodes():
        equal(decisions(node), decisions(story.federation), f"{node.slug}: the catalogue")
        equal(story.in_region(node), regional, f"{node.slug}: the region")
    for kit in ("wazemmes/clavier", "escaut/lampe"):
        told = {node.slug: life(node, kit)[:3] for node in story.nodes()}
        equal(set(told.values()), {life(story.federation, kit)[:3]}, f"the life of {kit}")
    for territory in ("lille", "valenciennes"):
        of_it = [node for slug, node in story.centres.items() if TERRITORY[slug] == territory]
        seen = [{kit["id"]: kit["tree"] for kit in node.json("kits")} for node in of_it]
        check(all(each == seen[0] for each in seen), f"{territory}: kits: {seen}")
        sums = [node.json("outcome", "sum") for node in of_it]
        check(all(each == sums[0] for each in sums), f"{territory}: sums: {sums}")
    for node in story.nodes():
        node.ctl("verify")


def reported(story: Story) -> None:
    """What the funders are told is what was counted here, act by act."""
    report = story.federation.json("report", "--operation", "NP0024867", "--from", story.day(300), "--to", story.day(0))
    figures = {(figure["name"], figure["group"]): figure["value"] for figure in report["figures"]}
    # By hand: sessions 3 + 1 + 2 + 1 + 4; people 10 + 12 + 9 + 10 + 11; in priority neighbourhoods the first and the fourth.
    names = ("outcomes", "sessions", "participants", "sessions.priority", "participants.priority")
    by_hand = {"outcomes": 5, "sessions": 11, "participants": 52, "sessions.priority": 4, "participants.priority": 20}
    equal({name: figures.get((name, "")) for name in names}, by_hand, "what was held")
    equal({age: figures.get(("participants.age", age), 0) for age in ("0-11", "12-17", "18-25", "26-59", "60+", "unknown")},
          {"0-11": 0, "12-17": 12, "18-25": 6, "26-59": 2, "60+": 28, "unknown": 4}, "of which ages")
    # wazemmes/clavier by moulins, fives, escaut and marly; escaut/lampe by anzin and moulins.
    equal(figures[("adoptions", "")], 6, "adoptions")
    equal(figures[("adaptations", "")], 3, "adaptations")
    equal(figures[("kits", "")], 19 + 3, "kits")
    equal(figures[("territories", "")], 2, "territories")
    equal({stage: figures.get(("kits.stage", stage), 0) for stage in ("workshop", "prototype", "field-tested", "metropolitan", "regional")},
          {"workshop": 0, "prototype": 20, "field-tested": 0, "metropolitan": 0, "regional": 2}, "how far they have come")


CHAPTERS = (founding, workshops, first_sessions, mirrored, catalogued, adapted, people_leave, withdrawn, marly_returns, told_alike,
            reported)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="folder of essaimaged and essaimagectl")
    parser.add_argument("--keep", action="store_true", help="leave the homes, to look into them")
    options = parser.parse_args()
    with Story(options.bin, options.keep) as story:
        for chapter in CHAPTERS:
            try:
                chapter(story)
            except Exception as error:
                sys.exit(f"{chapter.__name__}: {error}" + (f"\nhomes: {story.folder}" if options.keep else ""))
            print(f"{chapter.__name__}: {chapter.__doc__.splitlines()[0]}", flush=True)


if __name__ == "__main__":
    main()
