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


def start(program: str, configuration, socket: str) -> subprocess.Popen:
    process = subprocess.Popen([program, "-f", "-l", "-c", str(configuration)])
    if socket.startswith("local:"):
        path = socket.removeprefix("local:")
        services.wait_for_path(path)
        os.chmod(path, 0o666)
    else:
        port, host = socket.removeprefix("inet:").split("@")
        services.wait_for_port(host, int(port))
    return process


def main() -> None:
    count = int(sys.argv[1])
    world = World(SEED)
    dmarcd = os.path.join(os.environ["DMARCD_BIN_DIR"], "dmarcd")
    variants = {"no filter": ""}
    processes = []
    for name, program, options, port in (("dmarcd native", dmarcd, "MilterEngine native\n", 8895),
                                         ("dmarcd libmilter", dmarcd, "MilterEngine libmilter\n", 8896),
                                         ("opendmarc", os.environ["OPENDMARC"], "", 8894)):
        path = f"{world.scratch}/{port}.sock"
        for socket, main_cf in ((f"inet:{port}@127.0.0.1", f"inet:127.0.0.1:{port}"), (f"local:{path}", f"unix:{path}")):
            configuration = world.scratch / f"filter{len(processes)}.conf"
            configuration.write_text(SEED.replace("inet:8893@127.0.0.1", socket) + options)
            processes.append(start(program, configuration, socket))
            variants[f"{name}, {main_cf.split(':')[0]}"] = main_cf
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
