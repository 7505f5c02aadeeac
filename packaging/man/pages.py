#!/usr/bin/env python3
"""The man pages that essaimagectl does not print itself, each from its one source.

    pages.py daemon PROGRAM fr|en    essaimaged(8), from what `PROGRAM --help` says
    pages.py config EXAMPLE          essaimage.toml(5), from the example that documents every key
"""

import os
import re
import subprocess
import sys
from pathlib import Path

WORDS = {
    "en": {
        "name": "NAME", "synopsis": "SYNOPSIS", "description": "DESCRIPTION", "options": "OPTIONS", "files": "FILES",
        "signals": "SIGNALS", "exit": "EXIT STATUS", "see": "SEE ALSO", "dir": "DIR", "level": "LEVEL",
        "manual": "System Administration",
        "intro": "Everything of one node lies in its home, which `essaimagectl federation create` or `essaimagectl join` makes. "
                 "The packaged service uses /var/lib/essaimage: make that home as root, then `systemctl enable --now essaimage`. "
                 "It is closed to people's folders, so essaimagectl reads and writes those.",
        "file_list": [("essaimage.toml", "the configuration: essaimage.toml(5)"),
                      ("keys/", "the keys; make a backup and keep it secret"),
                      ("library.git", "the library: a bare git repository that stock git and git-lfs can read"),
                      ("state.sqlite", "the index; rebuilt if it is lost, but for what `essaimagectl pin`, `fetch` and `drop` chose"), ("essaimaged.log", "the log"),
                      ("control.sock", "where essaimagectl asks; for the owner alone")],
        "signal_text": "SIGTERM and SIGINT end it within two seconds, whatever is under way; nothing that was acknowledged is lost.",
        "exit_text": "`essaimagectl help exit-codes` lists them; both programs use the same.",
    },
    "fr": {
        "name": "NOM", "synopsis": "SYNOPSIS", "description": "DESCRIPTION", "options": "OPTIONS", "files": "FICHIERS",
        "signals": "SIGNAUX", "exit": "CODES DE SORTIE", "see": "VOIR AUSSI", "dir": "DOSSIER", "level": "NIVEAU",
        "manual": "Administration du système",
        "intro": "Tout ce qui appartient à un nœud est dans son dossier, que crée `essaimagectl federation create` ou `essaimagectl "
                 "join`. Le service du paquet utilise /var/lib/essaimage : créez ce dossier en tant que root, puis `systemctl enable "
                 "--now essaimage`. Le service n'a pas accès aux dossiers des personnes : essaimagectl les lit et les écrit.",
        "file_list": [("essaimage.toml", "la configuration : essaimage.toml(5)"),
                      ("keys/", "les clés ; à sauvegarder, et à garder secrètes"),
                      ("library.git", "la bibliothèque : un dépôt git nu, lisible par git et git-lfs"),
                      ("state.sqlite", "l'index ; reconstruit s'il se perd, sauf ce que `essaimagectl pin`, `fetch` et `drop` ont choisi"), ("essaimaged.log", "le journal"),
                      ("control.sock", "où essaimagectl pose ses questions ; pour le propriétaire seul")],
        "signal_text": "SIGTERM et SIGINT l'arrêtent en deux secondes, quoi qu'il fasse ; rien de ce qui a été confirmé n'est perdu.",
        "exit_text": "`essaimagectl help exit-codes` les donne ; les deux programmes ont les mêmes.",
    },
}


def roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def bold(text: str) -> str:
    return f"\\fB{roff(text)}\\fR"


def options_of(help_text: str) -> list[tuple[str, str]]:
    """(option, what it does) of a help text: an indented option, two blanks or a new line, its words."""
    found: list[tuple[str, str]] = []
    for line in help_text.partition("Options:")[2].splitlines():
        if option := re.match(r"\s{1,4}(-\S+)( [A-Z]+)?(?:\s{2,}(.*))?$", line):
            found.append((option.group(1), option.group(3) or ""))
        elif found and line.strip():
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}".strip())
    return found


def daemon_page(program: str, language: str) -> str:
    words = WORDS[language]
    environment = os.environ | {"LC_ALL": "fr_FR.UTF-8" if language == "fr" else "C.UTF-8"}
    help_text = subprocess.run([program, "--help"], env=environment, capture_output=True, text=True, check=True).stdout
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    options = options_of(help_text)
    if not any("--home" in names for names, _ in options):
        sys.exit(f"{program} --help is not understood:\n{help_text}")
    summary = next(line for line in help_text.splitlines() if line.strip())
    out = [f'.TH ESSAIMAGED 8 "" "essaimage {version}" "{words["manual"]}"', f".SH {words['name']}",
           f"essaimaged \\- {roff(summary.rstrip('.'))}", f".SH {words['synopsis']}",
           f"{bold('essaimaged')} [{bold('--home')} \\fI{words['dir']}\\fR] [{bold('--log-level')} \\fI{words['level']}\\fR]",
           f".SH {words['description']}", roff(words["intro"]), f".SH {words['options']}"]
    for names, text in options:
        out += [".TP", ", ".join(bold(name) for name in names.split(",")), roff(text)]
    out.append(f".SH {words['files']}")
    for name, text in words["file_list"]:
        out += [".TP", bold(name), roff(text)]
    out += [f".SH {words['signals']}", roff(words["signal_text"]), f'.SH "{words["exit"]}"', roff(words["exit_text"]),
            f'.SH "{words["see"]}"', f"{bold('essaimagectl')}(1), {bold('essaimage.toml')}(5)"]
    return "\n".join(out) + "\n"


def config_page(example: str) -> str:
    text = Path(example).read_text(encoding="utf-8").rstrip()
    return "\n".join(['.TH ESSAIMAGE.TOML 5 "" "essaimage" "File Formats"', ".SH NAME",
                      "essaimage.toml \\- the configuration of one essaimage node", ".SH DESCRIPTION",
                      "It lies in the node's home. The example below is the default, and names every key there is.", ".SH EXAMPLE", ".nf",
                      roff(text), ".fi", '.SH "SEE ALSO"', f"{bold('essaimaged')}(8), {bold('essaimagectl')}(1)"]) + "\n"


if __name__ == "__main__":
    pages = {"daemon": daemon_page, "config": config_page}
    sys.stdout.reconfigure(encoding="utf-8")
    print(pages[sys.argv[1]](*sys.argv[2:]), end="")
