"""The home folder, its files and its settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from satchel.errors import SettingsFault
from satchel.node import settings
from satchel.node.settings import Config, Home, IssuerSettings

GOOD = b'[issuer]\norigin = "https://issuer.example"\nname = "Riverside College"\n'


@pytest.fixture(autouse=True)
def open_umask() -> object:
    before = os.umask(0)  # the modes must not depend on the person's umask
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_named_home_wins_over_the_environment_and_both_over_the_platform(tmp_path: Path) -> None:
    assert Home.resolve(str(tmp_path / "a"), {"SATCHEL_HOME": str(tmp_path / "b")}).path == tmp_path / "a"
    assert Home.resolve(None, {"SATCHEL_HOME": str(tmp_path / "b")}).path == tmp_path / "b"
    assert Home.resolve(None, {}).path.name == "satchel"


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_home_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        Home.resolve(name, {})
    assert fault.value.code == "settings.home_missing"


def test_a_new_home_is_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home").prepare()
    assert mode(home.path) == 0o700


def test_a_home_that_others_can_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    Home(tmp_path / "home").prepare()
    assert mode(tmp_path / "home") == 0o700


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777, 0o720])
def test_a_home_that_others_can_write_to_is_refused_and_left_alone(tmp_path: Path, bits: int) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(bits)
    with pytest.raises(SettingsFault) as fault:
        Home(tmp_path / "home").prepare()
    assert fault.value.code == "settings.home_unsafe"
    assert "chmod 700" in fault.value.next_step
    assert mode(tmp_path / "home") == bits


def test_a_home_of_another_user_is_refused(tmp_path: Path) -> None:
    home = Path("/usr")  # root's, for everybody else
    if os.geteuid() == 0:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        os.chown(home, 12345, 12345)
    with pytest.raises(SettingsFault) as fault:
        Home(home).prepare()
    assert fault.value.code == "settings.home_unsafe"


def test_a_file_in_the_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(SettingsFault) as fault:
        Home(tmp_path / "home").check()
    assert fault.value.code == "settings.home_missing"
    with pytest.raises(SettingsFault) as fault:
        Home(tmp_path / "home").prepare()
    assert fault.value.code == "settings.write_failed"


def test_an_absent_home_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault) as fault:
        Home(tmp_path / "none").check()
    assert fault.value.code == "settings.home_missing"
    assert str(tmp_path / "none") in fault.value.message


def test_a_written_file_is_private_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    settings.write_file(tmp_path / "a", b"one")
    settings.write_file(tmp_path / "a", b"two" * 100_000)
    assert (tmp_path / "a").read_bytes() == b"two" * 100_000
    assert mode(tmp_path / "a") == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_public_file_keeps_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    os.umask(0o077)
    settings.write_file(tmp_path / "a", b"x", mode=settings.PUBLIC_FILE)
    settings.make_folder(tmp_path / "b" / "c", mode=settings.PUBLIC_FOLDER)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b"), mode(tmp_path / "b" / "c")) == (0o644, 0o755, 0o755)


def test_a_failed_write_leaves_the_old_file_and_names_the_reason(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"old")
    with pytest.raises(SettingsFault) as fault:
        settings.write_file(tmp_path / "folder", b"new")  # a folder cannot be replaced by a file
    assert fault.value.code == "settings.write_failed"
    assert "folder" in fault.value.message
    assert (tmp_path / "folder" / "inside").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_leaves_the_old_file_and_names_the_reason(tmp_path: Path) -> None:
    """A file size limit in a child stands for the full disk: write(2) fails in the middle of the data."""
    (tmp_path / "a").write_bytes(b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from satchel.errors import SettingsFault; from satchel.node import settings\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n    settings.write_file(Path(sys.argv[1]), b'n' * 100_000)\n"
        "except SettingsFault as fault:\n    print(fault.code, fault.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a")], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("settings.write_failed")
    assert "too large" in done.stdout
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_write_through_a_link_replaces_the_link_and_spares_its_target(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "a").symlink_to(tmp_path / "target")
    settings.write_file(tmp_path / "a", b"ours")
    assert (tmp_path / "target").read_bytes() == b"theirs"
    assert not (tmp_path / "a").is_symlink()


def test_a_private_file_is_made_closed_and_kept(tmp_path: Path) -> None:
    settings.create_private(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o600
    (tmp_path / "a").write_bytes(b"kept")
    settings.create_private(tmp_path / "a")
    assert settings.read_private(tmp_path / "a", limit_bytes=10) == b"kept"


def test_a_readable_file_is_closed_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "a").chmod(0o644)
    assert settings.read_private(tmp_path / "a", limit_bytes=10) == b"x"
    assert mode(tmp_path / "a") == 0o600


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder", "group", "world"])
def test_a_file_that_others_control_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    (tmp_path / "target").write_bytes(b"x")
    match kind:
        case "link":
            path.symlink_to(tmp_path / "target")
        case "dangling":
            path.symlink_to(tmp_path / "nothing")
        case "fifo":
            os.mkfifo(path, 0o600)
        case "folder":
            path.mkdir(mode=0o700)
        case _:
            path.write_bytes(b"x")
            path.chmod(0o620 if kind == "group" else 0o602)
    for refused in (settings.check_private, settings.create_private):
        with pytest.raises(SettingsFault) as fault:
            refused(path)
        assert fault.value.code == "settings.file_unsafe"
    with pytest.raises(SettingsFault) as fault:
        settings.read_private(path, limit_bytes=10)
    assert fault.value.code == "settings.file_unsafe"
    assert not (tmp_path / "nothing").exists()


def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = Path("/etc/passwd")  # root's, for everybody else
    if os.geteuid() == 0:
        path = tmp_path / "a"
        settings.write_file(path, b"x")
        os.chown(path, 12345, 12345)
    with pytest.raises(SettingsFault) as fault:
        settings.check_private(path)
    assert fault.value.code == "settings.file_unsafe"


def test_a_file_past_its_limit_is_refused(tmp_path: Path) -> None:
    settings.write_file(tmp_path / "a", b"12345")
    assert settings.read_private(tmp_path / "a", limit_bytes=5) == b"12345"
    with pytest.raises(SettingsFault) as fault:
        settings.read_private(tmp_path / "a", limit_bytes=4)
    assert fault.value.code == "settings.file_unreadable"


def test_an_absent_settings_file_means_defaults(tmp_path: Path) -> None:
    assert Home(tmp_path).config() == Config()


def test_the_settings_file_is_read(tmp_path: Path) -> None:
    settings.write_file(tmp_path / "config.toml", GOOD + b"status_valid_days = 30\n")
    assert Home(tmp_path).config().issuer == IssuerSettings(
        origin="https://issuer.example", name="Riverside College", status_valid_days=30
    )


@pytest.mark.parametrize(
    ("raw", "code", "key"),
    [
        (b"[issuer\n", "settings.not_toml", None),
        (b"\xff\xfe", "settings.not_toml", None),
        (GOOD + b"colour = 'red'\n", "settings.unknown_key", "issuer.colour"),
        (b"[walllet]\n", "settings.unknown_key", "walllet"),
        (b"issuer = 1\n", "settings.value", "issuer"),
        (b"[issuer]\nname = 'x'\n", "settings.value", "issuer.origin"),
        (b"[issuer]\norigin = 'https://issuer.example'\n", "settings.value", "issuer.name"),
        (GOOD + b"status_valid_days = true\n", "settings.value", "issuer.status_valid_days"),
        (GOOD + b"status_valid_days = '7'\n", "settings.value", "issuer.status_valid_days"),
        (GOOD + b"status_valid_days = 0\n", "settings.value", "issuer.status_valid_days"),
        (GOOD + b"status_size = 131071\n", "settings.value", "issuer.status_size"),
        (GOOD + b"status_size = 1024\n", "settings.value", "issuer.status_size"),
        (GOOD + b"status_valid_days = 401\n", "settings.value", "issuer.status_valid_days"),
        (GOOD + b"key = 'a#b'\n", "settings.value", "issuer.key"),
        (GOOD.replace(b"Riverside College", b" "), "settings.value", "issuer.name"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_key(raw: bytes, code: str, key: str | None) -> None:
    with pytest.raises(SettingsFault) as fault:
        settings.parse_config(raw)
    assert fault.value.code == code
    if key is not None:
        assert fault.value.details["key"] == key
        assert key in fault.value.message


@pytest.mark.parametrize(
    "origin",
    [
        "http://issuer.example", "https://issuer.example/", "https://Issuer.example", "https://issuer.example/path",
        "https://user@issuer.example", "https://issuer", "https://127.0.0.1", "https://[::1]", "https://issuer.example:0",
        "https://issuer.example:99999", "https://issuer.example?x", "https://issuer.example#x", "https://-a.example",
        "https://issuer..example", "https://issuer.example\n", "https://issüer.example", "", "issuer.example",
        "https://issuer.example.", "https://0x7f.1",
    ],
)  # fmt: skip
def test_an_origin_that_is_no_plain_https_name_is_refused(origin: str) -> None:
    assert not settings.is_origin(origin)
    with pytest.raises(SettingsFault) as fault:
        IssuerSettings(origin=origin, name="x")
    assert fault.value.details["key"] == "issuer.origin"


@pytest.mark.parametrize(
    "origin", ["https://issuer.example", "https://a.b-c.d.example:8443", "https://xn--issuer-r9a.eu"]
)
def test_a_plain_https_name_is_an_origin(origin: str) -> None:
    assert settings.is_origin(origin)


@pytest.mark.parametrize("text", ["plain", 'quote " and \\', "tab\tnewline\n", "\x00\x1f\x7f", "Zoë 学 👩‍🎓"])
def test_text_written_as_toml_is_read_back(text: str) -> None:
    raw = f'[issuer]\norigin = "https://issuer.example"\nname = "n"\ndescription = {settings.toml_text(text)}\n'
    issuer = settings.parse_config(raw.encode()).issuer
    assert issuer is not None
    assert issuer.description == text


def test_a_lock_is_exclusive_between_processes_and_ends_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from satchel.node import settings\n"
        "with settings.lock(Path(sys.argv[1])):\n    print('in', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lock")]
    first = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    second = None
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"in\n"
        second = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert second.stdout is not None
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(timeout=1)
        first.kill()
        assert second.stdout.readline() == b"in\n"
        assert second.wait(timeout=30) == 0
    finally:
        for child in (first, second):
            if child is not None:
                child.kill()
                child.communicate()


def test_a_lock_that_is_held_is_not_waited_for_when_only_tried(tmp_path: Path) -> None:
    with settings.lock(tmp_path / "lock"), settings.try_lock(tmp_path / "lock") as held:
        assert not held
    with settings.try_lock(tmp_path / "lock") as held:
        assert held
        with settings.try_lock(tmp_path / "lock") as again:
            assert not again


def test_naming_the_home_imports_no_platform_library(tmp_path: Path) -> None:
    code = (
        "import sys; from satchel.node.settings import Home\n"
        "Home.resolve(sys.argv[1], {}).config()\n"
        "print(sorted({'platformdirs', 'asyncio', 'aiosqlite'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
