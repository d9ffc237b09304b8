"""A network of packets in disorder, as it is before a team works over it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from packet_network import NoNamespaces, PacketNetwork
from packet_relay import build_reset, sum_up

pytestmark = pytest.mark.posix_only("network namespaces")

_BYTES = 1_000_000
_ECHO = """
import socket, sys
data = sys.stdin.buffer.read()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 30) as connection:
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)
    while part := connection.recv(65536):
        sys.stdout.buffer.write(part)
"""


@pytest.fixture
def network() -> Iterator[PacketNetwork]:
    """Make a network with two computers."""
    try:
        network = PacketNetwork(1, 2)
    except NoNamespaces as error:
        pytest.skip(str(error))
    yield network
    network.close()


def echo(server: socket.socket) -> None:
    """Send back all that comes by a connection, once all is there."""
    connection, _address = server.accept()
    with connection:
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        connection.sendall(b"".join(parts))


def run_on(network: PacketNetwork, computer: int, program: str, *arguments: str, data: bytes = b"") -> bytes:
    """Run a program of Python on a computer, and return its output."""
    command = [*network.enter(computer), sys.executable, "-c", program, *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=120).stdout


def test_what_is_sent_arrives_whole_though_packets_do_not_arrive_in_order(network: PacketNetwork) -> None:
    network.stop_cutting()
    data = Random(1).randbytes(_BYTES)
    with socket.create_server((str(network.server.ip), 0)) as server:
        thread = Thread(target=echo, args=[server], daemon=True)
        thread.start()
        echoed = run_on(network, 1, _ECHO, str(network.server.ip), str(server.getsockname()[1]), data=data)
        thread.join()
    assert echoed == data
    figures = network.read_figures()
    assert figures["packets"] > 2 * _BYTES / 1400
    assert all(figures[name] for name in ("reordered", "dropped", "doubled")), figures


def test_a_network_that_is_down_lets_nothing_through(network: PacketNetwork) -> None:
    network.go_down()
    with socket.create_server((str(network.server.ip), 0)) as server:
        port = str(server.getsockname()[1])
        with pytest.raises(subprocess.CalledProcessError):
            run_on(network, 0, _ECHO.replace("30", "0.5"), str(network.server.ip), port)
    assert network.read_figures()["cut off"]


@pytest.mark.usefixtures("network")  # which skips the test where there can be none
def test_nothing_of_a_network_outlives_who_made_it() -> None:
    """Its interfaces are gone once the process that made it was killed."""
    program = "import sys; from packet_network import PacketNetwork as p; print(p(1, 1).server.ip, flush=True); input()"
    maker = subprocess.Popen(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
    )
    assert maker.stdout
    address = maker.stdout.readline().strip()
    assert is_own_address(address)
    maker.kill()
    maker.communicate()
    while is_own_address(address):
        pass  # the time limit of all tests ends it


def is_own_address(address: str) -> bool:
    """Return whether this computer has an address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
        return True


def test_a_reset_has_right_checksums() -> None:
    """A packet of which nothing is wrong sums up to 0."""
    header = "4500003c 1c464000 40060000 c6120001 c6120002"
    packet = bytes.fromhex(header + "c0011538 a0000001 80000000 50182000 00000000")
    reset = build_reset(packet + b"data")
    assert len(reset) == 40
    assert sum_up(reset[:20]) == 0
    assert sum_up(reset[12:20] + bytes.fromhex("00060014") + reset[20:]) == 0
    assert reset[20:32] == packet[20:32]
