"""A small history of a kit, made up: the same bytes for the same number of versions."""

import zipfile
from io import BytesIO
from pathlib import Path
from random import Random

from corpus import sentences
from nodes import run

TEXTS, TEXT_BYTES = 12, 8000
PICTURE_BYTES, PICTURE_EACH = 150_000, 20  # a picture is exchanged in each so manieth version
GROWTH = 3000


def document(paragraphs: list[str], pictures: list[bytes]) -> bytes:
    """As a word processor writes it: compressed text, and pictures as they are."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>")
        for i, picture in enumerate(pictures):
            archive.writestr(zipfile.ZipInfo(f"word/media/image{i}.jpg"), picture)
        body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
        archive.writestr(zipfile.ZipInfo("word/document.xml"), f"<w:document>{body}</w:document>", zipfile.ZIP_DEFLATED)
    return data.getvalue()


def make_history(folder: Path, versions: int) -> Path:
    """A git repository with so many commits."""
    rng = Random(1)
    folder.mkdir()
    git = ("git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost")
    run(*git, "init", "-q")
    texts = [sentences(rng, TEXT_BYTES) for _ in range(TEXTS)]
    paragraphs = [sentences(rng, 600).replace("\n", " ") for _ in range(40)]
    inside = [rng.randbytes(60_000) for _ in range(3)]
    pictures = [rng.randbytes(PICTURE_BYTES) for _ in range(4)]
    model = rng.randbytes(200_000)
    for version in range(versions):
        if version:
            changed = rng.randrange(TEXTS)
            at = rng.randrange(len(texts[changed]))
            texts[changed] = texts[changed][:at] + sentences(rng, 300) + texts[changed][at:]
            paragraphs[rng.randrange(len(paragraphs))] = sentences(rng, 600).replace("\n", " ")
            at = rng.randrange(len(model))
            model = model[:at] + rng.randbytes(GROWTH) + model[at:]
            if version % PICTURE_EACH == 0:
                pictures[rng.randrange(len(pictures))] = rng.randbytes(PICTURE_BYTES)
        for i, text in enumerate(texts):
            (folder / f"guide-{i}.md").write_text(text, encoding="utf-8")
        (folder / "Fiche d’atelier.docx").write_bytes(document(paragraphs, inside))
        (folder / "pièce.stl").write_bytes(model)
        for i, picture in enumerate(pictures):
            (folder / f"photo-{i}.jpg").write_bytes(picture)
        run(*git, "add", "--all")
        run(*git, "commit", "-q", "-m", f"version {version + 1}")
    return folder
