"""The rules of the house that a compiler does not see: who may include whom, and how files look.

Each rule is a function from a SourceFile to complaints; rules_test.py runs them over the tree, and over planted faults.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

CODE = {".cpp", ".hpp", ".h"}
SCRIPT = {".sh", ".py"}
PICTURES = {".png", ".jpg", ".pdf", ".odt", ".stl"}
FOLDERS = ("proto", "store", "daemon", "tools", "tests", "packaging", ".ci")
LINES_MAX = 400
COLUMNS_MAX = 140  # not counting literals; the formatter aims at 100-110

# Who may include whom: a folder and the prefixes that its quoted includes may have. The longest match counts.
MAY_INCLUDE = {
    "proto": ("proto/",),
    "store": ("proto/", "store/"),
    "store/kit": ("proto/", "store/kit/"),
    "daemon": ("proto/", "store/", "daemon/"),
    "daemon/core": ("proto/", "daemon/core/"),
    # The CLI reads folders, merges texts into them, makes homes, and signs what is to be said for the federation; all else it
    # asks of the daemon.
    "tools/ctl": ("proto/", "store/kit/", "store/disk/", "store/home.hpp", "store/crypto/", "store/federation/invitation.hpp",
                  "store/federation/statement.hpp", "store/federation/request.hpp", "store/federation/paths.hpp",
                  "store/federation/federation_file.hpp", "store/federation/member_file.hpp", "store/federation/catalogue_file.hpp",
                  "store/federation/mirror_file.hpp", "store/federation/media_withdrawal.hpp", "store/federation/succession_file.hpp",
                  "store/git/text_merge.hpp", "tools/ctl/", "tools/report/"),
    # What a report looks like depends on what was counted alone.
    "tools/report": ("proto/", "store/kit/", "store/disk/", "tools/report/"),
}

# Libraries that stay behind one door. Tests may attack from anywhere.
DOORS = {
    r"git2(\.h|/.*)": (r"store/git/.*",),
    r"zmq(_addon)?\.h(pp)?": (r"daemon/shell/.*",),
    r".*\.pb\.h": (r"proto/codec\.cpp", r"proto/encode\.cpp", r"proto/control_.*\.cpp"),
    r"sqlite3\.h": (r"store/state/.*",),
    r"libstemmer\.h": (r"store/search/words\.cpp",),
    r"cmark-gfm.*\.h": (r"tools/ctl/export/markdown\.cpp",),
    r"microhttpd\.h": (r"daemon/web/.*",),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"^[a-z_0-9]+$")  # <vector>, <cstdint>: a library's header has a dot or a folder
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|\btime\.sleep\(|^\s*sleep\s+[0-9$.]", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(wo" r"rk|ro" r"ot)(/|\b)")


@dataclass
class SourceFile:
    path: str  # from the top, with '/'
    data: bytes

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @property
    def is_code(self) -> bool:
        return self.suffix in CODE

    @property
    def is_script(self) -> bool:
        return self.suffix in SCRIPT or self.data.startswith(b"#!")

    def includes(self) -> Iterator[tuple[bool, str]]:
        """(quoted, name) of each include."""
        for match in INCLUDE.finditer(self.text):
            yield match.group(1) == '"', match.group(2)


def source_files(top: Path) -> Iterator[SourceFile]:
    files = [p for p in top.iterdir() if p.is_file()]
    for folder in FOLDERS:
        files += [p for p in (top / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for path in sorted(files):
        if path.name not in ("LICENSE", "compile_commands.json", ".git"):
            yield SourceFile(path.relative_to(top).as_posix(), path.read_bytes())


def layer_of(path: str) -> str:
    """The longest folder of MAY_INCLUDE that the file lies in, or ''."""
    inside = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return max(inside, key=len, default="")


def includes_only_what_it_may(file: SourceFile) -> Iterator[str]:
    layer = layer_of(file.path)
    if not file.is_code or not layer:
        return
    for quoted, name in file.includes():
        generated = name.endswith(".pb.h")
        if quoted and not generated and not name.startswith(MAY_INCLUDE[layer]):
            yield f'{layer} may not include "{name}"'
        if not quoted and name.startswith(tuple(folder + "/" for folder in ("proto", "store", "daemon", "tools", "tests"))):
            yield f"<{name}> is ours: write it with quotes"
        if layer == "daemon/core" and not quoted and not STANDARD.match(name):
            yield f"daemon/core may not include <{name}>: the standard library only"


def third_parties_stay_behind_their_door(file: SourceFile) -> Iterator[str]:
    if not file.is_code or file.path.startswith("tests/"):
        return
    for _, name in file.includes():
        for library, doors in DOORS.items():
            if re.fullmatch(library, name) and not any(re.fullmatch(door, file.path) for door in doors):
                yield f"{name} may be included by {' and '.join(doors)} only"


def headers_begin_with_pragma_and_say_what_they_are(file: SourceFile) -> Iterator[str]:
    if file.suffix != ".hpp":
        return
    lines = file.text.splitlines()
    if not lines or lines[0] != "#pragma once":
        yield "a header begins with #pragma once"
    elif len(lines) < 2 or not lines[1].startswith("//"):
        yield "the second line of a header begins to say what it is"


def tests_keep_to_their_namespace(file: SourceFile) -> Iterator[str]:
    """The files of a folder may be compiled as one, and many tests call what they need by the same words."""
    if file.suffix != ".cpp" or "\nTEST_CASE(" not in file.text:
        return
    name = re.escape(Path(file.path).stem)
    if not re.search(rf"\nnamespace (\w+::)*{name} \{{\n.*\nTEST_CASE\(", file.text, re.DOTALL):
        yield f"what a test file has lies in a namespace of the file's name: {Path(file.path).stem}"


def files_are_short(file: SourceFile) -> Iterator[str]:
    if file.is_code or file.is_script:
        lines = file.data.count(b"\n")
        if lines >= LINES_MAX:
            yield f"{lines} lines; the limit is {LINES_MAX}"


def text_is_clean(file: SourceFile) -> Iterator[str]:
    if file.suffix in PICTURES or file.path.startswith("tests/fuzz/corpus/"):
        return
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        yield "not UTF-8"
        return
    if "\r" in text:
        yield "CR line ends"
    if text and not text.endswith("\n"):
        yield "no newline at the end"
    if not (file.is_code or file.is_script):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"line {number}: blanks at the end"
        if "\t" in line:
            yield f"line {number}: a tab"
        # A literal may be as long as what it quotes.
        columns = len(LITERAL.sub('""', line))
        if columns > COLUMNS_MAX:
            yield f"line {number}: {columns} columns; the limit is {COLUMNS_MAX}"


def nothing_is_left_unfinished(file: SourceFile) -> Iterator[str]:
    if file.is_code or file.is_script or file.suffix in (".txt", ".cmake", ".md", ".toml", ".proto"):
        for match in UNFINISHED.finditer(file.text):
            yield f"{match.group(0)}: finish it, or describe what is so and why"


def tests_do_not_sleep(file: SourceFile) -> Iterator[str]:
    if file.path.startswith("tests/") and not file.path.startswith("tests/rules/") and (file.is_code or file.is_script):
        for match in SLEEP.finditer(file.text):
            yield f"{match.group(0).strip()}: wait for an event instead"


def no_path_of_one_machine(file: SourceFile) -> Iterator[str]:
    if file.suffix not in PICTURES:
        for match in MACHINE_PATH.finditer(file.text):
            yield f"{match.group(0)} exists on one machine only"


# Whose errors people read: what they say in words has its French in proto/details.def. (A peer's fault, or ours, is for a log.)
SPEAKS_TO_PEOPLE = re.compile(r"store/kit/(?!entry|pointer)|store/life/|store/withdrawal/withdraw\.cpp|store/\w+/\w+_ops\.cpp|store/(library/home|publishing/publish|crypto/keys)\.cpp|"
                              r"store/federation/(invitation|proposal_file|neighbour_successions)\.cpp|daemon/shell/control/|tools/")
REFUSAL = re.compile(r"(?:\bfail\(Errc::(\w+),|\b(?:refuse|wrong)\()((?:[^()\"]|" + LITERAL.pattern + r"|\((?:[^()\"]|" + LITERAL.pattern + r")*\))*)\)")
NOT_FOR_PEOPLE = {"internal", "malformed", "corrupt", "control_closed", "io", "conflict", "home_damaged"}
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")
COMMAND = re.compile(r"[` ]?(--|(essaimagectl )?((kit|catalogue|federation) \w+|federation role \w+)\b)")
DETAIL = re.compile(r'^ESSAIMAGE_DETAIL\("((?:[^"\\]|\\.)*)"', re.MULTILINE)


def french_details(text: str) -> list[str]:
    """The English of each line of proto/details.def."""
    return DETAIL.findall(text)


def says(line: str, part: str) -> bool:
    """Whether a line is of this part, or of more of which this literal is a piece. What kit.toml should hold is said after "expected"."""
    if part.strip(" .,") in line.replace("{}", "\0"):
        return True
    pattern = re.compile("(?:expected )?" + ".+".join(re.escape(words) for words in line.removeprefix("expected ").split("{}")))
    return pattern.fullmatch(part) is not None


def details_are_said_in_french_too(file: SourceFile, known: list[str] | None = None) -> Iterator[str]:
    if not file.is_code or not SPEAKS_TO_PEOPLE.match(file.path):
        return
    if known is None:
        known = french_details((Path(__file__).resolve().parents[2] / "proto/details.def").read_text(encoding="utf-8"))
    for match in REFUSAL.finditer(file.text):
        if match.group(1) in NOT_FOR_PEOPLE or "context.say" in match.group(2) or "language_" in match.group(2):
            continue
        for literal in LITERAL.findall(match.group(2)):
            for part in re.split(r"[:;] ", literal[1:-1]):
                if WORDS.search(part) and not COMMAND.match(part) and not any(says(line, part) for line in known):
                    yield f'"{part}": what it says in words needs its French in proto/details.def'


RULES = (
    includes_only_what_it_may,
    third_parties_stay_behind_their_door,
    headers_begin_with_pragma_and_say_what_they_are,
    tests_keep_to_their_namespace,
    files_are_short,
    text_is_clean,
    nothing_is_left_unfinished,
    tests_do_not_sleep,
    no_path_of_one_machine,
    details_are_said_in_french_too,
)
