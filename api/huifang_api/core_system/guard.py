"""Which addresses a tenant's setting may have this process call: a name is resolved here, and what was checked is called.

Private networks are where core systems stand, so they are allowed. What is not, unless the tenant's setting names it: this
machine itself, link-local addresses, and those at which clouds hand out their credentials.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import httpcore

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_METADATA: Final = frozenset(
    ipaddress.ip_address(address)
    # Alibaba Cloud, Azure, Oracle, AWS by IPv6; the others' are link-local.
    for address in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
_THIS_NETWORK: Final = ipaddress.ip_network("0.0.0.0/8")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class AddressNotAllowed(Exception):
    """The host is, or resolves to, an address that must not be called."""


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """Tell whether an address may be called; an IPv6 address that stands for an IPv4 one is judged as that."""
    address = _plain(address)
    if any(address in network for network in allowed):
        return True
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
        or address in _THIS_NETWORK
    )


async def checked_addresses(host: str, port: int, allowed: Sequence[Network]) -> list[str]:
    """Resolve a host to addresses that may all be called.

    Raises AddressNotAllowed when one of them may not, OSError when there is none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host} is no host name") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        # A zone such as %eth0 belongs to link-local addresses only.
        if "%" in address or not is_allowed(ipaddress.ip_address(address), allowed):
            raise AddressNotAllowed
    return addresses


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to nothing a name might lead to a moment later."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers; raises AddressNotAllowed, httpcore's errors, OSError."""
        addresses = await checked_addresses(host, port, self._allowed)
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a setting can name no socket."""
        raise AddressNotAllowed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)


def _plain(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return inner
    return address
