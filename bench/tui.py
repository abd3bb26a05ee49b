"""Measures the terminal app in a pseudo-terminal: first paint with many credentials, and key to paint.

    python -m bench.tui [--credentials 10000] [--rounds 5] [--keys 200]

First paint is the time from before the first import of Textual or of the app to the byte of the first row in the
terminal, over the time of `import textual.app` in a fresh process beside it. Reading the wallet is not in it: the rows
are made before (bench/wallet_list.py measures that side). Key to paint is from the write of a key to the first byte of
what it changes. Prints one JSON document; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wallet.card import Card
    from wallet.index import Listing

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SIZE = ("40", "120")
QUIET_SECONDS = 0.05


def cards(count: int) -> list[Card]:
    """Plain cards, no two alike."""
    from wallet.card import Card

    return [
        Card(
            id=f"{number:026d}",
            title=f"Badge {number:05d} of an invented course",
            issuer_id=f"did:web:college-{number % 97}.example",
            issuer_name=f"An invented college, number {number % 97}",
            credential_id=f"urn:uuid:{number:032x}",
            valid_from="2026-03-01T00:00:00Z",
            valid_until="2029-03-01T00:00:00Z" if number % 3 else "",
            awarded="2026-02-27T00:00:00Z",
            added_at="2026-11-24T00:00:00Z",
            verdict=("accepted", "accepted_with_warnings", "undecided", "rejected")[number % 4],
            policy="default",
            remarks=(),
            digest=f"{number:064x}",
            size_bytes=2900,
            format="vc-json",
            container="json",
            name=f"badge-{number}.json",
        )
        for number in range(count)
    ]


class Shelf:
    """A wallet that is open already and holds these cards; the bench asks it for nothing but its list."""

    did = "did:key:z6MkbenchbenchbenchbenchbenchbenchbenchbenchbenchA"
    notices = ()

    def __init__(self, held: list[Card]) -> None:
        self._held = tuple(held)

    async def listing(self) -> Listing:
        from wallet.index import Listing

        return Listing(current=self._held, history=(), replaced_by={}, damaged=())


class Place:
    """A node without a folder."""

    place = "bench"
    network = "offline"

    def has_wallet(self) -> bool:
        return True


def child(count: int) -> None:
    """The measured process: tells when it begins to import, then shows the app on its terminal.

    It ends with the process that measures it: an app whose terminal has gone would spin for ever.
    """
    threading.Thread(target=end_with_parent, args=(int(os.environ["BENCH_LIVES"]),), daemon=True).start()
    import wallet.index  # the side of the wallet is measured elsewhere

    held = cards(count)
    assert wallet.index
    os.write(int(os.environ["BENCH_SAYS"]), f"{time.monotonic()}\n".encode())
    from tui.app import SatchelApp
    from tui.desk import Desk
    from tui.glyph import UNICODE
    from tui.port import Opened

    desk = Desk(node=Place(), clock=lambda: NOW, glyphs=UNICODE, opened=Opened(wallet=Shelf(held)))  # type: ignore[arg-type]
    SatchelApp(desk, start="credentials").run()


def end_with_parent(lives: int) -> None:
    """Waits for the other end of the pipe to close, which it does however the parent ends."""
    os.read(lives, 1)
    os._exit(1)


@dataclass
class Terminal:
    """A process in a pseudo-terminal of fixed size, its output and when it came."""

    process: subprocess.Popen[bytes]
    master: int
    said: int
    alive: int
    seen: bytearray

    @staticmethod
    def open(arguments: list[str]) -> Terminal:
        master, slave = pty.openpty()
        subprocess.run(["stty", "rows", SIZE[0], "cols", SIZE[1]], stdin=slave, check=True)
        said, says = os.pipe()
        lives, alive = os.pipe()
        env = os.environ | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "BENCH_SAYS": str(says),
            "BENCH_LIVES": str(lives),
        }
        process = subprocess.Popen(
            arguments, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=env, pass_fds=(says, lives)
        )
        for inherited in (slave, says, lives):
            os.close(inherited)
        return Terminal(process=process, master=master, said=said, alive=alive, seen=bytearray())

    def until(self, words: bytes, seconds: float = 60) -> float:
        """The time at which the words were there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.5)
            if words in self.seen:
                return time.monotonic()
        raise SystemExit(f"{words!r} did not come: {bytes(self.seen[-500:])!r}")

    def read(self, seconds: float) -> bool:
        """Whether something came in that time."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.seen.extend(os.read(self.master, 1 << 20))
        return True

    def settle(self) -> None:
        """Reads until it is quiet."""
        while self.read(QUIET_SECONDS):
            self.seen.clear()

    def key_to_paint(self, key: bytes) -> float:
        """Seconds from a key to the first byte that it causes."""
        self.settle()
        self.seen.clear()
        started = time.monotonic()
        os.write(self.master, key)
        if not self.read(5):
            raise SystemExit(f"{key!r} changed nothing on the screen")
        return time.monotonic() - started

    def close(self) -> None:
        os.write(self.master, b"\x11")
        # A process whose terminal nobody reads cannot say its last words.
        while self.process.poll() is None:
            try:
                self.read(0.1)
            except OSError:
                break
        self.process.wait(timeout=30)
        os.close(self.master)
        os.close(self.said)
        os.close(self.alive)


def importing() -> float:
    """Seconds of `import textual.app` in a fresh process."""
    code = "import time; t = time.monotonic(); import textual.app; print(time.monotonic() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout)


def first_paint(count: int) -> tuple[float, Terminal]:
    """Seconds to the first row, and the terminal that shows it."""
    terminal = Terminal.open([sys.executable, "-m", "bench.tui", "--child", str(count)])
    started = float(os.read(terminal.said, 100))
    return terminal.until(b"Badge 00000") - started, terminal


def quantile(samples: list[float], share: float) -> float:
    """The sample that this share of all does not exceed."""
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--credentials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child is not None:
        child(asked.child)
        return 0
    imports, paints = [], []
    for _ in range(asked.rounds):
        imports.append(importing())
        seconds, terminal = first_paint(asked.credentials)
        paints.append(seconds)
        terminal.close()
    _, terminal = first_paint(asked.credentials)
    round_of_keys = [b"\x1b[B", b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[A", b"\x1b[H"]
    samples = [terminal.key_to_paint(round_of_keys[number % len(round_of_keys)]) for number in range(asked.keys)]
    terminal.key_to_paint(b"/")
    filters = []
    for number in range(10):
        terminal.settle()
        terminal.seen.clear()
        started = time.monotonic()
        os.write(terminal.master, b"number 9"[number % 8 : number % 8 + 1])
        terminal.until(b" of ", 5) if number == 0 else terminal.settle()
        filters.append(time.monotonic() - started - (0 if number == 0 else QUIET_SECONDS))
    terminal.close()
    figures = {
        "schema": "satchel.bench_tui/1",
        "credentials": asked.credentials,
        "import_textual_app_ms": round(min(imports) * 1000, 1),
        "first_paint_ms": round(min(paints) * 1000, 1),
        "first_paint_over_import": round(min(paints) / min(imports), 2),
        "key_to_paint_ms": {
            "median": round(quantile(samples, 0.5) * 1000, 1),
            "p95": round(quantile(samples, 0.95) * 1000, 1),
            "p99": round(quantile(samples, 0.99) * 1000, 1),
        },
        "filter_key_to_new_list_ms": round(filters[0] * 1000, 1),
        "load_average": os.getloadavg()[0],
    }
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
