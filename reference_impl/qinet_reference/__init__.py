"""The reference network: two or more KMEs that share keys, over REST and gRPC.

Read from the inside out:

- `domain`: what a KME does (014 clauses 5 and 6), pure; `key_service` is the heart of it;
- `stores`: where stored bits and outstanding keys are kept, in memory or in an SQLite file;
- `adapters`: the two wires and their TLS;
- `plan`, `pki`, `pki_files`, `manifest`: what a network consists of, its certificates, and
  how it is described to a conformance suite;
- `network`: the composition root; `cli`: the command `qinet-reference`;
- `alteration`: the seams that `faults` (known violations) and `variants` (unusual, but
  conforming) wrap. No part of the above knows of either.
"""

import os

# gRPC reads this when it is imported, and would tell on stderr each handshake that fails.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
