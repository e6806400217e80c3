"""End-of-data to reply through real Postfix; see the script `end_of_data` beside this file."""

import os
import statistics
import subprocess
import sys
import time

import namespace

namespace.prepare()

import services  # noqa: E402  (the namespace has to be ready first)
from world import SEED, World, auth_results, message  # noqa: E402

ROUNDS = 4  # every variant is measured this often, in turns, so that a machine that slows down slows all of them


def smtp_times(world: World, count: int) -> list[float]:
    """Milliseconds from the write that holds the end of data to the reply, on one connection."""
    times = []
    with world.connect(namespace.GENUINE) as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.sock.setsockopt(6, 1, 1)  # TCP_NODELAY: the client's own stalls are not the filter's
        for _ in range(count):
            smtp.mail("a@reject.example")
            smtp.rcpt("inbox@victim.example")
            smtp.putcmd("data")
            smtp.getreply()
            text = message("a@reject.example")
            begin = time.perf_counter()
            smtp.send(text + b"\r\n.\r\n")
            code, reply = smtp.getreply()
            times.append((time.perf_counter() - begin) * 1000)
            if code != 250:
                raise SystemExit(f"unexpected reply {code} {reply!r}")
    return times


def check_filtered(world: World, filtered: bool) -> None:
    """Postfix accepts mail when it can't reach a filter, and that would be fast."""
    answer = world.send(message("a@reject.example"), namespace.GENUINE, sender="a@reject.example")
    fields = auth_results(world.delivered(answer))
    if any("OpenDMARC; dmarc=pass" in field for field in fields) != filtered:
        raise SystemExit(f"filter expected: {filtered}, fields: {fields}")


def start_opendmarc(world: World, socket: str) -> services.Process:
    """Debian's opendmarc with the seed configuration, waiting on port 8894 or a UNIX socket."""
    path = world.scratch / f"opendmarc.{'unix' if socket.startswith('local') else 'inet'}.conf"
    path.write_text(SEED.replace("inet:8893@127.0.0.1", socket))
    environment = dict(os.environ, LD_LIBRARY_PATH=os.environ["OPENDMARC_LIBRARIES"])
    return start(world, path, os.environ["OPENDMARC"], socket, environment)


def start(world: World, configuration, program: str, socket: str, environment=None):
    process = subprocess.Popen([program, "-f", "-l", "-c", str(configuration)], env=environment)
    end = time.monotonic() + services.DEADLINE
    if socket.startswith("local:"):
        path = socket.removeprefix("local:")
        while not os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.02)
        os.chmod(path, 0o666)
    else:
        port, host = socket.removeprefix("inet:").split("@")
        services.wait_for_port(host, int(port))
    return process


def main() -> None:
    count = int(sys.argv[1])
    world = World(SEED)
    variants = {"no filter": ""}
    processes = []
    for name, program, inet, sock in (("dmarcd", None, "inet:8895@127.0.0.1", "d.sock"),
                                      ("opendmarc", "opendmarc", "inet:8894@127.0.0.1", "o.sock")):
        unix = f"local:{world.scratch}/{sock}"
        for socket, main_cf in ((inet, f"inet:127.0.0.1:{inet[5:9]}"), (unix, f"unix:{world.scratch}/{sock}")):
            if program:
                processes.append(start_opendmarc(world, socket))
            else:
                path = world.scratch / f"dmarcd.{len(processes)}.conf"
                path.write_text(SEED.replace("inet:8893@127.0.0.1", socket))
                processes.append(start(world, path, str(services.Path(os.environ["DMARCD_BIN_DIR"]) / "dmarcd"), socket))
            variants[f"{name} {'inet' if socket is inet else 'unix'}"] = main_cf
    times: dict[str, list[float]] = {name: [] for name in variants}
    try:
        for _ in range(ROUNDS):
            for name, milters in variants.items():
                world.postfix.set(f"smtpd_milters = {milters}")
                check_filtered(world, bool(milters))
                smtp_times(world, 3)  # fills the DNS cache and starts Postfix's processes
                times[name] += smtp_times(world, count)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        world.close()
    print(f"{'end of data to reply, ms':24} {'median':>8} {'p90':>8} {'p99':>8}   ({ROUNDS} x {count} messages each)")
    for name, values in times.items():
        cuts = statistics.quantiles(values, n=100)
        print(f"{name:24} {statistics.median(values):8.2f} {cuts[89]:8.2f} {cuts[98]:8.2f}")


main()
