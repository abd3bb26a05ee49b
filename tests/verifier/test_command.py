from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from did.create import did_web_document
from satchel.codec import strictjson
from tests.attack.forge import ISSUER, LEARNER, Document, badge, did_of, mirror, signed, to_bytes
from tui.main import main

SCHOOL = "did:web:school.example"
DID_URL = "https://school.example/.well-known/did.json"
NOW = "2026-11-24T00:00:00Z"
GOOD = to_bytes(signed(badge()))
FALSE = to_bytes(signed(badge()) | {"name": "Another"})
WARNED = b"\xef\xbb\xbf" + GOOD


def school_badge() -> bytes:
    document = badge()
    document["issuer"]["id"] = SCHOOL
    return to_bytes(signed(document, method=f"{SCHOOL}#key-1"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """`satchel verify --now NOW ...` in this process: exit code, stdout, stderr."""

    def call(*arguments: str | Path, now: str = NOW) -> tuple[int, str, str]:
        code = main(["verify", *(["--now", now] if now else []), *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def put(folder: Path, **files: bytes) -> list[Path]:
    paths = []
    for name, raw in files.items():
        paths.append(folder / f"{name}.json")
        paths[-1].write_bytes(raw)
    return paths


def test_one_good_file_exits_with_0_and_says_accepted(tmp_path: Path, run: Any) -> None:
    (path,) = put(tmp_path, good=GOOD)
    code, out, err = run("--offline", path)
    assert (code, err) == (0, "")
    assert out.startswith(("ACCEPTED  ", "ACCEPTED\n"))


@pytest.mark.parametrize(
    ("raw", "code", "strict"),
    [(GOOD, 0, 0), (WARNED, 0, 5), (FALSE, 3, 3), (b"", 3, 3), (school_badge(), 4, 4)],
    ids=["accepted", "warnings", "rejected", "malformed", "undecided"],
)
def test_the_exit_code_is_the_verdicts(tmp_path: Path, run: Any, raw: bytes, code: int, strict: int) -> None:
    (path,) = put(tmp_path, one=raw)
    assert run("--offline", path)[0] == code
    assert run("--offline", "--strict", path)[0] == strict


def test_a_batch_gives_one_line_each_in_the_order_asked_whatever_happens(tmp_path: Path, run: Any) -> None:
    good, false, empty = put(tmp_path, good=GOOD, false=FALSE, empty=b"")
    code, out, err = run("--offline", "--jsonl", false, tmp_path / "absent", good, empty, good)
    reports = [json.loads(line) for line in out.splitlines()]
    assert [report["verdict"] for report in reports] == ["rejected", "undecided", "accepted", "malformed", "accepted"]
    assert [Path(report["input"]["name"]).name for report in reports] == [
        "false.json",
        "absent",
        "good.json",
        "empty.json",
        "good.json",
    ]
    assert code == 1
    assert reports[1]["facets"][0]["code"] == "parse.unreadable"
    assert err == ""


def test_a_fault_of_our_own_takes_no_other_report_along(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge is broken on purpose for one input, as a bug would."""
    good, bad = put(tmp_path, good=GOOD, bad=FALSE)
    from verifier import service

    def broken(envelope: Any, *rest: Any, judge: Any = service.judge, **named: Any) -> Any:
        if b"Another" in envelope.raw:
            raise RecursionError("a bug")
        return judge(envelope, *rest, **named)

    monkeypatch.setattr(service, "judge", broken)
    code, out, err = run("--offline", "--jsonl", good, bad, good)
    reports = [json.loads(line) for line in out.splitlines()]
    assert [report["verdict"] for report in reports] == ["accepted", "undecided", "accepted"]
    assert reports[1]["facets"][0]["code"] == "verifier.internal"
    assert "RecursionError: a bug" in err
    assert code == 1


def test_a_folder_is_searched_in_order_without_dot_files_and_links(tmp_path: Path, run: Any) -> None:
    folder = tmp_path / "in"
    for name in ("b/2.json", "b/1.json", "a.json", "c.json", ".hidden.json", ".git/x.json"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(GOOD)
    (folder / "link.json").symlink_to(folder / "a.json")
    (folder / "loop").symlink_to(folder)
    code, out, _ = run("--offline", "--jsonl", folder)
    names = [json.loads(line)["input"]["name"] for line in out.splitlines()]
    assert names == [str(folder / name) for name in ("a.json", "b/1.json", "b/2.json", "c.json")]
    assert code == 0


def test_a_folder_without_files_is_wrong_usage(tmp_path: Path, run: Any) -> None:
    assert run("--offline", tmp_path)[0] == 2


def test_json_is_the_report_for_one_input_and_a_list_for_more(tmp_path: Path, run: Any) -> None:
    good, false = put(tmp_path, good=GOOD, false=FALSE)
    _, out, _ = run("--offline", "--json", good)
    assert json.loads(out)["schema"] == "satchel.report/1"
    _, out, _ = run("--offline", "--json", good, false)
    document = json.loads(out)
    assert document["schema"] == "satchel.reports/1"
    assert [report["verdict"] for report in document["items"]] == ["accepted", "rejected"]
    _, out, _ = run("--offline", "--json", tmp_path)
    assert json.loads(out)["schema"] == "satchel.reports/1"
    assert out.isascii()


def test_several_texts_are_counted_on_stderr(tmp_path: Path, run: Any) -> None:
    good, false = put(tmp_path, good=GOOD, false=FALSE)
    _, out, err = run("--offline", good, false, good)
    assert err == "2 accepted, 1 rejected\n"
    assert out.count("policy default") == 3


def test_a_dash_is_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    code, out, _ = run("--offline", "--json", "-")
    assert (code, json.loads(out)["input"]["name"]) == (0, "-")


def test_a_mirror_stands_in_for_the_web(tmp_path: Path, run: Any) -> None:
    (path,) = put(tmp_path, school=school_badge())
    mirror(
        tmp_path / "web",
        {
            DID_URL: did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}),
            "https://school.example/badges/7": school_badge(),
        },
    )
    assert run("--mirror", tmp_path / "web", path)[0] == 0
    code, out, _ = run("--mirror", tmp_path / "web", "--json", "https://school.example/badges/7")
    assert (code, json.loads(out)["input"]["name"]) == (0, "https://school.example/badges/7")
    assert run("--mirror", tmp_path / "web", "https://school.example/badges/8")[0] == 1


@pytest.mark.parametrize("url", ["http://school.example/b", "file:///etc/passwd", "https://192.0.2.1/b", "https://x/"])
def test_a_url_that_is_not_public_https_is_not_read(tmp_path: Path, run: Any, url: str) -> None:
    code, out, _ = run("--mirror", tmp_path, "--json", url)
    assert code == 1
    assert json.loads(out)["facets"][0]["code"] == "parse.unreadable"


def test_offline_a_url_is_not_read_and_a_did_is_left_open(tmp_path: Path, run: Any) -> None:
    assert run("--offline", "https://school.example/b")[0] == 1
    (path,) = put(tmp_path, school=school_badge())
    assert run("--offline", path)[0] == 4


def test_now_decides_over_the_dates(tmp_path: Path, run: Any) -> None:
    (path,) = put(tmp_path, one=to_bytes(signed(badge(validUntil="2026-12-01T00:00:00Z"))))
    assert run("--offline", path)[0] == 0
    assert run("--offline", path, now="2026-12-02T00:00:00Z")[0] == 3
    _, out, _ = run("--offline", "--json", path, now="2026-11-24T02:00:00+02:00")
    assert json.loads(out)["checked_at"] == NOW


def test_without_now_the_clock_decides(tmp_path: Path, run: Any) -> None:
    (path,) = put(tmp_path, good=GOOD)
    code, out, _ = run("--offline", "--json", path, now="")
    assert code == 0 or json.loads(out)["checked_at"] < "2026-03-01"


def test_the_questions_reach_the_judge(tmp_path: Path, run: Any) -> None:
    (path,) = put(tmp_path, one=to_bytes(signed(badge(), challenge="c", domain="shop.example")))
    assert run("--offline", "--challenge", "c", "--domain", "shop.example", "--holder", did_of(LEARNER), path)[0] == 0
    for wrong in (
        ("--challenge", "d"),
        ("--domain", "other.example"),
        ("--holder", did_of(ISSUER)),
        ("--require-holder-binding",),
    ):
        assert run("--offline", *wrong, path)[0] == 3
    assert run("--offline", "--recipient", "ada@school.example", path)[0] == 4


def test_a_policy_is_built_in_or_a_file_or_in_the_home(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document: Document = badge()
    document["credentialSubject"]["achievement"]["achievementType"] = "Program"
    (path,) = put(tmp_path, one=to_bytes(signed(document)))
    assert run("--offline", path)[0] == 0
    assert run("--offline", "--policy", "w3c", path)[0] == 0
    strict = tmp_path / "strict.toml"
    strict.write_text('name = "strict"\n[facet.schema]\nfail = "reject"\n')
    assert run("--offline", "--policy", strict, path)[0] == 3
    home = tmp_path / "home"
    (home / "policy").mkdir(parents=True)
    (home / "policy" / "hiring.toml").write_bytes(strict.read_bytes())
    assert run("--offline", "--policy", "hiring", "--home", home, path)[0] == 3
    assert run("--offline", "--policy", "hiring", path)[0] == 2
    monkeypatch.setenv("SATCHEL_HOME", str(home))
    assert run("--offline", "--policy", "hiring", path)[0] == 3
    strict.write_text("name = ")
    assert run("--offline", "--policy", strict, path)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--offline",),
        ("--now", "yesterday", "x"),
        ("--now", "2026-11-24", "x"),
        ("--offline", "--mirror", ".", "x"),
        ("--mirror", "/nonexistent", "x"),
        ("--json", "--jsonl", "x"),
        ("--policy", "made-up", "x"),
        ("--replay", "m", "x"),
        ("--made-up", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], run: Any) -> None:
    assert run(*arguments, now="")[0] == 2


@pytest.mark.parametrize("form", ["--json", "--jsonl", None])
def test_saved_materials_replay_to_the_same_reports_byte_for_byte(tmp_path: Path, run: Any, form: str | None) -> None:
    files = put(tmp_path, good=GOOD, school=school_badge(), empty=b"", false=FALSE)
    mirror(tmp_path / "web", {DID_URL: did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})})
    kept = tmp_path / "kept.jsonl"
    shown = [form] if form else []
    code, out, _ = run("--mirror", tmp_path / "web", "--save-materials", kept, "--policy", "w3c", *shown, *files)
    assert kept.stat().st_mode & 0o777 == 0o600
    for path in files:
        path.unlink()
    assert run("--replay", kept, *shown, now="")[:2] == (code, out)
    for line in kept.read_bytes().splitlines():
        assert strictjson.load_object(line)["schema"] == "satchel.materials/1"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}", b'{"schema":"satchel.materials/1"}'])
def test_broken_materials_are_told_and_exit_with_1(tmp_path: Path, run: Any, content: bytes) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(content)
    code, out, err = run("--replay", kept, now="")
    assert (code, out) == (1, "")
    assert "Traceback" not in err


def test_absent_materials_are_wrong_usage(tmp_path: Path, run: Any) -> None:
    assert run("--replay", tmp_path / "absent", now="")[0] == 2


def test_a_name_with_escapes_or_bytes_that_are_no_text_is_shown_safely(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "a\x1b[2Jb.json"
    path.write_bytes(GOOD)
    raw = str(tmp_path).encode() + b"/bad\xff.json"
    Path(raw.decode("utf-8", "surrogateescape")).write_bytes(GOOD)
    code, out, _ = run("--offline", tmp_path)
    assert code == 0
    assert "\x1b" not in out and "�" in out
    code, out, _ = run("--offline", "--jsonl", tmp_path)
    assert all(strictjson.load_object(line.encode()) for line in out.splitlines())


PROGRAM = """
import sys
from tui.main import main
code = main(sys.argv[1:])
print(code, sorted({name for name in sys.modules if name in HEAVY}), file=sys.stderr)
"""
HEAVY = ("asyncio", "aiohttp", "ssl", "multiformats", "pydantic", "joserfc", "jinja2", "textual", "ruamel", "aiosqlite")


@pytest.mark.parametrize("options", [[], ["--offline"], ["--mirror", "."]], ids=["online", "offline", "mirror"])
def test_what_needs_no_network_starts_no_event_loop_and_opens_no_socket(tmp_path: Path, options: list[str]) -> None:
    (path,) = put(tmp_path, good=GOOD)
    audit = (
        "import sys\nsys.addaudithook(lambda e, a: e.startswith('socket.') and print('SOCKET', e, file=sys.stderr))\n"
    )
    program = audit + PROGRAM.replace("HEAVY", repr(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", "--now", NOW, *options, str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stderr == "0 []\n"


def test_what_needs_the_network_asks_it_and_is_undecided_when_it_is_not_there(tmp_path: Path) -> None:
    """The name is a documentation one; the resolver is cut off, so nothing leaves this machine."""
    (path,) = put(tmp_path, school=school_badge())
    program = (
        "import socket\n"
        "def cut(*a, **k): raise socket.gaierror(-2, 'no network')\n"
        "socket.getaddrinfo = cut\n" + PROGRAM.replace("HEAVY", repr(("aiohttp",)))
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", "--now", NOW, "--jsonl", str(path), str(path)],
        capture_output=True,
        text=True,
    )
    assert done.stderr == "4 ['aiohttp']\n"
    for line in done.stdout.splitlines():
        report = json.loads(line)
        (proof,) = [found for found in report["facets"] if found["facet"] == "proof"]
        assert proof["code"] == "did.unreachable"
    assert len(done.stdout.splitlines()) == 2
