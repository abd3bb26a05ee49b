"""Which URLs and addresses the node may reach: everything that is not the public internet over https is refused.

A verifier fetches what strangers name: DID documents and status lists. Without this guard a credential could make it
read a cloud's metadata service or a router's page. Two lines of defence: `check_url` before anything happens, and
`refuse_private` with the final socket address of every connect (rows 96 to 98 and 112 of the attack table).

Pure: no socket is opened and no name is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from satchel.errors import FetchError

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

URL_LIMIT_CHARS: Final = 2048
HTTPS_PORT: Final = 443
DID_PORTS: Final = range(1024, 65536)

# Our own list: the standard library calls NAT64, 6to4, multicast, site-local and several others global.
_DENIED_4: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
# Of IPv6 only global unicast is reachable at all; from it come off the special blocks.
_GLOBAL_6: Final = "2000::/3"
_DENIED_6: Final = (
    "2001::/23",  # IETF protocol assignments, Teredo and benchmarking among them
    "2001:db8::/32",
    "2002::/16",  # 6to4: an IPv4 address inside
    "2620:4f:8000::/48",
    "3fff::/20",
)

_URL: Final = re.compile(
    r"https://(?P<authority>[^/?#]*)(?P<path>/[!$&-;=@-Z_a-z~%]*)?(?:\?(?P<query>[!$&-;=?-Z_a-z~%]*))?", re.ASCII
)
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
# The URL standard reads a host as IPv4 when its last label is digits or 0x...: decimal, octal and hex forms.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PRIVATE_ZONES: Final = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One https URL that may be asked for: `host` in lower-case ASCII, `path` with its leading slash."""

    url: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        """`https://HOST`, with `:PORT` when it is not 443."""
        return f"https://{self.host}" if self.port == HTTPS_PORT else f"https://{self.host}:{self.port}"


def check_url(url: str, *, ports: Collection[int] = ()) -> Target:
    """The URL taken apart; raises FetchError `fetch.url` for a wrong form and `fetch.address` for a host that cannot
    be a public server. Port 443 is always allowed, others when `ports` has them.

    Refused: other schemes, userinfo, fragments, backslash, control characters and spaces, `%` in the host, addresses
    in every notation, single labels, a trailing dot, private zones, and names that IDNA would change.
    """
    if len(url) > URL_LIMIT_CHARS:
        raise _refusal("fetch.url", url, f"is longer than {URL_LIMIT_CHARS} characters")
    if url[:8].lower() == "https://":
        url = "https://" + url[8:]
    found = _URL.fullmatch(url)
    if found is None:
        raise _refusal("fetch.url", url, "is not a plain https URL")
    authority, path, query = found["authority"], found["path"] or "/", found["query"]
    if _PERCENT.search(path) or _PERCENT.search(query or ""):
        raise _refusal("fetch.url", url, "has a broken percent-encoding")
    host, port = _host_and_port(url, authority)
    if port != HTTPS_PORT and port not in ports:
        raise _refusal("fetch.port", url, f"names port {port}")
    tail = path if query is None else f"{path}?{query}"
    netloc = host if port == HTTPS_PORT else f"{host}:{port}"
    return Target(url=f"https://{netloc}{tail}", host=host, port=port, path=path, query=query or "")


def _host_and_port(url: str, authority: str) -> tuple[str, int]:
    if "@" in authority:
        raise _refusal("fetch.url", url, "carries a user name")
    if authority.startswith("["):
        raise _refusal("fetch.address", url, "names an IPv6 address instead of a host name")
    name, colon, port_text = authority.partition(":")
    port = HTTPS_PORT
    if colon:
        if not (port_text.isascii() and port_text.isdigit() and len(port_text) <= 5 and int(port_text) <= 65535):
            raise _refusal("fetch.url", url, "has a broken port")
        port = int(port_text)
    return _host(url, name), port


def _host(url: str, name: str) -> str:
    host = name.lower()
    if not host.isascii():
        host = _a_label(url, host)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        # an empty label is a trailing dot, a doubled dot or no host at all
        raise _refusal("fetch.url", url, "has no plain host name")
    *parents, last = host.split(".")
    if _NUMBER.fullmatch(last):
        raise _refusal("fetch.address", url, "names an address instead of a host")
    if not parents or last in _PRIVATE_ZONES:
        raise _refusal("fetch.address", url, "names a host that is not on the public internet")
    return host


def _a_label(url: str, host: str) -> str:
    """The host's ASCII form, only when IDNA changes nothing on the way there and back.

    Full-width digits, the ideographic full stop and `ß` are mapped by IDNA: what a person reads is then not what is
    asked, and `１２７。0。0。1` would become an address.
    """
    try:
        ascii_form = host.encode("idna").decode("ascii")
        if ascii_form.encode("ascii").decode("idna") == host:
            return ascii_form
    except UnicodeError:
        pass
    raise _refusal("fetch.url", url, "has a host name that IDNA does not allow or changes")


def _refusal(code: str, url: str, why: str) -> FetchError:
    return FetchError(code, f"{url[:200]} {why}", details={"url": url[:URL_LIMIT_CHARS]})


@cache
def _networks() -> tuple[tuple[IPv4Network, ...], IPv6Network, tuple[IPv6Network, ...]]:
    # imported when an address is judged: a mirror or an offline run never needs it
    from ipaddress import IPv4Network, IPv6Network

    return tuple(map(IPv4Network, _DENIED_4)), IPv6Network(_GLOBAL_6), tuple(map(IPv6Network, _DENIED_6))


def is_public(address: str) -> bool:
    """Whether this IPv4 or IPv6 address, as the system writes it, lies on the public internet.

    IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4, Teredo) is never public here: no server of ours needs it, and
    each is a way to spell a private address.
    """
    from ipaddress import IPv4Address, ip_address

    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    denied_4, global_6, denied_6 = _networks()
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in denied_4)
    return parsed in global_6 and not any(parsed in block for block in denied_6)


def refuse_private(addresses: Collection[str], *, host: str) -> None:
    """Raises FetchError `fetch.address` when any of a host's addresses is not public, or there is none.

    The whole answer is refused: a name with one public and one private address is a trick, not a mistake.
    """
    if not addresses:
        raise FetchError("fetch.unreachable", f"{host} has no address", details={"host": host})
    for address in addresses:
        if not is_public(address):
            raise FetchError(
                "fetch.address", f"{host} has the address {address}, which is not public", details={"host": host}
            )
