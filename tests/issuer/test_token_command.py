"""`satchel token`: a secret is printed once, listed never, and dead when it is revoked."""

import asyncio
import json

import pytest
from click.testing import CliRunner, Result

from issuer.service import IssuerService
from issuer.token_command import token
from satchel.errors import IssueFault
from satchel.node.settings import Home
from tests.issuer.conftest import NOW, FakeClock


def satchel(home: Home, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(token, [*arguments, "--home", str(home.path), "--now", "2026-11-24T12:00:00Z"])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def founded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("tokens") / "home")
    asyncio.run(IssuerService.found(home, origin="https://issuer.example", name="Riverside College", clock=FakeClock()))
    return home


def test_a_token_is_printed_once_and_stored_nowhere(founded: Home) -> None:
    done = satchel(founded, "new", "--name", "registry", "--scope", "issue", "--scope", "read", "--days", "30")
    secret = done.stdout.strip()
    assert len(secret) == 52
    (listed,) = json.loads(satchel(founded, "list", "--json").stdout)["tokens"]
    assert listed["scopes"] == ["issue", "read"]
    assert listed["expires"] == "2026-12-24T12:00:00Z"
    assert "registry" in satchel(founded, "list").stdout
    assert all(secret.encode() not in path.read_bytes() for path in founded.path.rglob("*") if path.is_file())


def test_a_revoked_token_is_gone(founded: Home) -> None:
    made = json.loads(satchel(founded, "new", "--name", "x", "--scope", "read", "--json").stdout)
    assert f"revoked {made['id']}" in satchel(founded, "revoke", made["id"]).stdout
    assert json.loads(satchel(founded, "list", "--json").stdout)["tokens"] == []
    assert isinstance(satchel(founded, "revoke", made["id"], code=1).exception, IssueFault)


def test_a_scope_that_does_not_exist_is_a_usage_error(founded: Home) -> None:
    satchel(founded, "new", "--name", "x", "--scope", "admin", code=2)
    satchel(founded, "new", "--name", "x", code=2)


@pytest.mark.parametrize("name", ["", " ", "a\x1b[2J", "x" * 81, "a\u202eb"])
async def test_a_token_needs_a_name_that_can_be_shown(issuer: IssuerService, name: str) -> None:
    with pytest.raises(IssueFault) as fault:
        await issuer.new_token(name=name, scopes=("read",), expires=None)
    assert fault.value.code == "issue.token"


async def test_a_token_of_no_or_unknown_scopes_or_in_the_past_is_not_made(issuer: IssuerService) -> None:
    for scopes, expires in (((), None), (("admin",), None), (("read",), NOW)):
        with pytest.raises(IssueFault) as fault:
            await issuer.new_token(name="x", scopes=scopes, expires=expires)
        assert fault.value.code == "issue.token"
    assert await issuer.tokens.all() == ()
