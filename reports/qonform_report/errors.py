"""What can go wrong with results."""

from __future__ import annotations


class UnusableResultsError(ValueError):
    """Results that no report may be made of. `str()` is one line that says why.

    Raised by `read` when the file

    - is not there, or cannot be opened;
    - is truncated: it ends too early, or has no member `complete`, which is written last;
    - is not JSON in UTF-8, or holds NaN or Infinity, which JSON does not have;
    - is of another kind or version: its `schema` is not `urn:qonform:results:1`;
    - breaks the schema: the line names the member;
    - contradicts itself: counts that are not those of its requirements, one requirement listed
      twice, the word "conforming" over a failed *shall*.

    Raised by `write` and by the `render_` functions for the last three.

    An *incomplete* run is none of these: its `complete` is false, it can be read, and every
    report says so.
    """
