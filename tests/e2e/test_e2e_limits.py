"""Rate and concurrency of the manifest are kept, as the server itself counts them."""

import re

from counted_network import Counting, counted

RATE, AT_ONCE = 150, 3


def most_in(times, window_s):
    """Most arrivals in any window of that length."""
    times, first, most = sorted(times), 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_rate_and_concurrency_are_kept_as_the_server_counts_them(tmp_path, judge):
    counting = Counting()
    with counted(tmp_path, counting) as path:
        limits = f"[limits]\nrequests_per_second = {RATE}\nmax_concurrency = {AT_ONCE}\n"
        text = re.sub(r"(?m)^\[limits\]\n(?:[a-z_]+ *=.*\n)*", "", path.read_text())
        path.write_text(f"{text}\n{limits}")
        judged = judge(path, "--effort", "quick", "--seed", "1")
    assert judged.exit_code == 0, judged.stdout
    assert len(counting.arrived) > 2 * RATE
    assert counting.most == AT_ONCE  # reached, and never passed
    # Beside the rate: those that were under way when the window began, and one burst, which
    # takes the turns before it and after it.
    for window_s in (1.0, 2.0):
        assert most_in(counting.arrived, window_s) <= RATE * window_s + 2 * AT_ONCE
