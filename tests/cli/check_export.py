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
ATOM, OPDS, DCTERMS = "{http://www.w3.org/2005/Atom}", "http://opds-spec.org/", "{http://purl.org/dc/terms/}"
# Links to feeds must have these very types (OPDS 1.2, 7.1.3).
NAVIGATION, ACQUISITION = (f"application/atom+xml;profile=opds-catalog;kind={kind}" for kind in ("navigation", "acquisition"))
ACQUIRES = {"acquisition", "borrow", "buy", "download", "preview", "subscribe"} | {
    OPDS + "acquisition" + kind for kind in ("", "/borrow", "/buy", "/open-access", "/sample", "/subscribe")}
PICTURES = {"image/jpeg", "image/png", "image/gif", "image/avif"}
URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+(;[a-z]+=[A-Za-z0-9-]+)*")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
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


def check_links(base: Path, links: list[dict[str, str]], what: str, rels: bool) -> list[str]:
    """Addresses are written as URIs and lead somewhere; types are media types; a feed's type says which kind of feed it is."""
    problems: list[str] = []
    for link in links:
        address, kind = link.get("href") or "", link.get("type") or ""
        if not address or not URI.fullmatch(address):
            problems.append(f"{what}: not a URI: {address!r}")
        if not MEDIA_TYPE.fullmatch(kind):
            problems.append(f"{what}: not a media type: {kind!r}")
        if "atom+xml" in kind and kind not in (NAVIGATION, ACQUISITION):
            problems.append(f"{what}: a feed of the type {kind}")
        if rels and not link.get("rel"):
            problems.append(f"{what}: a link without a relation: {address}")
        problems += check_target(base, address, what)
    return problems


def check_opds1(file: Path, kind: str = "") -> list[str]:
    """OPDS 1.2 and RFC 4287: what a feed and its entries must have and must not. `kind`: of the link that led here."""
    problems: list[str] = []
    root = ET.parse(file).getroot()
    if root.tag != ATOM + "feed":
        return [f"not a feed: {root.tag}"]

    def element(parent, name, pattern, what):
        found = parent.findall(ATOM + name)
        if len(found) != 1 or not pattern.fullmatch(found[0].text or ""):
            problems.append(f"{file.name}: {what}: {name}")
        return found[0].text if found else ""

    def attributes(parent):
        return [dict(link.attrib) for link in parent.findall(ATOM + "link")]

    anything = re.compile(r"(?s).*\S.*")
    ids = [element(root, "id", URN, "feed")]
    element(root, "title", anything, "feed")
    element(root, "updated", RFC3339, "feed")
    authors = root.findall(ATOM + "author")
    if not authors or any(len(author.findall(ATOM + "name")) != 1 for author in root.iter(ATOM + "author")):
        problems.append("feed: author")
    feed_links = attributes(root)
    rels = {link.get("rel"): link for link in feed_links}
    if [link.get("rel") for link in feed_links].count("self") != 1 or "start" not in rels:
        problems.append("feed: links self, start")
    problems += check_links(file.parent, feed_links, file.name, rels=True)
    entries = root.findall(ATOM + "entry")
    acquires = [any(link.get("rel", "").startswith(OPDS + "acquisition") for link in attributes(entry)) for entry in entries]
    if any(acquires) and not all(acquires):
        problems.append(f"{file.name}: neither an acquisition feed nor a navigation feed")
    own = rels.get("self", {}).get("type")
    if entries and own != (ACQUISITION if all(acquires) else NAVIGATION):
        problems.append(f"{file.name}: it calls itself {own}")
    if kind and own != kind:
        problems.append(f"{file.name}: reached as {kind}, and is {own}")
    for entry in entries:
        title = element(entry, "title", anything, "entry")
        ids.append(element(entry, "id", URN, title))
        element(entry, "updated", RFC3339, title)
        links = attributes(entry)
        subsections = [link for link in links if link.get("rel") == "subsection"]
        if not subsections and not any(link.get("rel", "").startswith(OPDS + "acquisition") for link in links):
            problems.append(f"{title}: neither to be had nor a way on")
        for link in links:
            if link.get("rel", "").startswith(OPDS + "image") and link.get("type") not in ("image/png", "image/jpeg", "image/gif"):
                problems.append(f"{title}: a picture of {link.get('type')}")
            if link.get("rel", "") in (OPDS + "acquisition/buy", OPDS + "facet"):
                problems.append(f"{title}: {link['rel']}")
        problems += check_links(file.parent, links, title, rels=True)
        alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        if len(alternates) != len(set(alternates)):
            problems.append(f"{title}: two alternates of one type")
        for summary in entry.findall(ATOM + "summary"):
            if summary.get("type", "text") != "text" or len(summary):
                problems.append(f"{title}: a summary that is not text")
        for name in ("summary", "content", "rights", "published"):
            if len(entry.findall(ATOM + name)) > 1:
                problems.append(f"{title}: {name} twice")
        for category in entry.findall(ATOM + "category"):
            if not category.get("term"):
                problems.append(f"{title}: a category without a term")
        for child in entry:
            if child.tag in (DCTERMS + "title", DCTERMS + "creator", DCTERMS + "subject", DCTERMS + "rights", DCTERMS + "description"):
                problems.append(f"{title}: {child.tag} in the place of Atom's")
        for link in subsections:
            problems += check_opds1(file.parent / link.get("href", "").rsplit("/", 1)[-1], link.get("type", ""))
    if len(ids) != len(set(ids)):
        problems.append(f"{file.name}: an id twice")
    return problems


def blanks(value, where: str) -> list[str]:
    """Properties that say nothing: OPDS 2.0 would rather have none."""
    if value in (None, "", [], {}):
        return [f"{where}: blank"]
    if isinstance(value, dict):
        return [problem for key, each in value.items() for problem in blanks(each, f"{where}.{key}")]
    return []


def texts(value) -> list[str]:
    return value if isinstance(value, list) else [value]


def check_publication(file: Path, publication: dict) -> list[str]:
    problems: list[str] = []
    metadata = publication["metadata"]
    title = metadata["title"]
    if not title or not URN.fullmatch(metadata["identifier"]) or not RFC3339.fullmatch(metadata["modified"]):
        problems.append(f"{title}: metadata")
    if "published" in metadata and not RFC3339.fullmatch(metadata["published"]):
        problems.append(f"{title}: published")
    if not URI.fullmatch(metadata["@type"]):
        problems.append(f"{title}: @type")
    if any(not LANGUAGE.fullmatch(tag) for tag in texts(metadata.get("language", []))):
        problems.append(f"{title}: language")
    for name in ("author", "contributor", "publisher", "subject"):
        if any(not isinstance(each, str) or not each.strip() for each in texts(metadata.get(name, []))):
            problems.append(f"{title}: {name}")
    problems += blanks(metadata, title)
    if not any(rel in ACQUIRES for link in publication["links"] for rel in texts(link.get("rel", ""))):
        problems.append(f"{title}: nothing to be had")
    problems += check_links(file.parent, publication["links"], title, rels=True)
    pictures = publication.get("images", [])
    problems += check_links(file.parent, pictures, title, rels=False)
    if not any(picture["type"] in PICTURES for picture in pictures):
        problems.append(f"{title}: no picture that every reader shows")
    return problems


def check_opds2(file: Path) -> list[str]:
    """OPDS 2.0: its text, and what its JSON schemas of a feed and of a publication ask for."""
    problems: list[str] = []
    feed = json.loads(file.read_text(encoding="utf-8"))
    metadata = feed["metadata"]
    if not metadata["title"] or not RFC3339.fullmatch(metadata["modified"]) or not URI.fullmatch(metadata["identifier"]):
        problems.append("metadata")
    if not isinstance(metadata["numberOfItems"], int) or metadata["numberOfItems"] < 0:
        problems.append("numberOfItems")
    problems += blanks(metadata, file.name)
    if "self" not in [link["rel"] for link in feed["links"] if link["type"] == "application/opds+json"]:
        problems.append("no link to itself")
    problems += check_links(file.parent, feed["links"], file.name, rels=True)
    if not ("publications" in feed or "navigation" in feed):
        problems.append("neither publications nor navigation")
    for name in ("links", "publications", "navigation"):
        written = [json.dumps(each, sort_keys=True) for each in feed.get(name, [None])]
        if not feed.get(name, [None]):
            problems.append(f"{file.name}: {name} without any")
        if len(written) != len(set(written)):
            problems.append(f"{file.name}: {name}: one twice")
    for publication in feed.get("publications", []):
        problems += check_publication(file, publication)
    problems += check_links(file.parent, feed.get("navigation", []), f"{file.name}: navigation", rels=True)
    for link in feed.get("navigation", []):
        problems += [] if link["title"] and link["type"] in ("application/opds+json", "text/html") else ["navigation"]
        if link["type"] == "application/opds+json":
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
