"""The processes of SimulaQron for two nodes, on the loopback interface alone.

Run as a program, in a folder of its own: writes the two configuration files of SimulaQron there,
prints `running`, and ends when its standard input is closed. An argument: T1 of noise, in s.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path

NODES = ("node-a", "node-b")
HOST = "127.0.0.1"
SETTINGS = Path("simulaqron_settings.json")
ADDRESSES = Path("simulaqron_network.json")
_SETTINGS = {
    "max_qubits": 40,
    "max_registers": 1000,
    "conn_retry_time": 0.5,
    "conn_max_retries": 10,
    "recv_timeout": 100,
    "recv_retry_time": 0.02,
    "recv_max_retries": 10,
    "log_level": 30,
    "sim_backend": "stabilizer",
    "noisy_qubits": False,
    "max_app_waiting_time": -1.0,
    "t1": 1.0,
}
"""SimulaQron's own, but for the backend, how many qubits, and how often it looks for one."""


def main() -> None:
    """Start the network, and stop it at the end of standard input."""
    settings = dict(_SETTINGS)
    if len(sys.argv) > 1:
        settings.update(noisy_qubits=True, t1=float(sys.argv[1]))
    SETTINGS.write_text(json.dumps(settings))  # read when simulaqron is imported
    from simulaqron.reactor import reactor  # noqa: PLC0415
    from simulaqron.settings import network_config  # noqa: PLC0415

    reactor.listenTCP = functools.partial(reactor.listenTCP, interface=HOST)
    for node in NODES:
        network_config.add_node(node, app_hostname=HOST, qnodeos_hostname=HOST, vnode_hostname=HOST)
    network_config.write_to_file(ADDRESSES)
    from simulaqron.network import Network  # noqa: PLC0415

    network = Network(list(NODES), ADDRESSES)
    network.start(wait_until_running=True)
    print("running" if network.running else "failed", flush=True)
    sys.stdin.read()
    network.stop()


if __name__ == "__main__":
    main()
