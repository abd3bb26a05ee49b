from __future__ import annotations

import pytest

from satchel.errors import FetchError
from satchel.node.address import DID_PORTS, check_url, is_public, refuse_private

# Rows 96 and 112 of the attack table, with documentation addresses.
REFUSED = [
    ("file:///etc/passwd", "fetch.url"),
    ("data:application/json,{}", "fetch.url"),
    ("http://college.example/did.json", "fetch.url"),
    ("ftp://college.example/did.json", "fetch.url"),
    ("//college.example/did.json", "fetch.url"),
    ("https:/college.example/did.json", "fetch.url"),
    ("https:///did.json", "fetch.url"),
    ("https://", "fetch.url"),
    ("", "fetch.url"),
    ("https://user@college.example/", "fetch.url"),
    ("https://user:pass@college.example/", "fetch.url"),
    ("https://college.example@192.0.2.1/", "fetch.url"),
    ("https://college.example/list#7", "fetch.url"),
    ("https://college.example\\@192.0.2.1/", "fetch.url"),
    ("https://college.example/a\\b", "fetch.url"),
    ("https://college.example/a b", "fetch.url"),
    ("https://college.example/a\r\nHost: x", "fetch.url"),
    ("https://college.example\r\n/", "fetch.url"),
    ("https://college.example/list\n", "fetch.url"),
    ("https://college.example\n", "fetch.url"),
    ("https://college.example/\x00", "fetch.url"),
    ("https://college.example/é", "fetch.url"),
    ("https://college.example/%zz", "fetch.url"),
    ("https://college.example/?a=%2", "fetch.url"),
    ("https://ex%61mple.example/", "fetch.url"),
    ("https://college.example%00.evil.example/", "fetch.url"),
    ("https://college.example%2fevil/", "fetch.url"),
    ("https://college..example/", "fetch.url"),
    ("https://college.example./", "fetch.url"),
    ("https://.example/", "fetch.url"),
    ("https://-college.example/", "fetch.url"),
    ("https://college.example:/", "fetch.url"),
    ("https://college.example:x/", "fetch.url"),
    ("https://college.example:+443/", "fetch.url"),
    ("https://college.example:99999/", "fetch.url"),
    ("https://college.example:１/", "fetch.url"),
    ("https://" + "a" * 64 + ".example/", "fetch.url"),
    ("https://college.example/" + "a" * 5000, "fetch.url"),
    ("https://straße.example/", "fetch.url"),
    ("https://１９２.0.2.1/", "fetch.url"),
    ("https://192。0。2。1/", "fetch.url"),
    ("https://192.0.2.1/", "fetch.address"),
    ("https://192.0.2.1:443/", "fetch.address"),
    ("https://192.513/", "fetch.address"),
    ("https://3221225985/", "fetch.address"),
    ("https://0xc0000201/", "fetch.address"),
    ("https://0xc0.0x00.0x02.0x01/", "fetch.address"),
    ("https://0300.0.02.01/", "fetch.address"),
    ("https://college.0x/", "fetch.address"),
    ("https://[2001:db8::1]/", "fetch.address"),
    ("https://[::ffff:192.0.2.1]/", "fetch.address"),
    ("https://[64:ff9b::c000:201]/", "fetch.address"),
    ("https://[fe80::1%25eth0]/", "fetch.address"),
    ("https://localhost/", "fetch.address"),
    ("https://LOCALHOST/", "fetch.address"),
    ("https://college.localhost/", "fetch.address"),
    ("https://printer.local/", "fetch.address"),
    ("https://metadata.google.internal/", "fetch.address"),
    ("https://router.lan/", "fetch.address"),
    ("https://nas.home.arpa/", "fetch.address"),
    ("https://intranet/", "fetch.address"),
    ("https://college.example:22/", "fetch.port"),
    ("https://college.example:8443/", "fetch.port"),
    ("https://college.example:0/", "fetch.port"),
]


@pytest.mark.parametrize(("url", "code"), REFUSED, ids=range(len(REFUSED)))
def test_a_url_that_is_not_plain_public_https_is_refused(url: str, code: str) -> None:
    with pytest.raises(FetchError) as fault:
        check_url(url)
    assert fault.value.code == code


def test_a_plain_url_is_taken_apart_and_its_host_lowered() -> None:
    target = check_url("HTTPS://College.Example/Status/1?x=a%20b")
    assert (target.url, target.host, target.port) == (
        "https://college.example/Status/1?x=a%20b",
        "college.example",
        443,
    )
    assert (target.path, target.query, target.origin) == ("/Status/1", "x=a%20b", "https://college.example")


def test_a_url_without_a_path_asks_for_the_root() -> None:
    assert check_url("https://college.example").url == "https://college.example/"
    assert check_url("https://college.example:443?x").url == "https://college.example/?x"


def test_a_port_is_allowed_only_when_it_is_listed() -> None:
    assert check_url("https://college.example:8443/", ports=DID_PORTS).origin == "https://college.example:8443"
    with pytest.raises(FetchError) as fault:
        check_url("https://college.example:22/", ports=DID_PORTS)
    assert fault.value.code == "fetch.port"


def test_an_international_host_is_shown_in_its_ascii_form() -> None:
    assert check_url("https://bücher.example/").host == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.170"),
        *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *("5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "host", "1.2.3"),
    ],
)
def test_a_private_or_special_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_one_private_address_refuses_the_whole_answer() -> None:
    refuse_private(["8.8.8.8"], host="college.example")
    with pytest.raises(FetchError) as fault:
        refuse_private(["8.8.8.8", "10.0.0.1"], host="college.example")
    assert fault.value.code == "fetch.address"


def test_a_host_without_an_address_is_unreachable() -> None:
    with pytest.raises(FetchError) as fault:
        refuse_private([], host="college.example")
    assert fault.value.code == "fetch.unreachable"
