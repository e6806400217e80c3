"""The measurements of the script `run` beside this file: filters under the load of milter_load."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import namespace

namespace.prepare()

import log_drain  # noqa: E402  (the namespace has to be ready first)
import services  # noqa: E402
from filter_usage import cpu_seconds, megabytes  # noqa: E402
from page import kept_sections  # noqa: E402
from plot import plot  # noqa: E402

BIN = Path(os.environ["DMARCD_BIN_DIR"])
ROUNDS = 2  # every cell is measured this often, the filters in turns, so that a machine that slows down slows all of them
PORT = 8893


@dataclass(frozen=True)
class Filter:
    name: str
    program: str
    options: str = ""
    judges: bool = True


FILTERS = (
    Filter("dmarcd native", str(BIN / "dmarcd"), "MilterEngine native\n"),
    Filter("dmarcd libmilter", str(BIN / "dmarcd"), "MilterEngine libmilter\n"),
    Filter("empty libmilter filter", str(BIN / "empty_filter"), judges=False),
    Filter("opendmarc 1.4.2", os.environ["OPENDMARC"]),
)
REFERENCE = FILTERS[-1].name


@dataclass(frozen=True)
class Cell:
    """What is varied."""

    connections: int = 10
    transport: str = "unix"
    delay_ms: int = 5  # of each DNS answer
    round_trip_ms: int = 0  # to the SMTP client
    cached: bool = True  # whether the filter may keep answers
    spf: bool = True
    history: bool = False


@dataclass
class Result:
    """What was seen of one filter in one cell; medians over the rounds."""

    runs: list[dict] = field(default_factory=list)

    def __getattr__(self, name: str) -> float:
        return statistics.median(run[name] for run in self.runs)


CONNECTIONS = [Cell(connections=count, transport=transport) for transport in ("unix", "inet") for count in (1, 10, 100, 500)]
DNS = [Cell(delay_ms=delay, cached=cached) for cached in (True, False) for delay in (0, 5, 30)]
ALONE = [Cell(connections=1, transport=transport, delay_ms=30, cached=False) for transport in ("unix", "inet")]
REMOTE = [Cell(connections=1, transport=transport, delay_ms=30, round_trip_ms=30, cached=False) for transport in ("unix", "inet")]
OPTIONS = [Cell(spf=False), Cell(history=True)]


class Run:
    def __init__(self, seconds: int, scratch: Path):
        self.seconds = seconds
        self.scratch = scratch
        self.zone = subprocess.run([BIN / "milter_load", "--zone"], capture_output=True, text=True, check=True).stdout
        self.results: dict[tuple[Cell, str], Result] = {}

    def measure(self, cells: list[Cell]) -> None:
        for cell in dict.fromkeys(cells):
            if (cell, REFERENCE) in self.results:
                continue
            dns = self.start_dns(cell)
            for _ in range(ROUNDS):
                for tried in FILTERS:
                    result = self.results.setdefault((cell, tried.name), Result())
                    result.runs.append(self.run_filter(tried, cell))
            dns.stop()
            print(cell, {tried.name: round(self.results[cell, tried.name].per_second) for tried in FILTERS}, file=sys.stderr, flush=True)

    def start_dns(self, cell: Cell) -> services.Process:
        path = self.scratch / "zone"
        path.write_text(self.zone + f"* FAULT delay={cell.delay_ms}ms{'' if cell.cached else ' ttl=0'}\n")
        return services.Process(str(BIN / "dns_fixture"), str(path), "--port", "53", log=self.scratch / "dns.log",
                                ready=("127.0.0.1", 53))

    def run_filter(self, tried: Filter, cell: Cell) -> dict:
        socket = f"local:{self.scratch}/filter.sock" if cell.transport == "unix" else f"inet:{PORT}@127.0.0.1"
        configuration = self.scratch / "filter.conf"
        history = self.scratch / "history"
        configuration.write_text(
            f"AuthservID mx.receiver.example\nTrustedAuthservIDs verifier.example\nSocket {socket}\nSyslog true\n"
            + tried.options
            + ("SPFIgnoreResults true\nSPFSelfValidate true\n" if cell.spf else "")
            + (f"HistoryFile {history}\n" if cell.history else ""))
        Path(socket.removeprefix("local:")).unlink(missing_ok=True)  # a filter before may have left its own
        process = subprocess.Popen([tried.program, "-f", "-c", str(configuration)])
        try:
            self.wait_for(socket)
            self.load(socket, cell, 1)  # fills the cache, starts threads
            before = cpu_seconds(process.pid)
            seen = self.load(socket, cell, self.seconds)
            seen["cpu"] = (cpu_seconds(process.pid) - before) / max(seen["messages"], 1) * 1000
            seen["memory"] = megabytes(process.pid, "VmHWM")
        finally:
            process.kill()  # an orderly end takes OpenDMARC five seconds
            process.wait()
        if seen["errors"]:
            raise SystemExit(f"{tried.name}, {cell}: {seen['errors']} errors")
        if tried.judges and cell.spf and abs(seen["passes"] - seen["expected_passes"]) > cell.connections:
            print(f"{tried.name}, {cell}: {seen['passes']} passes instead of {seen['expected_passes']}", file=sys.stderr)
        return seen

    def wait_for(self, socket: str) -> None:
        if socket.startswith("inet"):
            return services.wait_for_port("127.0.0.1", PORT)
        services.wait_for_path(socket.removeprefix("local:"))

    @staticmethod
    def load(socket: str, cell: Cell, seconds: int) -> dict:
        distance = ["--round-trip", str(cell.round_trip_ms)] if cell.round_trip_ms else []
        done = subprocess.run([BIN / "milter_load", "--socket", socket, "--connections", str(cell.connections),
                               "--seconds", str(seconds), *distance], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)


def describe(cell: Cell) -> str:
    words = [f"{cell.connections} connection{'s' if cell.connections > 1 else ''}", cell.transport, f"DNS {cell.delay_ms} ms"]
    if cell.round_trip_ms:
        words.append(f"client {cell.round_trip_ms} ms away")
    if not cell.cached:
        words.append("nothing cached")
    if not cell.spf:
        words.append("no SPF")
    if cell.history:
        words.append("history")
    return ", ".join(words)


COLUMNS = (
    ("messages/s", "per_second", "{:,.0f}"),
    ("end of message p50 ms", "end_of_message_p50", "{:.2f}"),
    ("p99 ms", "end_of_message_p99", "{:.1f}"),
    ("dialogue p50 ms", "dialogue_p50", "{:.2f}"),
    ("p99 ms", "dialogue_p99", "{:.1f}"),
    ("CPU s / 1,000", "cpu", "{:.3f}"),
    ("peak MB", "memory", "{:.0f}"),
)


def table(run: Run, cells: list[Cell]) -> str:
    lines = ["| | filter | " + " | ".join(title for title, _, _ in COLUMNS) + " | messages/s ratio | CPU ratio |",
             "|---|---|" + "---:|" * (len(COLUMNS) + 2)]
    for cell in cells:
        reference = run.results[cell, REFERENCE]
        for tried in FILTERS:
            result = run.results[cell, tried.name]
            values = [form.format(getattr(result, name)) for _, name, form in COLUMNS]
            ratios = [f"{result.per_second / reference.per_second:.1f}", f"{result.cpu / reference.cpu:.2f}"]
            first = describe(cell) if tried is FILTERS[0] else ""
            lines.append("| " + " | ".join([first, tried.name, *values, *ratios]) + " |")
    return "\n".join(lines)


def document(run: Run, end_of_data: str, idle_connections: str, others: str) -> str:
    return f"""# Performance

Measured by `tests/bench/run`, which writes this page: both filters on the same mail and DNS data, in turns, in one run, on
{os.cpu_count()} cores ({platform.machine()}), load generator and DNS server included. Ratios compare with {REFERENCE} in the same row;
compare ratios, and CPU rather than messages per second, because on a small machine the load generator limits these.

The mail: 5,000 author domains by Zipf's law, 60 % signed, 25 % SPF only, 10 % failing, 5 % without a record; 25 header fields,
8 kB of body; a new connection for each message, as Postfix makes under load. *Dialogue* is from the connection to the final
answer, *end of message* from its last event to the answer.

![Messages per second by connections](performance.svg)

## Connections

{table(run, CONNECTIONS)}

## The DNS

Each SPF record of the mix includes its provider's, so a message with names that are not cached takes two rounds of questions. The
first is asked at MAIL; if the SMTP client is a network round trip away, its answers are there before the content arrives.

{table(run, REMOTE + ALONE + DNS)}

## SPF and history

{table(run, OPTIONS)}

## Through Postfix

What the SMTP client waits for, by `tests/bench/end_of_data`:

```
{end_of_data.strip()}
```

## Idle connections

Resident memory of the native engine by `idle_connections` of `tests/milter`, which also checks that it stays below 64 MB:

```
{idle_connections.strip()}
```

{others}"""


def main() -> None:
    seconds, docs = int(sys.argv[1]), Path(sys.argv[4])
    end_of_data, idle_connections = Path(sys.argv[2]).read_text(), Path(sys.argv[3]).read_text()
    log_drain.start()
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        run = Run(seconds, Path(scratch))
        run.measure(CONNECTIONS + DNS + ALONE + REMOTE + OPTIONS)
    text = document(run, end_of_data, idle_connections, kept_sections(docs / "performance.md"))
    print(text)
    (docs / "performance.md").write_text(text)
    curves = {f"{tried.name}, {transport}": [(cell.connections, run.results[cell, tried.name].per_second)
                                             for cell in CONNECTIONS if cell.transport == transport]
              for tried in FILTERS for transport in ("unix", "inet")}
    (docs / "performance.svg").write_text(plot("messages per second", "connections", curves))


main()
