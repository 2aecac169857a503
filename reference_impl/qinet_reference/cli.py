"""The command `qinet-reference`."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qinet_reference import faults, variants
from qinet_reference.alteration import Alteration
from qinet_reference.links import faults as link_faults
from qinet_reference.links import variants as link_variants
from qinet_reference.links.alteration import LinkAlteration
from qinet_reference.links.manifest import manifest as link_manifest
from qinet_reference.links.network import QuantumNetwork
from qinet_reference.links.network import altered as altered_links
from qinet_reference.links.plan import LinkPlan, default_link_plan
from qinet_reference.links.processes.network import NodeProcesses
from qinet_reference.manifest import FILE_NAME, manifest, write
from qinet_reference.network import GRPC_PORT_OFFSET, Network, Options, altered
from qinet_reference.paths import faults as path_faults
from qinet_reference.paths import variants as path_variants
from qinet_reference.paths.alteration import PathAlteration
from qinet_reference.paths.composition import Paths
from qinet_reference.paths.composition import altered as altered_paths
from qinet_reference.paths.manifest import manifest as path_manifest
from qinet_reference.paths.plan import PathPlan, chain_plan
from qinet_reference.pki_files import provide
from qinet_reference.plan import Plan, default_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

_OBJECTS_BETWEEN_COLLECTIONS = 50_000  # each key that waits for its slave is a few objects
_OF_A_FAULT = ("requirements", "seen_in", "beside")
_OF_A_VARIANT = ("breaks",)

Document = dict[str, Any]
AnyAlteration = Alteration | LinkAlteration | PathAlteration
T = TypeVar("T", bound=AnyAlteration)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qonform")
def main() -> None:
    """Run the reference networks of Qonform: KMEs, or nodes that make entangled pairs."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", "hosts", multiple=True, help="A further host name or address of the KMEs.")
@click.option("--kmes", type=click.IntRange(1, 26), default=2, show_default=True)
def pki(directory: Path, hosts: tuple[str, ...], kmes: int) -> None:
    """Make a throw-away CA and the certificates of all KMEs and SAEs in DIRECTORY/pki."""
    click.echo(provide(directory, default_plan(kmes), hosts).folder)


@main.command()
@click.option(
    "--dir",
    "directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where certificates and the manifest go.",
)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--kmes", type=click.IntRange(1, 26), default=2, show_default=True)
@click.option("--only", metavar="KME", help="Run one KME in this process.")
@click.option(
    "--port-base",
    type=click.IntRange(1, 65_000),
    help="REST ports count from here, gRPC ports from here + 100. Default: any free port.",
)
@click.option("--store", type=click.Path(dir_okay=False, path_type=Path), help="SQLite file.")
@click.option("--rate", type=click.FloatRange(min=0), help="Key bits per second and association.")
@click.option("--capacity", type=click.IntRange(min=1), help="Keys per association.")
@click.option("--stored", type=click.IntRange(min=0), help="Keys per association at the start.")
@click.option("--seed", type=int, help="Predictable keys and IDs, for laboratories.")
@click.option("--fault", "fault_names", multiple=True, metavar="NAME", help="Break something.")
@click.option("--variant", "variant_names", multiple=True, metavar="NAME", help="Be unusual.")
@click.option("--until-stdin-closes", is_flag=True, help="Stop at the end of standard input.")
@click.option("--links", is_flag=True, help="Run nodes that make entangled pairs, and no KMEs.")
@click.option(
    "--chain",
    type=click.IntRange(2, 5),
    help="With --links: run the ends of a circuit over so many nodes instead.",
)
@click.option(
    "--processes", is_flag=True, help="With --links: run each node in a process of its own."
)
@click.option("--both", is_flag=True, help="Run nodes that make entangled pairs, beside the KMEs.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="With --links or --both: seconds that the nodes' clocks go on in one second.",
)
def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    directory: Path,
    host: str | None,
    kmes: int,
    only: str | None,
    port_base: int | None,
    store: Path | None,
    rate: float | None,
    capacity: int | None,
    stored: int | None,
    seed: int | None,
    fault_names: tuple[str, ...],
    variant_names: tuple[str, ...],
    until_stdin_closes: bool,
    links: bool,
    chain: int | None,
    processes: bool,
    both: bool,
    speed: float | None,
) -> None:
    """Run a network until SIGTERM or SIGINT, and write the manifest that leads to it.

    Prints one line, "ready PATH-OF-MANIFEST", when it can be reached.
    """
    if both and (links or only or fault_names or variant_names):
        raise click.UsageError("--both is for plain networks: not with --links, --only or a fault")
    if links:
        _check_no_keys(only=only, store=store, rate=rate, capacity=capacity, stored=stored)
        if processes and (fault_names or variant_names):
            why = "--processes is for plain networks: not with a fault or variant"
            raise click.UsageError(why)
        if chain is not None:
            if processes:
                raise click.UsageError("--chain and --processes do not go together")
            otherwise = [
                *_named(path_variants.ALL, variant_names, "variant", " --paths"),
                *_named(path_faults.ALL, fault_names, "fault", " --paths"),
            ]
            ends = altered_paths(chain_plan(chain), otherwise)
            ends = replace(ends, host=host or ends.host, speed=speed or ends.speed)
            _run(directory, _paths(directory, ends, otherwise, seed, port_base), until_stdin_closes)
            return
        changes = [
            *_named(link_variants.ALL, variant_names, "variant", " --links"),
            *_named(link_faults.ALL, fault_names, "fault", " --links"),
        ]
        lines = altered_links(default_link_plan(), changes)
        lines = replace(lines, host=host or lines.host, speed=speed or lines.speed)
        network = (
            _processes(directory, lines, seed, port_base)
            if processes
            else _links(directory, lines, changes, seed, port_base)
        )
        _run(directory, network, until_stdin_closes)
        return
    if chain is not None or processes:
        raise click.UsageError(f"{'--processes' if processes else '--chain'} is for --links")
    if speed is not None and not both:
        raise click.UsageError("--speed is for --links")
    alterations: list[Alteration] = [
        *_named(variants.ALL, variant_names, "variant"),
        *_named(faults.ALL, fault_names, "fault"),
    ]
    plan = _adjusted(altered(default_plan(kmes), alterations), host, rate, capacity, stored)
    if only is not None:
        _check_only(plan, only, port_base, store)
    options = Options(only, port_base, store, seed)
    network = _keys(directory, plan, alterations, options)
    if both:
        lines = default_link_plan()
        lines = replace(lines, host=host or lines.host, speed=speed or lines.speed)
        ports = port_base and port_base + 2 * GRPC_PORT_OFFSET
        network = _both(network, _links(directory, lines, [], seed, ports))
    _run(directory, network, until_stdin_closes)


@main.command(name="faults")
@click.option("--json", "as_json", is_flag=True, help="All that is known of each, as JSON.")
@click.option("--links", is_flag=True, help="Those of nodes that make entangled pairs.")
@click.option("--paths", is_flag=True, help="Those of the ends of circuits.")
def list_faults(as_json: bool, links: bool, paths: bool) -> None:
    """List what can be broken: name, requirements, the lie it tells."""
    listed: Sequence[Any] = path_faults.ALL if paths else link_faults.ALL if links else faults.ALL
    if as_json:
        click.echo(json.dumps([_described(one, _OF_A_FAULT) for one in listed], indent=2))
        return
    for fault in listed:
        click.echo(f"{fault.name}\t{','.join(fault.requirements)}\t{_sentence(fault)}")


@main.command(name="variants")
@click.option("--json", "as_json", is_flag=True, help="All that is known of each, as JSON.")
@click.option("--links", is_flag=True, help="Those of nodes that make entangled pairs.")
@click.option("--paths", is_flag=True, help="Those of the ends of circuits.")
def list_variants(as_json: bool, links: bool, paths: bool) -> None:
    """List in which ways the network can be unusual and still conform."""
    listed: Sequence[Any] = (
        path_variants.ALL if paths else link_variants.ALL if links else variants.ALL
    )
    if as_json:
        click.echo(json.dumps([_described(one, _OF_A_VARIANT) for one in listed], indent=2))
        return
    for variant in listed:
        click.echo(f"{variant.name}\t{_sentence(variant)}")


def _run(
    directory: Path, network: AbstractAsyncContextManager[Document], until_stdin_closes: bool
) -> None:
    try:
        asyncio.run(_serve(directory, network, until_stdin_closes))
    except (OSError, sqlite3.Error) as failure:
        raise click.ClickException(str(failure)) from failure


@asynccontextmanager
async def _keys(
    directory: Path, plan: Plan, alterations: Sequence[Alteration], options: Options
) -> AsyncIterator[Document]:
    """Runs a network of KMEs; gives its manifest."""
    files = provide(directory, plan, [plan.host])
    async with Network(plan, files, alterations, options) as network:
        yield manifest(plan, network.endpoints, files)


@asynccontextmanager
async def _links(
    directory: Path,
    plan: LinkPlan,
    alterations: Sequence[LinkAlteration],
    seed: int | None,
    port_base: int | None,
) -> AsyncIterator[Document]:
    """Runs a network of entangled links; gives its manifest."""
    files = provide(directory, plan.holders, [plan.host])
    async with QuantumNetwork(plan, files, alterations, seed, port_base) as network:
        yield link_manifest(plan, network.ports, files)


@asynccontextmanager
async def _processes(
    directory: Path, plan: LinkPlan, seed: int | None, port_base: int | None
) -> AsyncIterator[Document]:
    """Runs a network of entangled links, each node in a process; gives its manifest."""
    files = provide(directory, plan.holders, [plan.host])
    async with NodeProcesses(plan, directory, seed, port_base) as network:
        yield link_manifest(plan, network.ports, files)


@asynccontextmanager
async def _paths(
    directory: Path,
    plan: PathPlan,
    alterations: Sequence[PathAlteration],
    seed: int | None,
    port_base: int | None,
) -> AsyncIterator[Document]:
    """Runs the ends of circuits; gives their manifest."""
    files = provide(directory, plan.holders, [plan.host])
    async with Paths(plan, files, alterations, seed, port_base) as paths:
        yield path_manifest(plan, paths.ports, files)


@asynccontextmanager
async def _both(
    keys: AbstractAsyncContextManager[Document], links: AbstractAsyncContextManager[Document]
) -> AsyncIterator[Document]:
    """Runs both networks; gives one manifest."""
    async with keys as of_keys, links as of_links:
        claims, more = of_keys["claims"], of_links["claims"]
        yield of_keys | {
            "claims": claims | more | {"profiles": [*claims["profiles"], *more["profiles"]]},
            "nodes": [*of_keys["nodes"], *of_links["nodes"]],
            "clients": [*of_keys["clients"], *of_links["clients"]],
        }


async def _serve(
    directory: Path, network: AbstractAsyncContextManager[Document], until_stdin_closes: bool
) -> None:
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with network as document:
        path = directory / FILE_NAME
        write(path, document)
        sys.stdout.write(f"ready {path}\n")
        sys.stdout.flush()
        if until_stdin_closes:
            _when_stdin_closes(loop, stop)
        await stop.wait()


def _when_stdin_closes(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` at the end of standard input; a thread, for it may be a file or a terminal."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()


def _adjusted(
    plan: Plan, host: str | None, rate: float | None, capacity: int | None, stored: int | None
) -> Plan:
    """The plan with what the command line says, which comes before what alterations say."""
    if host is not None:
        plan = replace(plan, host=host)
    if rate is not None:
        plan = replace(plan, rate=rate)
    if capacity is not None:
        limits = replace(plan.limits, max_key_count=capacity)
        plan = replace(plan, limits=limits, initial_keys=None)
    if stored is not None:
        plan = replace(plan, initial_keys=min(stored, plan.limits.max_key_count))
    return plan


def _check_no_keys(**options: object) -> None:
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if given:
        raise click.UsageError(f"{', '.join(given)}: not with --links")


def _check_only(plan: Plan, only: str, port_base: int | None, store: Path | None) -> None:
    if only not in plan.kmes:
        raise click.UsageError(f"--only {only}: the KMEs are {', '.join(plan.kmes)}")
    if len(plan.kmes) > 1 and (port_base is None or store is None):
        raise click.UsageError(
            "--only needs --port-base and --store, which the processes of one network share"
        )


def _named(
    kinds: Iterable[type[T]], names: Sequence[str], word: str, listed_by: str = ""
) -> list[T]:
    by_name = {kind.name: kind for kind in kinds}
    for name in names:
        if name not in by_name:
            where = f"qinet-reference {word}s{listed_by}"
            raise click.UsageError(f"no {word} is called {name!r}; see {where}")
    return [by_name[name]() for name in names]


def _described(kind: type[AnyAlteration], attributes: Sequence[str]) -> dict[str, object]:
    told = {"name": kind.name, "sentence": _sentence(kind)}
    return {**told, **{attribute: getattr(kind, attribute) for attribute in attributes}}


def _sentence(kind: type[AnyAlteration]) -> str:
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
