"""Who is there to ask, and what stays undecided for want of somebody."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from qonform.catalogue import Level
from qonform.practice.doctor.line import Line, ok, problem, warning
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.catalogue import Catalogue
    from qonform.target import Target

NEEDS: dict[Role, tuple[str, ...]] = {
    Role.SLAVE: (
        "ETSI-014-5.4-*", "ETSI-014-5.3-*", "ETSI-014-6.2-*", "ETSI-014-6.4-*", "ETSI-014-6.3-*",
        "ETSI-014-5.2-0[123]", "ETSI-014-3.1-*",
    ),
    Role.ADDITIONAL_SLAVE: (
        "ETSI-014-5.4-02", "ETSI-014-5.4-03", "ETSI-014-5.4-05", "ETSI-014-6.2-18",
        "ETSI-014-6.2-19", "ETSI-014-6.2-22",
    ),
    Role.BYSTANDER: ("ETSI-014-6.2-22",),
    Role.UNENROLLED: ("ETSI-014-5.1-04",),
    Role.EXPIRED: ("ETSI-014-5.1-03",),
    Role.PEER: ("QIA-EGP-*",),
    Role.SECOND_CREATOR: ("QIA-EGP-PUR-02",),
    Role.SECOND_PEER: ("QIA-EGP-PUR-02",),
}  # fmt: skip
"""Requirements, as globs, that a run leaves undecided while nobody has a role.

Without an outsider or a stranger nothing stays undecided: less is then looked at.
"""

_WHO = {
    Role.SLAVE: "an SAE at the other node, to whom the master's keys go",
    Role.ADDITIONAL_SLAVE: "one more SAE at the slave's node",
    Role.BYSTANDER: "a third SAE at the slave's node",
    Role.UNENROLLED: "a certificate of the right CA that stands for no SAE",
    Role.EXPIRED: "a certificate that is out of date",
    Role.PEER: "an application at the other end of the link, which accepts what the creator asks",
    Role.SECOND_CREATOR: "one more application at the creator's node",
    Role.SECOND_PEER: "one more application at the peer's node",
}
_AT_THE_SLAVES = (Role.ADDITIONAL_SLAVE, Role.BYSTANDER)


def roles(target: Target, catalogue: Catalogue) -> Iterator[Line]:
    """Which roles are filled, and what stays undecided without each that is not."""
    filled = [f"{role} {client.id}" for role in Role if (client := target.client(role))]
    yield ok("roles", ", ".join(filled))
    judged = {
        r.id: r.level
        for profile in target.claims.profiles
        for r in catalogue.for_profile(profile)
        if not r.untested_because
    }
    for role, needs in NEEDS.items():
        if target.client(role) is None:
            needed = [id_ for glob in needs for id_ in judged if fnmatchcase(id_, glob)]
            yield from _missing(role, {id_: judged[id_] for id_ in needed})
    slave = target.client(Role.SLAVE)
    for role in _AT_THE_SLAVES:
        client = target.client(role)
        if slave and client and client.node != slave.node:
            said = f"has the role `{role}` and is at {client.node}, not at the slave's {slave.node}"
            yield problem(client.id, said, f"what needs it stays undecided: put it at {slave.node}")


def _missing(role: Role, open_: dict[str, Level]) -> Iterator[Line]:
    if not open_:
        return
    shall = [id_ for id_, level in open_.items() if level is Level.SHALL]
    shown = shall or list(open_)
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    which = "shall" if shall else "should or may"
    said = f"nobody is `{role}`: {len(shown)} {which} stay undecided ({', '.join(shown[:4])}{more})"
    tell = problem if shall else warning
    yield tell("roles", said, f"add {_WHO[role]}")
