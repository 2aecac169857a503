"""A manifest that a command writes: whole or not at all, and only if it loads."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from qonform.cli.failure import UsageFailure
from qonform.target import ManifestError, load

_MODE = 0o644


def write_manifest(path: Path, text: str) -> None:
    """Puts the text at the path, in the place of what is there. Raises UsageFailure."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    except OSError as error:
        raise UsageFailure(f"{path}: cannot be written: {error.strerror}") from error
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        load(new)
        new.chmod(path.stat().st_mode if path.exists() else _MODE)
        new.replace(path)
    except ManifestError as error:
        raise UsageFailure(str(error).replace(str(new), str(path))) from error
    except OSError as error:
        raise UsageFailure(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
