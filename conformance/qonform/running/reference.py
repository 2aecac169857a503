"""The reference network, started as a process like anybody else's implementation."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

from qonform.running.interruption import let_through

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START_S = 60.0
"""How long it may take to make certificates and listen, in seconds."""


class NetworkError(RuntimeError):
    """The reference network did not start. The message says what it said."""


@contextmanager
def given_or_reference(manifest: Path | None) -> Iterator[Path]:
    """The manifest given, or that of a reference network that lives as long as the context.

    Raises:
        NetworkError: the network ended, or was not ready in time.
    """
    if manifest is not None:
        yield manifest
        return
    with (
        tempfile.TemporaryDirectory(prefix="qonform-reference-") as folder,
        reference_network(Path(folder), ["--both"]) as path,
    ):
        yield path


@contextmanager
def reference_network(folder: Path, arguments: Sequence[str] = ()) -> Iterator[Path]:
    """Runs the reference network on loopback, with certificates of its own.

    Args:
        folder: where it puts certificates and its manifest.
        arguments: further options of `qinet-reference serve`.

    Yields:
        The path of the manifest that points at it.

    Raises:
        NetworkError: it ended, or was not ready in time.
    """
    words = [
        sys.executable,
        "-m",
        "qinet_reference",
        "serve",
        "--dir",
        str(folder),
        "--until-stdin-closes",
        *arguments,
    ]
    with (folder / "reference.log").open("w+") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            with let_through():
                path = _ready(process, folder / "reference.log")
            yield path
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()


def _ready(process: subprocess.Popen[str], log: Path) -> Path:
    lines: Queue[str] = Queue()

    def read() -> None:
        if process.stdout:
            lines.put(process.stdout.readline())

    threading.Thread(target=read, daemon=True).start()
    try:
        line = lines.get(timeout=START_S)
    except Empty:
        raise NetworkError(f"the reference network was not ready in {START_S:g} s") from None
    if not line.startswith("ready "):
        process.wait(5)
        said = log.read_text(errors="replace").strip().splitlines()
        raise NetworkError(f"the reference network did not start: {said[-1] if said else line}")
    return Path(line.removeprefix("ready ").strip())
