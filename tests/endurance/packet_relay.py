"""Pass IP packets on between a server and computers, late, out of order, twice or not at all.

    python packet_relay.py SEED COMPUTERS

Makes a network interface for the server where it is started, and for each computer a network namespace with one. It
holds the other ends of all of them: what one sends reaches another only through here. The first line of its output is
a JSON object, with {"server", "namespaces"} or {"error"}; then each line of the input is a command, which is answered
by the figures: "down" and "up", "calm" for no more cuts and resets, "figures" for nothing. At the end of the input it
ends, and all that it made is gone with it, since nothing of that has a name that outlives the processes in it: also
when whoever started it was killed.

Needs root on Linux, for /dev/net/tun and the namespaces.
"""

import ctypes
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time
from collections import Counter
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count
from random import Random
from typing import Final

_NETWORKS: Final = IPv4Network("198.18.0.0/15")  # for trials of network devices (RFC 2544), so in no use elsewhere
_PREFIX: Final = 24  # so 253 computers at most
_MTU: Final = 1400  # bytes of a packet, as over many a tunnel

_DELAY: Final = 0.05  # seconds at most; each packet its own, so that they overtake one another
_DROPPED: Final = 0.01  # of the packets
_DOUBLED: Final = 0.01
_RESET: Final = 0.001  # of those with data
_BETWEEN_CUTS: Final = 120  # seconds, the mean for a computer
_CUT: Final = (1, 10)  # seconds

# Of Linux' headers if_tun.h, sockios.h, if.h and sched.h, the same on all its machines but a few old ones.
_TUNSETIFF: Final = 0x400454CA
_IFF_TUN_NO_PI: Final = 0x1001
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK, _SIOCSIFMTU = 0x8913, 0x8914, 0x8916, 0x891C, 0x8922
_IFF_UP: Final = 1
_CLONE_NEWNET: Final = 0x40000000

_AT_ONCE: Final = 64  # packets of an interface, before others get their turn
_TCP: Final = 6
_RST_ACK: Final = 0x14


def enter_new_namespace() -> int:
    """Let this process be in a new network namespace; return a descriptor of it. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def create_interface(interface: IPv4Interface) -> int:
    """Make a network interface in the namespace of this process; return the descriptor of its other end."""
    import fcntl  # late: Windows has none

    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", b"weak%d", _IFF_TUN_NO_PI))
    name = request[:16]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for operation, address in ((_SIOCSIFADDR, interface.ip), (_SIOCSIFNETMASK, interface.netmask)):
            fcntl.ioctl(control, operation, struct.pack("16sHH4s16x", name, socket.AF_INET, 0, address.packed))
        fcntl.ioctl(control, _SIOCSIFMTU, struct.pack("16si20x", name, _MTU))
        (flags,) = struct.unpack_from("H", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16s24x", name)), 16)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH22x", name, flags | _IFF_UP))
    return tun


def find_free_network(random: Random) -> IPv4Network:
    """Return a network of which this computer has no address yet."""
    networks = list(_NETWORKS.subnets(new_prefix=_PREFIX))
    while True:
        network = random.choice(networks)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((str(network[1]), 0))
            except OSError:  # not an address of this computer
                return network


def has_data(packet: bytes) -> bool:
    """Return whether an IPv4 packet is a segment of TCP with data."""
    start = (packet[0] & 15) * 4
    return packet[9] == _TCP and len(packet) > start + (packet[start + 12] >> 4) * 4


def build_reset(packet: bytes) -> bytes:
    """Return the segment that ends the connection of an IPv4 packet with a segment of TCP, in the place of that."""
    source, destination, start = packet[12:16], packet[16:20], (packet[0] & 15) * 4
    ports, seq, ack = struct.unpack_from("!4sLL", packet, start)

    def build_segment(checksum: int) -> bytes:
        return struct.pack("!4sLLBBHHH", ports, seq, ack, 5 << 4, _RST_ACK, 0, checksum, 0)

    pseudo_header = source + destination + struct.pack("!BBH", 0, _TCP, 20)
    segment = build_segment(sum_up(pseudo_header + build_segment(0)))

    def build_header(checksum: int) -> bytes:
        return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, _TCP, checksum, source, destination)

    return build_header(sum_up(build_header(0))) + segment


def sum_up(data: bytes) -> int:
    """Return the checksum of the Internet's headers (RFC 1071), of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Cuts:
    """When a computer has no connection."""

    def __init__(self, random: Random, now: float) -> None:
        self._random = random
        self._start = self._end = now
        self._choose_next()

    def __contains__(self, now: float) -> bool:
        """Return whether it has none. To be asked of times that ascend."""
        while now >= self._end:
            self._choose_next()
        return now >= self._start

    def _choose_next(self) -> None:
        self._start = self._end + self._random.expovariate(1 / _BETWEEN_CUTS)
        self._end = self._start + self._random.uniform(*_CUT)


class Relay:
    """Reads packets of all interfaces, and writes each to the one of its destination once its delay is over.

    `interfaces` has the descriptor of each by its address (4 bytes).
    """

    def __init__(self, random: Random, server: bytes, interfaces: dict[bytes, int]) -> None:
        self.figures: Counter[str] = Counter(
            dict.fromkeys(("packets", "reordered", "dropped", "doubled", "cut off", "resets"), 0)
        )
        self._random, self._server, self._interfaces = random, server, interfaces
        self._is_up, self._is_calm = True, False
        now = time.monotonic()
        self._cuts = {address: Cuts(random, now) for address in interfaces}
        self._numbers = count()
        self._waiting: list[tuple[float, int, bool, bytes]] = []  # when, in which order read, whether a copy, what
        self._latest: dict[bytes, int] = {}  # the last number that was passed on of each connection and direction

    def obey(self, command: str) -> None:
        """Carry out a command; `figures` does nothing."""
        match command:
            case "down":
                self._is_up = False
                self._waiting.clear()
            case "up":
                self._is_up = True
            case "calm":
                self._is_calm = True

    def accept(self, packet: bytes) -> None:
        """Decide what becomes of a packet."""
        if packet[0] >> 4 != 4:
            return  # IPv6 looks for routers by itself
        now, random = time.monotonic(), self._random
        self.figures["packets"] += 1
        if self._is_cut(packet, now):
            self.figures["cut off"] += 1
            return
        if random.random() < _DROPPED:
            self.figures["dropped"] += 1
            return
        if not self._is_calm and random.random() < _RESET and has_data(packet):
            self.figures["resets"] += 1
            packet = build_reset(packet)
        is_doubled = random.random() < _DOUBLED
        self.figures["doubled"] += is_doubled
        number = next(self._numbers)
        for is_copy in (False, True)[: 1 + is_doubled]:
            heappush(self._waiting, (now + random.uniform(0, _DELAY), number, is_copy, packet))

    def pass_on(self) -> float | None:
        """Pass on what has waited long enough; return the seconds until something will have, None for nothing."""
        while self._waiting:
            seconds = self._waiting[0][0] - time.monotonic()
            if seconds > 0:
                return seconds
            _time, number, is_copy, packet = heappop(self._waiting)
            start = (packet[0] & 15) * 4
            connection = packet[12:20] + packet[start : start + 4]
            latest = self._latest.get(connection, -1)
            self.figures["reordered"] += number < latest and not is_copy
            self._latest[connection] = max(number, latest)
            interface = self._interfaces.get(packet[16:20])
            if interface is not None:
                os.write(interface, packet)
        return None

    def _is_cut(self, packet: bytes, now: float) -> bool:
        if not self._is_up:
            return True
        source, destination = packet[12:16], packet[16:20]
        computer = self._cuts.get(destination if source == self._server else source)
        return computer is not None and now in computer and not self._is_calm


def create_interfaces(server: IPv4Interface, computers: int) -> tuple[dict[bytes, int], list[int]]:
    """Make the interfaces; return their other ends by address, and the descriptors of the computers' namespaces."""
    interfaces = {server.ip.packed: create_interface(server)}
    namespaces = []
    for number in range(computers):
        namespaces.append(enter_new_namespace())
        address = IPv4Address(int(server.ip) + 1 + number)
        interfaces[address.packed] = create_interface(IPv4Interface((address, _PREFIX)))
    return interfaces, namespaces


def serve(relay: Relay, interfaces: dict[bytes, int]) -> None:
    """Pass packets on and obey commands until the input ends."""
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    for interface in interfaces.values():
        selector.register(interface, selectors.EVENT_READ)
    while True:
        for key, _events in selector.select(relay.pass_on()):
            if key.fd == 0:
                commands = os.read(0, 4096)
                if not commands:
                    return
                for command in commands.decode("ascii").split():
                    relay.obey(command)
                    print(json.dumps(relay.figures), flush=True)
                continue
            for _packet in range(_AT_ONCE):
                try:
                    relay.accept(os.read(key.fd, 65536))
                except BlockingIOError:
                    break


def main(seed: int, computers: int) -> None:
    """Make the interfaces, say so, and pass packets on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started this, who ends it
    random = Random(seed)
    try:
        server = IPv4Interface((find_free_network(Random())[1], _PREFIX))
        interfaces, namespaces = create_interfaces(server, computers)
    except OSError as error:
        print(json.dumps({"error": f"no network interfaces and namespaces can be made: {error}"}), flush=True)
        return
    print(json.dumps({"server": str(server), "namespaces": namespaces}), flush=True)
    serve(Relay(random, server.ip.packed, interfaces), interfaces)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
