from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from satchel.codec.strictjson import LIMIT_BYTES
from satchel.credential import status
from satchel.node.fetch import Fetcher
from tests.attack.forge import ISSUER, NOW, badge, did_of, mirror, signed, to_bytes
from verifier import lines
from verifier.lines_command import verify_lines
from verifier.policy import POLICIES
from verifier.registry import NO_TRUST

URL = "https://school.example/status/1"
AT = ("--now", "2026-11-24T00:00:00Z")


def compact(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def listed() -> bytes:
    value = status.compose_list(
        id=URL,
        issuer=did_of(ISSUER),
        purpose="revocation",
        encoded=status.encode(bytes(status.ENTRIES_MINIMUM // 8)),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return to_bytes(signed(value))


def cohort(count: int) -> list[bytes]:
    """So many badges of one issuer with one status list; every tenth was changed after signing."""
    made = []
    for place in range(count):
        entry = status.compose_entry(list_url=URL, index=place, purpose="revocation")
        document = signed(badge(credentialStatus=entry))
        made.append(compact(document | {"name": "changed"} if place % 10 == 9 else document))
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "badges.jsonl"
    path.write_bytes(b"\n".join([*cohort(25), b"", b"no json", b'{"a":1}']) + b"\n")
    return path


def run(*arguments: object) -> tuple[int, list[dict[str, object]]]:
    done = CliRunner().invoke(verify_lines, [str(one) for one in arguments], standalone_mode=False)
    assert done.exception is None, done.output
    return done.return_value, [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_gives_one_report_in_order(tmp_path: Path, file: Path) -> None:
    mirror(tmp_path / "web", {URL: listed()})
    code, reports = run(file, "--mirror", tmp_path / "web", *AT)
    assert code == 3
    assert [report["input"]["name"] for report in reports] == [f"line {number}" for number in range(1, 29)]  # type: ignore[index]
    verdicts = Counter(str(report["verdict"]) for report in reports)
    assert verdicts == {"accepted": 23, "rejected": 3, "malformed": 2}


def test_two_processes_say_the_same_as_one(tmp_path: Path, file: Path) -> None:
    mirror(tmp_path / "web", {URL: listed()})
    assert run(file, "--mirror", tmp_path / "web", "--jobs", 2, *AT) == run(file, "--mirror", tmp_path / "web", *AT)


def test_a_run_goes_on_where_it_was_interrupted(tmp_path: Path, file: Path) -> None:
    mirror(tmp_path / "web", {URL: listed()})
    out = tmp_path / "reports.jsonl"
    run(file, "--mirror", tmp_path / "web", "--out", out, *AT)
    whole = out.read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 1, len(whole)):
        out.write_bytes(whole[:cut])
        run(file, "--mirror", tmp_path / "web", "--out", out, "--resume", *AT)
        assert out.read_bytes() == whole
    assert run(file, "--mirror", tmp_path / "web", "--out", tmp_path / "new.jsonl", "--resume", *AT)[0] == 3


def test_without_a_network_what_is_needed_is_told(file: Path) -> None:
    code, reports = run(file, "--offline", *AT)
    assert code == 3
    assert str(reports[0]["verdict"]) == "undecided"


async def test_a_list_of_many_credentials_is_asked_for_once() -> None:
    asked: Counter[str] = Counter()

    async def page(request: web.Request) -> web.Response:
        asked[request.path] += 1
        return web.Response(body=listed(), content_type="application/vc")

    app = web.Application()
    app.router.add_get("/{tail:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origins = {"https://school.example": f"http://127.0.0.1:{runner.addresses[0][1]}"}
        held = cohort(40)
        wanted = lines.needed(held, POLICIES["default"], NO_TRUST)
        async with Fetcher(clock=lambda: NOW, origins=origins) as fetch:
            fetched = await lines.fetch_all(wanted, fetch)
    finally:
        await runner.cleanup()
    assert asked == {"/status/1": 1}
    assert len(wanted) == len(fetched) == 1


def test_lines_of_every_kind_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    long = b"x" * (LIMIT_BYTES * 2 + 5)
    path.write_bytes(b"a\r\n\nb\n" + long + b"\nc")
    with path.open("rb") as file:
        found = list(lines.read_lines(file))
    assert [line[:3] for line in found] == [b"a", b"", b"b", b"xxx", b"c"]
    assert len(found[3]) == LIMIT_BYTES + 1


def test_resume_needs_a_file(file: Path) -> None:
    assert CliRunner().invoke(verify_lines, [str(file), "--resume"]).exit_code == 2
