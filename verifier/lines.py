"""A credential a line, by the million: judged by several processes, in order, and gone on with after an interruption.

Two passes. The first reads every line and asks for each document once, whatever number of credentials names it: a
status list of 100,000 badges is one request. The second judges, without a network, on as many processors as are given.
Each line gives exactly one report, so the number of finished lines says where to go on.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, Final

from satchel.codec.strictjson import LIMIT_BYTES
from satchel.credential.envelope import Fault
from satchel.credential.read import read
from satchel.port import Fetch, Fetched, JsonObject, Request, drive
from verifier import gather
from verifier import policy as policies
from verifier.materials import Asked, GatheredFetch, Key
from verifier.policy import Policy
from verifier.registry import Trust
from verifier.report import Report, exit_code, to_json
from verifier.service import VerifierService

CHUNK: Final = 100
DOCUMENTS_LIMIT: Final = 100_000
"""Different documents that are asked for in one run."""
# Chunks that are under way for each process: enough that none waits, few enough that memory stays small.
_AHEAD: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run judges by; all of it is copied into each process. `policy` is in its saved form, `frameworks` is the
    folder of the shelf."""

    policy: JsonObject
    asked: Asked
    now: datetime
    trust: Trust
    frameworks: Path | None
    fetched: Mapping[Key, Fetched | Fault]


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines without their ends. Of one that is too long for a credential as much is given as tells that."""
    while line := file.readline(LIMIT_BYTES + 2):
        while not line.endswith(b"\n") and (more := file.readline(LIMIT_BYTES + 2)):
            line = line[: LIMIT_BYTES + 1] + (b"\n" if more.endswith(b"\n") else b"")
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def needed(lines: Iterable[bytes], policy: Policy, trust: Trust) -> tuple[Request, ...]:
    """Every document that these credentials need, once."""
    wanted: dict[Key, Request] = {}
    for line in lines:
        for request in gather.requests_for(read(line), policy, trust):
            if len(wanted) < DOCUMENTS_LIMIT:
                wanted[request.purpose, request.url] = request
    return tuple(wanted.values())


async def fetch_all(requests: Sequence[Request], fetch: Fetch) -> Mapping[Key, Fetched | Fault]:
    """The answers, with those that follow from them."""
    return await gather.rounds(requests, fetch, DOCUMENTS_LIMIT)


def judge(lines: Iterable[bytes], run: Run, *, jobs: int, first: int = 0) -> Iterator[tuple[str, int]]:
    """For each line, in order, its report as one line of JSON and the exit code that it alone would give. `first` is
    the number of lines before these, which gives the reports their names."""
    numbered = enumerate(lines, start=first + 1)
    if jobs == 1:
        _begin(run)
        for chunk in _chunks(numbered):
            yield from _work(chunk)
        return
    # Spawned, not forked: the parent may have a thread of its network running.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(run,)) as pool:
        waiting: deque[Future[list[tuple[str, int]]]] = deque()
        for chunk in _chunks(numbered):
            waiting.append(pool.submit(_work, chunk))
            if len(waiting) >= jobs * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def finished(path: Path) -> int:
    """How many whole lines an earlier run wrote; what an interruption left of another is cut off."""
    if not path.exists():
        return 0
    with path.open("rb+") as file:
        count = end = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            count, end = count + 1, end + len(line)
        file.truncate(end)
    return count


_service: VerifierService | None = None
_asked = Asked()


def _begin(run: Run) -> None:
    """Makes this process's verifier."""
    global _service, _asked
    shelf = None
    if run.frameworks is not None:
        from satchel.node.shelf import Shelf

        shelf = Shelf(run.frameworks)
    _asked = run.asked
    _service = VerifierService(
        fetch=GatheredFetch(run.fetched),
        clock=lambda: run.now,
        policy=policies.from_json(run.policy),
        shelf=shelf,
        trust=run.trust,
    )


def _work(chunk: Sequence[tuple[int, bytes]]) -> list[tuple[str, int]]:
    return [_shown(_judged(number, line)) for number, line in chunk]


def _judged(number: int, line: bytes) -> Report:
    if _service is None:
        raise RuntimeError("this process was not begun")
    return drive(_service.verify(line, name=f"line {number}", asked=_asked))


def _shown(report: Report) -> tuple[str, int]:
    return json.dumps(to_json(report), separators=(",", ":")), exit_code([report], False)


def _chunks(numbered: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    for item in numbered:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
