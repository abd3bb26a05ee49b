"""The issuer's commands as a person types them: data on stdout, talk on stderr, the exit codes of the design."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.issuer.conftest import CLAIMED, COHORT, EXAMPLE, SUSPENDABLE, example

NOW = ("--now", "2026-11-24T12:00:00Z")


class Shell:
    """Runs `satchel` in a child process with one home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "SATCHEL_HOME": str(folder / "home"), "HOME": str(folder)}

    def __call__(self, *arguments: str, code: int = 0, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "tui.main", *arguments],
            input=stdin,
            capture_output=True,
            env=self.environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        assert b"Traceback" not in done.stderr
        return done

    def write(self, name: str, raw: bytes) -> str:
        (self.folder / name).write_bytes(raw)
        return str(self.folder / name)


@pytest.fixture
def satchel(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def issuing(satchel: Shell) -> Shell:
    satchel("init", "issuer", "--origin", "https://issuer.example", "--name", "Riverside College", *NOW)
    satchel.write("t.yaml", EXAMPLE)
    satchel.write("cohort.csv", COHORT)
    return satchel


ONE = ("--to", "ada@learner.example", "--name", "Ada Lark", "--set", "project_score=82", "--set", "level=Achieving")


def test_init_says_who_the_issuer_is(satchel: Shell) -> None:
    arguments = ("init", "issuer", "--origin", "https://issuer.example", "--name", "Riverside College")
    done = satchel(*arguments)
    assert re.fullmatch(rb"did:webvh:Qm[1-9A-Za-z]{44}:issuer\.example\n", done.stdout)
    assert b"keep a copy" in done.stderr
    assert b"issue.exists" in satchel(*arguments, code=1).stderr
    plain = (*arguments, "--did-method", "web", "--json", "--home", str(satchel.folder / "other"))
    other = json.loads(satchel(*plain).stdout)
    assert other["schema"] == "satchel.issuer/1"
    assert other["key"] == "did:web:issuer.example#key-1"
    assert Path(other["did_document"]).is_file()


def test_init_with_a_wrong_address_names_the_setting(satchel: Shell) -> None:
    done = satchel("init", "issuer", "--origin", "http://issuer.example", "--name", "R", code=1)
    assert b"issuer.origin" in done.stderr
    assert done.stdout == b""


def test_a_new_template_is_good_as_it_is(satchel: Shell) -> None:
    path = str(satchel.folder / "new.yaml")
    satchel("template", "new", path)
    assert satchel("template", "new").stdout == Path(path).read_bytes() == EXAMPLE
    assert b"good" in satchel("template", "check", path).stdout
    assert b"exists" in satchel("template", "new", path, code=2).stderr


def test_template_check_shows_each_fault_with_its_line_and_the_next_step(satchel: Shell) -> None:
    raw = example(("bind: email", "bind: mail"), ("requiredLevel: developing", "requiredLevel: no"))
    path = satchel.write("bad.yaml", raw)
    done = satchel("template", "check", path, code=3)
    lines = done.stderr.decode().splitlines()
    assert (
        f"{path}: line {raw.decode().splitlines().index('bind: mail') + 1}: bind cannot be mail [template.value]"
        in lines
    )
    assert "  Did you mean email?" in lines
    found = json.loads(satchel("template", "check", path, "--json", code=3).stdout)
    assert (found["ok"], [fault["code"] for fault in found["faults"]]) == (
        False,
        ["template.value", "template.reference"],
    )
    assert all(fault["line"] and fault["next_step"] for fault in found["faults"])


def test_template_check_as_json_shows_the_columns_and_a_sample(satchel: Shell) -> None:
    found = json.loads(satchel("template", "check", "-", "--json", *NOW, stdin=EXAMPLE).stdout)
    assert (found["ok"], found["id"], found["columns"][0]) == (True, "data-literacy", "email")
    assert found["sample"]["type"] == ["VerifiableCredential", "OpenBadgeCredential"]


def test_issue_prints_the_signed_bytes_and_verify_accepts_them(issuing: Shell) -> None:
    done = issuing("issue", str(issuing.folder / "t.yaml"), *ONE, *NOW)
    credential = json.loads(done.stdout)
    assert credential["issuer"]["id"].endswith(":issuer.example")
    mirror = str(issuing.folder / "home" / "public")
    report = json.loads(issuing("verify", "-", "--mirror", mirror, "--json", *NOW, stdin=done.stdout).stdout)
    assert report["verdict"] == "accepted"
    again = issuing("issue", "one", str(issuing.folder / "t.yaml"), *ONE, "--now", "2026-12-01T00:00:00Z")
    assert again.stdout == done.stdout
    assert b"had it already" in again.stderr


def test_issue_as_json_and_into_a_file(issuing: Shell) -> None:
    out = issuing.folder / "badge.json"
    done = issuing("issue", str(issuing.folder / "t.yaml"), *ONE, *NOW, "--out", str(out), "--json")
    found = json.loads(done.stdout)
    assert (found["schema"], found["new"]) == ("satchel.issued/1", True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == found["sha256"]
    assert json.loads(out.read_bytes()) == found["credential"]
    assert out.stat().st_mode & 0o777 == 0o600
    (issuing.folder / "2.json").unlink(missing_ok=True)
    assert (
        issuing("issue", str(issuing.folder / "t.yaml"), *ONE, *NOW, "--out", str(issuing.folder / "2.json")).stdout
        == b""
    )


@pytest.mark.parametrize(
    ("arguments", "code", "piece"),
    [
        (("--to", "nobody", "--set", "project_score=82", "--set", "level=Achieving"), 3, b"batch.recipient"),
        (("--to", "a@b.example", "--set", "project_score=12", "--set", "level=Achieving"), 3, b"batch.below_required"),
        (("--to", "a@b.example", "--set", "colour=red"), 3, b"batch.header"),
        (("--to", "a@b.example", "--set", "colour"), 2, b"COLUMN=VALUE"),
        (("--to", "a@b.example", "--set", "level=x", "--set", "level=y"), 2, b"twice"),
        ((), 2, b"--to"),
        (("--to", "a@b.example", "--now", "yesterday"), 2, b"no instant"),
    ],
)
def test_issue_refuses_with_the_right_exit_code(
    issuing: Shell, arguments: tuple[str, ...], code: int, piece: bytes
) -> None:
    done = issuing("issue", str(issuing.folder / "t.yaml"), *arguments, code=code)
    assert piece in done.stderr
    assert done.stdout == b""


def test_issue_without_an_issuer_says_how_to_make_one(satchel: Shell) -> None:
    satchel("init", "issuer", "--origin", "https://issuer.example", "--name", "R", "--home", str(satchel.folder / "x"))
    path = satchel.write("t.yaml", EXAMPLE)
    assert b"no folder" in satchel("issue", path, *ONE, code=1).stderr
    (satchel.folder / "home").mkdir(mode=0o700)
    assert b"satchel init issuer" in satchel("issue", path, *ONE, code=1).stderr


def test_an_absent_file_is_a_usage_fault(issuing: Shell) -> None:
    assert b"usage.file" in issuing("issue", str(issuing.folder / "none.yaml"), *ONE, code=2).stderr
    assert b"usage.file" in issuing("issue", "batch", str(issuing.folder / "t.yaml"), "none.csv", code=2).stderr


def batch_arguments(shell: Shell, *more: str) -> tuple[str, ...]:
    return ("issue", "batch", str(shell.folder / "t.yaml"), str(shell.folder / "cohort.csv"), *NOW, *more)


def test_a_batch_acknowledges_each_credential_on_a_line(issuing: Shell) -> None:
    done = issuing(*batch_arguments(issuing))
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert [line[:2] for line in lines] == [["issued", str(number)] for number in range(2, 26)]
    assert len({line[2] for line in lines}) == 24
    assert b"24 issued, 0 had it already, 0 refused." in done.stderr
    again = issuing(*batch_arguments(issuing))
    assert again.stdout == done.stdout.replace(b"issued ", b"already ")


def test_a_dry_run_signs_nothing_and_shows_the_first_credential(issuing: Shell) -> None:
    done = issuing(*batch_arguments(issuing, "--dry-run", "--json"))
    found = json.loads(done.stdout)
    assert (found["schema"], found["rows"], found["to_issue"], found["already"]) == ("satchel.batch-plan/1", 24, 24, 0)
    assert found["refused"] == []
    assert "proof" not in found["preview"]
    assert not (issuing.folder / "home" / "public" / "issuer.example" / "status").exists()
    assert b"Nothing was signed" in issuing(*batch_arguments(issuing, "--dry-run")).stderr


def test_refused_rows_go_to_a_report_and_the_rest_is_issued(issuing: Shell) -> None:
    issuing.write("cohort.csv", COHORT + b"=nobody,x,2026-05-29,80,Achieving,,\nshort\n")
    report = issuing.folder / "report.csv"
    done = issuing(*batch_arguments(issuing, "--report", str(report), "--json"), code=3)
    found = json.loads(done.stdout)
    assert (found["issued"], found["report"]) == (24, str(report))
    assert [(one["line"], one["code"]) for one in found["refused"]] == [(26, "batch.recipient"), (27, "batch.cells")]
    with report.open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:2] for row in rows] == [["line", "code"], ["26", "batch.recipient"], ["27", "batch.cells"]]
    default = issuing(*batch_arguments(issuing), code=3)
    assert b"home/reports/data-literacy-20261124T120000Z.csv" in default.stderr
    assert b"line 26: " in default.stderr


def test_a_batch_writes_one_file_a_credential(issuing: Shell) -> None:
    out = issuing.folder / "out"
    done = issuing(*batch_arguments(issuing, "--out", str(out)))
    names = {line.split(b"/")[-1].decode() + ".json" for line in done.stdout.splitlines()}
    assert {path.name for path in out.iterdir()} == names
    mirror = str(issuing.folder / "home" / "public")
    reports = issuing("verify", str(out), "--mirror", mirror, "--jsonl", *NOW).stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in reports] == ["accepted"] * 24
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for path in out.iterdir():
        path.unlink()
    issuing(*batch_arguments(issuing, "--out", str(out)))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_batch_with_a_faulty_template_or_table_signs_nothing(issuing: Shell) -> None:
    issuing.write("t.yaml", example(("bind: email", "bind: mail")))
    assert b"template.value" in issuing(*batch_arguments(issuing), code=3).stderr
    issuing.write("t.yaml", EXAMPLE)
    issuing.write("cohort.csv", b"a,b\n1,2\n")
    done = issuing(*batch_arguments(issuing), code=3)
    assert b"batch.header" in done.stderr
    assert b"email" in done.stderr
    assert done.stdout == b""


def test_only_one_input_can_be_standard_input(issuing: Shell) -> None:
    assert b"Only one" in issuing("issue", "batch", "-", "-", code=2).stderr


def test_revoke_suspend_and_reinstate_follow_the_template(issuing: Shell) -> None:
    issuing.write("s.yaml", SUSPENDABLE)
    ids = {}
    for name in ("t.yaml", "s.yaml"):
        issued = json.loads(issuing("issue", str(issuing.folder / name), *ONE, *NOW, "--json").stdout)
        ids[name] = issued["url"]
    reason = ("--reason", "a test", *NOW)
    short = ids["t.yaml"].rpartition("/")[2].encode()
    assert issuing("revoke", ids["t.yaml"], *reason).stdout == b"revoked " + short + b"\n"
    assert issuing("revoke", ids["t.yaml"], *reason).stdout == b"already revoked " + short + b"\n"
    assert b"status.purpose_missing" in issuing("suspend", ids["t.yaml"], *reason, code=1).stderr
    found = json.loads(issuing("suspend", ids["s.yaml"], *reason, "--json").stdout)
    assert (found["set"], found["changed"], found["since"]) == (True, True, "2026-11-24T12:00:00Z")
    assert issuing("reinstate", ids["s.yaml"], *reason).stdout.startswith(b"reinstated ")
    assert b"issue.not_found" in issuing("revoke", "a" * 26, *reason, code=1).stderr
    assert b"--reason" in issuing("revoke", ids["t.yaml"], code=2).stderr


def test_a_restored_database_is_told(issuing: Shell) -> None:
    path = issuing.folder / "home" / "issuer.db"
    copy = path.read_bytes()
    issuing("issue", str(issuing.folder / "t.yaml"), *ONE, *NOW)
    path.write_bytes(copy)
    done = issuing(*batch_arguments(issuing))
    assert b"the database is an older copy (older)" in done.stderr
    assert b"older copy" not in issuing(*batch_arguments(issuing)).stderr


def test_hostile_text_reaches_no_terminal(issuing: Shell) -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202e\x9b31m"
    issuing.write(
        "cohort.csv", COHORT + f'{hostile}@x.example,"{hostile}",{hostile},{hostile},{hostile},{hostile},\n'.encode()
    )
    issuing.write("bad.yaml", EXAMPLE + b'"a\\e[31m\\u202e": 1\n')
    outputs = [
        issuing(*batch_arguments(issuing), code=3),
        issuing(*batch_arguments(issuing, "--dry-run"), code=3),
        issuing(*batch_arguments(issuing, "--json"), code=3),
        issuing("template", "check", str(issuing.folder / "bad.yaml"), code=3),
        issuing("issue", str(issuing.folder / "t.yaml"), "--to", hostile, code=3),
        issuing("revoke", hostile, "--reason", hostile, code=1),
    ]
    for done in outputs:
        for raw in (done.stdout, done.stderr):
            assert not [char for char in raw.decode() if char != "\n" and not char.isprintable()]
    (report,) = (issuing.folder / "home" / "reports").iterdir()
    assert b"\x1b" not in report.read_bytes()


def test_every_command_has_help(satchel: Shell) -> None:
    for arguments in (("issue", "--help"), ("issue", "batch", "--help"), ("template", "--help"), ("revoke", "--help")):
        assert b"Usage:" in satchel(*arguments).stdout


# -- claims


HEADER = b"email,learner,awarded_on,project_score,level,project_url,feedback\n"
CLAIM_TABLE = HEADER + b"s-1,Ada,2026-05-29,82,Achieving,,\n=s-2,Ben,2026-05-29,70,Developing,,\ns-3,,,1,Achieving,,\n"


@pytest.fixture
def claiming(issuing: Shell) -> Shell:
    issuing.write("claim.yaml", CLAIMED)
    issuing.write("claims.csv", CLAIM_TABLE)
    return issuing


def paths(shell: Shell) -> tuple[str, str]:
    return str(shell.folder / "claim.yaml"), str(shell.folder / "claims.csv")


def test_claims_print_one_link_a_learner_as_a_table(claiming: Shell) -> None:
    done = claiming("issue", "batch", *paths(claiming), "--claims", *NOW, code=3)
    rows = list(csv.DictReader(done.stdout.decode().splitlines()))
    assert [(row["line"], row["recipient"], row["state"]) for row in rows] == [
        ("2", "s-1", "planned"),
        ("3", "'=s-2", "planned"),
    ]
    assert all(re.fullmatch(r"https://issuer\.example/claim/[a-z2-7]{52}", row["link"]) for row in rows)
    assert rows[0]["expires"] == "2026-12-24T12:00:00Z"
    assert b"2 planned" in done.stderr and b"line 4" in done.stderr


def test_links_are_printed_once_and_renewed_on_demand(claiming: Shell) -> None:
    first = json.loads(claiming("issue", "batch", *paths(claiming), "--claims", "--json", *NOW, code=3).stdout)
    assert first["schema"] == "satchel.claims/1"
    again = claiming("issue", "batch", *paths(claiming), "--claims", "--json", *NOW, code=3)
    assert [(one["state"], one["link"]) for one in json.loads(again.stdout)["claims"]] == [("already", None)] * 2
    assert b"--renew" in again.stderr
    fresh = claiming("issue", "batch", *paths(claiming), "--claims", "--renew", "--days", "3", *NOW, code=3)
    rows = list(csv.DictReader(fresh.stdout.decode().splitlines()))
    assert [row["state"] for row in rows] == ["renewed"] * 2
    assert not {row["link"] for row in rows} & {one["link"] for one in first["claims"]}
    assert rows[0]["expires"] == "2026-11-27T12:00:00Z"


def test_a_dry_run_of_claims_plans_nothing(claiming: Shell) -> None:
    done = claiming("issue", "batch", *paths(claiming), "--claims", "--dry-run", "--json", *NOW, code=3)
    plan = json.loads(done.stdout)
    assert (plan["to_issue"], plan["already"], len(plan["refused"])) == (2, 0, 1)
    assert plan["preview"]["credentialSubject"]["id"] == "did:example:learner"
    assert b"already" not in claiming("issue", "batch", *paths(claiming), "--claims", *NOW, code=3).stdout


def test_claims_and_other_bindings_are_not_mixed_up(claiming: Shell) -> None:
    template, table = paths(claiming)
    assert b"issue.bind" in claiming("issue", "batch", template, table, *NOW, code=3).stderr
    named = claiming.write("did.yaml", example(("bind: email", "bind: did")))
    assert b"issue.bind" in claiming("issue", "batch", named, table, "--claims", *NOW, code=3).stderr
    assert b"issue.bind" in claiming("issue", template, "--to", "s-1", *NOW, code=3).stderr
    claiming("issue", "batch", template, table, "--renew", code=2)
    claiming("issue", "batch", template, table, "--claims", "--out", "x", code=2)
    claiming("issue", "batch", template, table, "--claims", "--days", "0", code=2)


def test_template_check_warns_of_alignments_that_nobody_confirmed(satchel: Shell) -> None:
    raw = example(
        ("      confirmed:\n        by: Programme lead, invented for this example\n        on: 2026-05-04\n", "")
    )
    path = satchel.write("t.yaml", raw)
    done = satchel("template", "check", path, *NOW)
    assert b"template.unconfirmed" in done.stderr and b": good." in done.stdout
    value = json.loads(satchel("template", "check", path, "--json", *NOW).stdout)
    assert value["ok"] is True
    assert [one["code"] for one in value["warnings"]] == ["template.unconfirmed"]
    clean = satchel("template", "check", satchel.write("c.yaml", EXAMPLE), "--json", *NOW)
    assert json.loads(clean.stdout)["warnings"] == []


def test_a_faulty_template_ends_every_way_with_three(issuing: Shell) -> None:
    """DESIGN 6: what is malformed ends with 3, whichever command meets it; 2 is for the command line alone."""
    bad = issuing.write("bad.yaml", EXAMPLE.replace(b"bind: email", b"bind: mail"))
    table = issuing.write("cohort.csv", COHORT)
    ways = [
        ("template", "check", bad),
        ("template", "check", bad, "--json"),
        ("issue", bad, "--to", "ada@learner.example"),
        ("issue", bad, "--to", "ada@learner.example", "--json"),
        ("issue", "batch", bad, table),
        ("issue", "batch", bad, table, "--json"),
        ("issue", "batch", bad, table, "--dry-run"),
        ("issue", "batch", bad, table, "--claims"),
    ]
    for way in ways:
        done = issuing(*way, *NOW, code=3)
        assert b"template.value" in done.stdout + done.stderr, way


def test_a_faulty_table_ends_every_way_with_three(issuing: Shell) -> None:
    good = issuing.write("t.yaml", EXAMPLE)
    for name, raw, fault in (
        ("header.csv", COHORT.replace(b"email", b"mail", 1), b"batch.header"),
        ("cells.csv", COHORT + b"one,two\n", b"batch.cells"),
        ("date.csv", COHORT.replace(b"2026-05-29", b"2026-13-29", 1), b"batch.date"),
        ("bytes.csv", b"\xff\xfe", b"batch.not_utf8"),
    ):
        table = issuing.write(name, raw)
        for more in ((), ("--json",), ("--dry-run",), ("--claims",)):
            done = issuing("issue", "batch", good, table, *more, *NOW, code=3)
            assert fault in done.stdout + done.stderr, (name, more)
    one = ("issue", good, "--to", "ada@learner.example", "--set", "awarded_on=2026-13-29")
    assert b"batch.date" in issuing(*one, *NOW, code=3).stderr


def test_a_badge_of_an_address_is_bound_by_links_after_it_was_issued(issuing: Shell) -> None:
    good, table = issuing.write("t.yaml", EXAMPLE), issuing.write("cohort.csv", COHORT)
    early = issuing("issue", "batch", good, table, "--claims", "--json", *NOW, code=3)
    assert {one["code"] for one in json.loads(early.stdout)["refused"]} == {"claim.not_issued"}
    issuing("issue", "batch", good, table, *NOW)
    rows = list(csv.DictReader(issuing("issue", "batch", good, table, "--claims", *NOW).stdout.decode().splitlines()))
    assert len(rows) == 24
    assert {row["state"] for row in rows} == {"planned"}
    assert all(row["link"].startswith("https://issuer.example/claim/") for row in rows)
