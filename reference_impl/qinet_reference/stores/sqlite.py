"""A store in an SQLite file, which several processes may share and a crash does not harm."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qinet_reference.domain.model import Allocation, Key, Order, pair
from qinet_reference.domain.refusal import keys_not_found, not_entitled
from qinet_reference.domain.reservoir import Reservoir, Supply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reservoirs (  -- the stored bits of one key association
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    level REAL NOT NULL,                 -- bit
    as_of REAL NOT NULL,                 -- s, of the injected clock
    started REAL NOT NULL,               -- s, of the injected clock
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (        -- the keys that somebody has yet to fetch
    id TEXT PRIMARY KEY,
    master TEXT NOT NULL,
    material BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copies (      -- one a slave; delivered copies stay while others wait
    key_id TEXT NOT NULL,
    sae TEXT NOT NULL,
    kme TEXT NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (key_id, sae)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS starts (      -- how often each KME was started on this file
    kme TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;
"""
_BUSY_TIMEOUT_S = 10.0


class SqliteStore:
    """Implements `KeyStore` in one file; each operation is one transaction, on disk at its end.

    A copy leaves the file before it leaves the KME: a crash in between loses that copy, but
    nothing is ever delivered twice. What is deleted is overwritten with zeros.
    The clock must be one that all processes share.
    """

    def __init__(self, path: Path, supply: Supply, clock: Callable[[], float]) -> None:
        self._supply = supply
        self._clock = clock
        self._db = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        self._write_ahead()
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.executescript(_SCHEMA)

    async def stored_bits(self, one: str, other: str) -> int:
        """See `KeyStore`."""
        with self._transaction():
            return int(self._reservoir(pair(one, other)).level)

    async def allocate(self, allocation: Allocation) -> None:
        """See `KeyStore`."""
        with self._transaction():
            for slave, _ in allocation.slaves:
                name = pair(allocation.master, slave)
                left = self._reservoir(name).draw(
                    allocation.bits, self._supply, allocation.max_age_s
                )
                self._db.execute(
                    "UPDATE reservoirs SET level = ?, as_of = ? WHERE one = ? AND other = ?",
                    (left.level, left.as_of, *name),
                )
            self._db.executemany(
                "INSERT INTO keys VALUES (?, ?, ?)",
                [(key.id, allocation.master, key.material) for key in allocation.keys],
            )
            self._db.executemany(
                "INSERT INTO copies (key_id, sae, kme) VALUES (?, ?, ?)",
                [(key.id, sae, kme) for key in allocation.keys for sae, kme in allocation.slaves],
            )

    async def deliver(self, order: Order) -> list[Key]:
        """See `KeyStore`."""
        with self._transaction():
            copies = [self._copies_held(key_id, order.kme) for key_id in order.key_ids]
            if any(held and order.caller not in held for held in copies):
                raise not_entitled()
            keys = [
                self._key_of(key_id, order.master)
                for key_id, held in zip(order.key_ids, copies, strict=True)
                if held.get(order.caller) == "waiting"
            ]
            ours = [key for key in keys if key]
            if len(ours) < len(copies):
                raise keys_not_found()
            self._remove_copies(ours, order.caller)
        return ours

    def start_of(self, kme: str) -> int:
        """How often this KME was started on this file before; counts this start."""
        with self._transaction():
            (count,) = self._db.execute(
                "INSERT INTO starts VALUES (?, 1) "
                "ON CONFLICT (kme) DO UPDATE SET count = count + 1 RETURNING count",
                (kme,),
            ).fetchone()
        return int(count) - 1

    def close(self) -> None:
        """See `KeyStore`."""
        self._db.close()

    def _write_ahead(self) -> None:
        """Switch to WAL. SQLite does not wait for its lock on this occasion, so this does."""
        deadline = time.monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as failure:
                if (
                    failure.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
                    or time.monotonic() > deadline
                ):
                    raise
                time.sleep(0.01)
            else:
                return

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and alone: other processes wait for the write lock."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _reservoir(self, name: tuple[str, str]) -> Reservoir:
        """The bits stored now; the first to ask for them puts them on record."""
        now = self._clock()
        new = Reservoir.new(self._supply, now)
        self._db.execute(
            "INSERT OR IGNORE INTO reservoirs VALUES (?, ?, ?, ?, ?)",
            (*name, new.level, new.as_of, new.started),
        )
        row = self._db.execute(
            "SELECT level, as_of, started FROM reservoirs WHERE one = ? AND other = ?", name
        ).fetchone()
        return Reservoir(*row).at(now, self._supply)

    def _copies_held(self, key_id: str, kme: str) -> dict[str, str]:
        """All slaves of a key of which this KME still keeps a copy, and what became of theirs."""
        rows: Sequence[tuple[str, str, int]] = self._db.execute(
            "SELECT sae, kme, delivered FROM copies WHERE key_id = ?", (key_id,)
        ).fetchall()
        if not any(home == kme and not delivered for _, home, delivered in rows):
            return {}
        return {sae: "delivered" if delivered else "waiting" for sae, _, delivered in rows}

    def _key_of(self, key_id: str, master: str) -> Key | None:
        row = self._db.execute(
            "SELECT id, material FROM keys WHERE id = ? AND master = ?", (key_id, master)
        ).fetchone()
        return Key(*row) if row else None

    def _remove_copies(self, keys: Sequence[Key], sae: str) -> None:
        ids = [(key.id,) for key in keys]
        self._db.executemany(
            "UPDATE copies SET delivered = 1 WHERE key_id = ? AND sae = ?",
            [(key.id, sae) for key in keys],
        )
        gone = "NOT EXISTS (SELECT 1 FROM copies WHERE key_id = ?1 AND delivered = 0)"
        self._db.executemany(f"DELETE FROM keys WHERE id = ?1 AND {gone}", ids)  # noqa: S608
        self._db.executemany(f"DELETE FROM copies WHERE key_id = ?1 AND {gone}", ids)  # noqa: S608
