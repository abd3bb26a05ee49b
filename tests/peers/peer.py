"""The npm peers as one child process that answers JSON lines (peer.mjs says what each operation takes and gives)."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue

FOLDER: Final = Path(__file__).parent
ANSWER_SECONDS: Final = 120.0


class PeerRefused(Exception):
    """The peer's own software refused; the text is its reason."""


def missing() -> str | None:
    """Why the peers cannot run here, or None when they can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (FOLDER / "node_modules").is_dir():
        return "tests/peers/node_modules is absent: run `npm ci --ignore-scripts` in tests/peers"
    return None


def pinned_contexts() -> dict[str, str]:
    """URL -> text of every context that Satchel pins, so that both sides read the same bytes."""
    return {url: pinned.raw(url).decode("utf-8-sig") for url in pinned.urls()}


class Peer:
    """A running peer; leaving the `with` block ends the child."""

    def __init__(self, contexts: Mapping[str, str] | None = None, *, script: str = "peer.mjs") -> None:
        self._child = subprocess.Popen(
            ["node", str(FOLDER / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=FOLDER,
        )
        assert self._child.stdin is not None and self._child.stdout is not None
        self._in, self._out = self._child.stdin, self._child.stdout
        self.ask("contexts", contexts=dict(pinned_contexts() if contexts is None else contexts))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._in.close()
        try:
            self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._out.close()

    def ask(self, op: str, **request: JsonValue | Mapping[str, JsonValue]) -> JsonObject:
        """The answer to one request. Raises PeerRefused with the peer's reason."""
        self._write(op, request)
        return self._read()

    def ask_all(self, op: str, requests: Iterable[Mapping[str, JsonValue]]) -> Iterator[JsonObject | PeerRefused]:
        """The answers to many requests, in order, while a thread fills the pipe; a refusal is given, not raised."""
        asked = list(requests)

        def write() -> None:
            with suppress(ValueError, BrokenPipeError):  # the reader gave up and closed the pipe
                for request in asked:
                    self._write(op, request)

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        for _ in asked:
            try:
                yield self._read()
            except PeerRefused as refused:
                yield refused
        writer.join()

    def _write(self, op: str, request: Mapping[str, object]) -> None:
        self._in.write(json.dumps({"op": op, **request}) + "\n")
        self._in.flush()

    def _read(self) -> JsonObject:
        watchdog = threading.Timer(ANSWER_SECONDS, self._child.kill)
        watchdog.start()
        try:
            line = self._out.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"the peer ended with {self._child.wait()} or gave no answer in {ANSWER_SECONDS} s")
        answer: JsonObject = json.loads(line)
        if not answer.pop("ok"):
            raise PeerRefused(answer["error"])
        return answer
