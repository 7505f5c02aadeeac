#!/usr/bin/env python3
"""Looks at what `essaimagectl catalogue export` made, as a browser, a reading program or a spreadsheet would: prints what is wrong.

    check_export.py site DIR          every page: its links lead somewhere, nothing is loaded from elsewhere, nothing is run
    check_export.py opds1 FILE.xml    OPDS 1.2 and Atom: what a feed and an entry need, links, dates, and the feeds that it leads to
    check_export.py opds2 FILE.json   OPDS 2.0, likewise
    check_export.py csv FILE          a table that no spreadsheet takes for formulas
"""

import csv
import json
import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = {"meta", "link", "img", "br", "input", "hr", "col"}
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
ACTIVE = {".html", ".htm", ".svg", ".xml", ".js", ".xhtml", ".css", ".php"}
ATOM, OPDS = "{http://www.w3.org/2005/Atom}", "http://opds-spec.org/"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class PageReader(HTMLParser):
    def __init__(self, page: Path, site: Path):
        super().__init__()
        self.page, self.site = page, site
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.fragments: list[str] = []
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.seen: list[str] = []
        self.lang = self.policy = ""

    def wrong(self, what: str) -> None:
        self.problems.append(f"{self.page.relative_to(self.site)}: {what}")

    def local(self, address: str, loaded: bool) -> None:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if loaded or parts.scheme not in ("http", "https", "mailto"):
                self.wrong(f"leads elsewhere: {address}")
            return
        if not parts.path:
            self.fragments.append(parts.fragment)
            return
        target = (self.page.parent / unquote(parts.path)).resolve()
        if not target.is_file() or self.site.resolve() not in target.parents:
            self.wrong(f"leads nowhere: {address}")

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name in given:
            if name.startswith("on") or name == "style":
                self.wrong(f"<{tag} {name}>")
        if "id" in given:
            if given["id"] in self.ids:
                self.wrong(f"two elements with the id {given['id']}")
            self.ids.add(given["id"])
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given.get("content", "")
        if tag in ("iframe", "object", "embed", "base", "style", "svg", "audio", "video"):
            self.wrong(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith(("assets/", "../../../assets/")):
            self.wrong("a script that is not the site's own")
        if tag == "img" and "alt" not in given:
            self.wrong(f"a picture without alt: {given.get('src')}")
        if tag == "label":
            self.labels.add(given.get("for", ""))
        if tag in ("input", "select"):
            self.fields.add(given.get("id", ""))
        for name in ("src", "href"):
            canonical = tag == "link" and given.get("rel") == "canonical"
            if name in given and not canonical:
                self.local(given[name], loaded=tag != "a")

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong(f"</{tag}> closes another element")

    def finish(self):
        self.close()
        if self.open:
            self.wrong(f"not closed: {self.open}")
        if self.lang != ("en" if self.page.name == "index.en.html" else "fr"):
            self.wrong(f"lang={self.lang!r}")
        if "default-src 'none'" not in self.policy:
            self.wrong("no Content-Security-Policy")
        for one in ("h1", "main", "header", "footer", "title"):
            if self.seen.count(one) != 1:
                self.wrong(f"{self.seen.count(one)} of <{one}>")
        for fragment in self.fragments:
            if fragment not in self.ids:
                self.wrong(f"no such place in the page: #{fragment}")
        if self.fields - self.labels:
            self.wrong(f"fields without a label: {self.fields - self.labels}")
        return self.problems


def check_site(site: Path) -> list[str]:
    problems: list[str] = []
    files = [path for path in site.rglob("*") if path.is_file()]
    pages = [path for path in files if path.name in ("index.html", "index.en.html")]
    if len(pages) < 2:
        problems.append("no pages")
    folded: set[str] = set()
    for path in files:
        name = path.relative_to(site).as_posix()
        if name.lower() in folded or RESERVED.fullmatch(path.name) or re.search(r"[^A-Za-z0-9._/-]", name):
            problems.append(f"a name that a stick does not take: {name}")
        folded.add(name.lower())
        if "/files/" in name and (path.suffix in ACTIVE or path.name.count(".") != 1):
            problems.append(f"a browser would run it: {name}")
    for page in pages:
        reader = PageReader(page, site)
        reader.feed(page.read_text(encoding="utf-8"))
        problems += reader.finish()
        if not page.with_name("index.en.html" if page.name == "index.html" else "index.html").is_file():
            problems.append(f"{page}: in one language only")
    words = (site / "assets/search.js").read_text()
    if not words.isascii() or "<" in words:
        problems.append("search.js: characters that could end a script")
    return problems


def check_target(base: Path, address: str, what: str) -> list[str]:
    parts = urlsplit(address)
    if parts.scheme:
        return [] if parts.scheme in ("http", "https") else [f"{what}: {address}"]
    return [] if (base / unquote(parts.path)).is_file() else [f"{what} leads nowhere: {address}"]


def check_opds1(file: Path) -> list[str]:
    problems: list[str] = []
    root = ET.parse(file).getroot()
    if root.tag != ATOM + "feed":
        return [f"not a feed: {root.tag}"]

    def element(parent, name, pattern, what):
        found = parent.findall(ATOM + name)
        if len(found) != 1 or not pattern.fullmatch(found[0].text or ""):
            problems.append(f"{file.name}: {what}: {name}")
        return found[0].text if found else ""

    anything = re.compile(r"(?s).+")
    ids = [element(root, "id", URN, "feed")]
    element(root, "title", anything, "feed")
    element(root, "updated", RFC3339, "feed")
    if not root.findall(f"{ATOM}author/{ATOM}name"):
        problems.append("feed: author")
    rels = {link.get("rel"): link for link in root.findall(ATOM + "link")}
    for rel in ("self", "start"):
        if "profile=opds-catalog" not in (rels[rel].get("type") if rel in rels else ""):
            problems.append(f"feed: link {rel}")
    for entry in root.findall(ATOM + "entry"):
        title = element(entry, "title", anything, "entry")
        ids.append(element(entry, "id", URN, title))
        element(entry, "updated", RFC3339, title)
        links = entry.findall(ATOM + "link")
        acquired = [link for link in links if link.get("rel", "").startswith(OPDS + "acquisition")]
        subsections = [link for link in links if link.get("rel") == "subsection"]
        if bool(acquired) == bool(subsections):
            problems.append(f"{title}: neither to be had nor a way on")
        for link in links:
            if not link.get("href") or "/" not in (link.get("type") or ""):
                problems.append(f"{title}: a link without address or type")
            if link.get("rel", "").startswith(OPDS + "image") and link.get("type") not in ("image/png", "image/jpeg", "image/gif"):
                problems.append(f"{title}: a picture of {link.get('type')}")
            problems += check_target(file.parent, link.get("href", ""), title)
        for link in subsections:
            problems += check_opds1(file.parent / link.get("href", "").rsplit("/", 1)[-1])
    if len(ids) != len(set(ids)):
        problems.append(f"{file.name}: an id twice")
    return problems


def check_opds2(file: Path) -> list[str]:
    problems: list[str] = []
    feed = json.loads(file.read_text(encoding="utf-8"))
    if not feed["metadata"]["title"] or not RFC3339.fullmatch(feed["metadata"]["modified"]):
        problems.append("metadata")
    if "self" not in [link["rel"] for link in feed["links"] if link["type"] == "application/opds+json"]:
        problems.append("no link to itself")
    if not ("publications" in feed or "navigation" in feed):
        problems.append("neither publications nor navigation")
    for publication in feed.get("publications", []):
        metadata = publication["metadata"]
        title = metadata["title"]
        if not title or not URN.fullmatch(metadata["identifier"]) or not RFC3339.fullmatch(metadata["modified"]):
            problems.append(f"{title}: metadata")
        if not any(link["rel"] == OPDS + "acquisition/open-access" for link in publication["links"]):
            problems.append(f"{title}: nothing to be had")
        for link in publication["links"] + publication.get("images", []):
            if "/" not in link["type"]:
                problems.append(f"{title}: type")
            problems += check_target(file.parent, link["href"], title)
    for link in feed.get("navigation", []):
        problems += [] if link["title"] and link["type"] == "application/opds+json" else ["navigation"]
        problems += check_opds2(file.parent / link["href"].rsplit("/", 1)[-1])
    return problems


def check_csv(file: Path) -> list[str]:
    data = file.read_bytes()
    problems = [] if data.startswith(b"\xef\xbb\xbf") else ["no byte order mark"]
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines(keepends=True), delimiter=";", strict=True))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            problems.append(f"row {number}: {len(row)} cells")
        problems += [f"row {number}: a formula: {cell}" for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]
    return problems


def main() -> None:
    checks = {"site": check_site, "opds1": check_opds1, "opds2": check_opds2, "csv": check_csv}
    problems = checks[sys.argv[1]](Path(sys.argv[2]))
    print("\n".join(problems) if problems else "all right")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
