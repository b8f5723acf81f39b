"""An address as typed or found in, one that may be asked out, or the reason why not. It asks only the name server.

A person may type any address. One that a page or a redirect names may not lead into the network behind the person's
own door: routers, printers and the machines of a cloud answer there without a password.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from foundling.corpus.sources.unpacking import Refused

Door = tuple[str, int]
"""Host and port."""

_PLAIN = "!#$%&'()*+,/:;=?@[]~"
_LONGEST = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def plain(address: str) -> str:
    """The address in ASCII, without a fragment. Raises Refused for what is none, or carries a password."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as fault:
        raise Refused("is no address") from fault
    if parts.scheme not in ("http", "https"):
        raise Refused("is no address of the web (http or https)")
    if parts.username is not None or parts.password is not None:
        raise Refused("carries a name and a password: only what is open to all is read")
    if not host or len(address) > _LONGEST or not re.fullmatch(r"[\w.:-]+", host):
        raise Refused("is no address")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return urlunsplit((parts.scheme, place, quote(parts.path or "/", safe=_PLAIN), quote(parts.query, safe=_PLAIN), ""))


def joined(base: str, address: str) -> str:
    """An address that stands in another one's answer, made whole. Raises Refused."""
    try:
        return plain(urljoin(base, address))
    except ValueError as fault:
        raise Refused("leads to what is no address") from fault


def door(address: str) -> Door:
    """Host and port of a plain address."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _private(number: str) -> bool:
    """True where an address of the Internet Protocol, or one hidden in it, is not open to all."""
    address = ipaddress.ip_address(number.partition("%")[0])
    inside: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        inside += [hidden for hidden in (address.ipv4_mapped, address.sixtofour) if hidden is not None]
        inside += list(address.teredo or ())
        if address in _NAT64:
            inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return any(not one.is_global or one.is_multicast or one.is_reserved for one in inside)


def numbers(place: Door) -> list[str]:
    """The numbers that the name server gives for a host. Raises Refused when there are none."""
    try:
        found = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Refused(f"cannot be reached: there is no host {place[0]}") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def open_numbers(place: Door, allowed: Sequence[str] = ()) -> list[str]:
    """The numbers of a host, to be asked and no other: a name server may give another answer the next time.

    allowed: those that may be inside a private network. Raises Refused when another is.
    """
    found = numbers(place)
    if any(number not in allowed and _private(number) for number in found):
        raise Refused(f"leads to {place[0]}, which is inside a private network: type that address yourself if you "
                      "mean it")
    return found
