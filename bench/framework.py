"""Measures the search for skills on names that it has never seen, and writes bench/results/framework.{json,md}.

A fifth of ESCO's alternative names, chosen by a hash with a fresh salt, is never indexed and then asked for; so are the
same names with one slip of typing, and the beginnings of names as a picker sees them. An answer is right when the
skill of the name is among the first five. Import times are those of the command, from its start to its end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import re
import resource
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from satchel.framework import read, search
from satchel.framework.graph import Description, Framework, ImportReport, Label, Node
from satchel.node.copies import Copy

ROOT = Path(__file__).resolve().parents[1]
ESCO = ROOT.parent / "shared" / "data" / "frameworks" / "esco"
RESULTS = ROOT / "bench" / "results"
SATCHEL = str(Path(sys.executable).with_name("satchel"))
FULL_SIZE = 14_000
AT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what makes an answer right."""

    text: str
    is_right: Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    measured: float
    unit: str
    target: float | None
    is_met: bool | None
    count: int


class World:
    """The skills without the held-out names, and the questions made of what was held out."""

    def __init__(self, nodes: Sequence[Node], salt: str, count: int) -> None:
        self.salt = salt
        self.random = random.Random(salt)
        self.kept = [
            replace(node, labels=tuple(label for label in node.labels if not self.is_held(node, label)))
            for node in nodes
        ]
        indexed = {search.key(label.text) for node in self.kept for label in node.labels}
        held = [
            (label.text, node.uri)
            for node in nodes
            for label in node.labels
            if self.is_held(node, label) and search.key(label.text) not in indexed
        ]
        self.held_count = len(held)
        self.names = self.random.sample(held, count)
        self.typed = self.random.sample([node for node in nodes if len(node.label) > 8], count)
        described = [node for node in nodes if len(first_sentence(node.description).split()) > 5]
        self.described = self.random.sample(described, count)

    def is_held(self, node: Node, label: Label) -> bool:
        if label.is_preferred:
            return False
        return hashlib.sha256(f"{self.salt}\0{node.uri}\0{label.text}".encode()).digest()[0] < 256 // 5

    def classes(self) -> dict[str, tuple[list[Asked], float | None]]:
        """Questions by class, each with the least recall at five that is asked for."""
        return {
            "an unseen name": ([Asked(text=name, is_right=is_uri(uri)) for name, uri in self.names], 0.95),
            "the same with one slip": (
                [Asked(text=slip(name, self.random), is_right=is_uri(uri)) for name, uri in self.names],
                0.91,
            ),
            "a prefix: the first five letters": (
                [Asked(text=node.label[:5], is_right=begins(node.label[:5])) for node in self.typed],
                0.94,
            ),
            "a prefix: typed up to five letters of the last word": (
                [Asked(text=unfinished(node.label), is_right=is_uri(node.uri)) for node in self.typed],
                0.94,
            ),
            "a prefix: five letters of each word": (
                [
                    Asked(text=" ".join(word[:5] for word in node.label.split()), is_right=is_uri(node.uri))
                    for node in self.typed
                ],
                0.94,
            ),
        }

    def descriptions(self) -> list[Asked]:
        return [Asked(text=first_sentence(node.description), is_right=is_uri(node.uri)) for node in self.described]

    def without_first_sentences(self) -> list[Node]:
        return [
            replace(node, description=node.description[len(first_sentence(node.description)) :]) for node in self.kept
        ]


def is_uri(uri: str) -> Callable[[str, str], bool]:
    return lambda found, _: found == uri


def begins(text: str) -> Callable[[str, str], bool]:
    return lambda _, label: label.casefold().startswith(text.casefold())


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def unfinished(label: str) -> str:
    head, _, last = label.rpartition(" ")
    return f"{head} {last[:5]}".strip()


def slip(text: str, chance: random.Random) -> str:
    """The text with one letter left out, added, replaced, or swapped with the next one."""
    place = chance.choice([place for place, char in enumerate(text) if char.isalpha()])
    letter = chance.choice(string.ascii_lowercase)
    match chance.randrange(4):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + letter + text[place:]
        case 2:
            return text[:place] + letter + text[place + 1 :]
        case _:
            return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]


def copy_of(nodes: Sequence[Node]) -> Copy:
    about = Framework(
        id="urn:bench:esco",
        title="ESCO",
        kind="esco",
        format="",
        release="",
        released="",
        completeness="unknown",
        licence="",
        publisher="",
        digest="0" * 64,
        prefixes=(),
        sources=(),
    )
    return Copy.in_memory(ImportReport(framework=about, nodes=tuple(nodes), edges=()))


def ask(copy: Copy, questions: Sequence[Asked]) -> tuple[float, float, list[tuple[float, float]]]:
    """Recall at one and at five, and (wall, CPU) seconds of each question."""
    first, five = 0, 0
    took: list[tuple[float, float]] = []
    for question in questions:
        wall, cpu = time.perf_counter(), time.process_time()
        found = copy.search(question.text, 10)
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
        right = [question.is_right(item.uri, item.label) for item in found[:AT]]
        first += any(right[:1])
        five += any(right)
    return first / len(questions), five / len(questions), took


def searches(world: World) -> list[Row]:
    rows: list[Row] = []
    took: list[tuple[float, float]] = []
    copy = copy_of(world.kept)
    for what, (questions, target) in world.classes().items():
        first, five, times = ask(copy, questions)
        took += times
        rows.append(row(f"{what}: first is right", first, "", None, len(questions)))
        rows.append(row(f"{what}: right among five", five, "", target, len(questions)))
    copy.close()
    described = copy_of(world.without_first_sentences())
    first, five, times = ask(described, world.descriptions())
    described.close()
    rows.append(row("the first sentence of an unseen description: right among five", five, "", 0.68, len(times)))
    for name, index in (("wall", 0), ("CPU", 1)):
        sorted_ms = sorted(times[index] * 1000 for times in took)
        rows.append(row(f"time of a question, {name}, p50", percentile(sorted_ms, 50), "ms", None, len(took)))
        target = 15.0 if name == "wall" else None
        rows.append(
            row(f"time of a question, {name}, p95", percentile(sorted_ms, 95), "ms", target, len(took), most=True)
        )
    return rows


def imports() -> list[Row]:
    """`satchel framework import` from its start to its end: the joined files of ESCO, and as many skills as the whole
    of ESCO has, made of them."""
    joined = [ESCO / name for name in ("esco_skills.csv", "esco.json", "esco_o.json")]
    (report,) = read.read([(path.name, path.read_bytes()) for path in joined], Description())
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "skills.jsonl"
        full.write_text("".join(filled_up(report.nodes)), "utf-8")
        for what, paths, count in (
            ("import of the joined ESCO files", joined, len(report.nodes)),
            (f"import of {FULL_SIZE:,} skills", [full], FULL_SIZE),
        ):
            best = min(import_once(paths, Path(folder) / f"home-{count}-{turn}") for turn in range(3))
            rows.append(row(f"{what}, wall", best[0], "s", 3.0, count, most=True))
            rows.append(row(f"{what}, CPU", best[1], "s", None, count))
    return rows


def filled_up(nodes: Sequence[Node]) -> Iterator[str]:
    for place in range(FULL_SIZE):
        node = nodes[place % len(nodes)]
        value = {
            "uri": f"{node.uri}/{place // len(nodes)}",
            "label": node.label,
            "alt": [label.text for label in node.labels[1:]],
            "description": node.description,
        }
        yield json.dumps(value) + "\n"


def import_once(paths: Sequence[Path], home: Path) -> tuple[float, float]:
    """(wall, CPU) seconds of the command in a child."""
    command = [SATCHEL, "framework", "import", *map(str, paths), "--home", str(home), "--json"]
    used, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def row(what: str, measured: float, unit: str, target: float | None, count: int, *, most: bool = False) -> Row:
    is_met = None if target is None else measured <= target if most else measured >= target
    return Row(what=what, measured=round(measured, 3), unit=unit, target=target, is_met=is_met, count=count)


def percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def commit_id() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "none"


def report_text(rows: Sequence[Row], world: World, nodes: int) -> str:
    lines = [
        "# Skills: search and import",
        "",
        f"`python -m bench.framework --salt {world.salt} --count {len(world.names)}` at commit {commit_id()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, load "
        f"{os.getloadavg()[0]:.1f}. The machine is shared: at such a load wall times are a multiple of CPU times.",
        "",
        f"{nodes:,} skills of ESCO. Of their alternative names {world.held_count:,} that no other skill has were held "
        "out by hash and never indexed. The numbers of the engine (size of the pool, bonuses, shares) were chosen on "
        "other salts of the same data. “First letters”: right when a name that is suggested begins so.",
        "",
        "| what | measured | target | met | of |",
        "|---|---|---|---|---|",
    ]
    for one in rows:
        target = "" if one.target is None else f"{'≤' if one.unit else '≥'} {one.target:g}"
        met = {None: "", True: "yes", False: "NO"}[one.is_met]
        lines.append(f"| {one.what} | {one.measured:g} {one.unit} | {target} | {met} | {one.count:,} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--salt", default=os.urandom(6).hex(), help="what is held out; a fresh one each run without it")
    parser.add_argument("--count", type=int, default=500, help="questions a class")
    chosen = parser.parse_args()
    if not ESCO.is_dir():
        print(f"there is no {ESCO}", file=sys.stderr)
        return 1
    file = ("esco_skills.csv", (ESCO / "esco_skills.csv").read_bytes())
    (report,) = read.read([file], Description())
    world = World(report.nodes, chosen.salt, chosen.count)
    rows = [*searches(world), *imports()]
    text = report_text(rows, world, len(report.nodes))
    RESULTS.mkdir(exist_ok=True)
    figures = {"commit": commit_id(), "salt": chosen.salt, "rows": [asdict(one) for one in rows]}
    (RESULTS / "framework.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (RESULTS / "framework.md").write_text(text, "utf-8")
    print(text)
    return 0 if all(one.is_met is not False for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
