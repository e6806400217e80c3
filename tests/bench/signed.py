"""What DKIM signatures cost; see the script `signed` beside this file."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import namespace

namespace.prepare()

import dkim  # noqa: E402  (the namespace has to be ready first)

import log_drain  # noqa: E402
import services  # noqa: E402
from filter_usage import cpu_seconds  # noqa: E402
from page import SIGNATURES, put_section  # noqa: E402
from witnesses import ALGORITHMS, Keys  # noqa: E402

BIN = Path(os.environ["DMARCD_BIN_DIR"])
ROUNDS = 2  # every cell is measured this often, the filters in turns, so that a machine that slows down slows all of them
AUTHOR = "author.example"
SIGNERS = [AUTHOR, "esp.example", "list.example", "cloud.example", "relay.example"]
KINDS = {"unsigned": [], "RSA-2048": [("rsa", AUTHOR)], "Ed25519": [("ed", AUTHOR)],
         "five of RSA-2048": [("rsa", domain) for domain in SIGNERS]}
SIZES = {"10 kB": 10_000, "1 MB": 1_000_000}
LINE = b"An ordinary line of text, as it stands in a message, of the usual size.\r\n"


@dataclass(frozen=True)
class Cell:
    kind: str
    size: str
    connections: int = 10
    delay_ms: int = 5  # of each DNS answer
    cached: bool = True  # whether answers may be kept


@dataclass(frozen=True)
class Filter:
    name: str
    port: int
    passes: str  # what it writes of a message that is signed

    def start(self, run: "Run") -> subprocess.Popen:
        return subprocess.Popen(run.command(self), env=run.environment(self), stderr=subprocess.DEVNULL)


DMARCD = Filter("dmarcd", 8893, "dmarc=pass")
OPENDKIM = Filter("OpenDKIM 2.11", 8891, "dkim=pass")
OPENDMARC = Filter("OpenDMARC 1.4.2", 8894, "dmarc=pass")  # on what OpenDKIM leaves
CHAIN = "OpenDKIM + OpenDMARC"
WARM = [Cell(kind, size) for size in SIZES for kind in KINDS]
COLD = [Cell(kind, "10 kB", connections=1, delay_ms=delay, cached=False) for kind in ("unsigned", "RSA-2048", "five of RSA-2048")
        for delay in (5, 30)]


class Run:
    def __init__(self, seconds: int, scratch: Path):
        self.seconds = seconds
        self.scratch = scratch
        self.keys = Keys(str(scratch))
        self.seen: dict[tuple[Cell, str], list[dict]] = {}
        for kind, signatures in KINDS.items():
            for size, octets in SIZES.items():
                self.write_message(kind, size, signatures, octets)
        (scratch / "dmarcd.conf").write_text(
            f"AuthservID OpenDMARC\nSocket inet:{DMARCD.port}@127.0.0.1\nSyslog true\nDKIMSelfValidate true\n"
            "SPFIgnoreResults true\nSPFSelfValidate true\n")
        (scratch / "opendmarc.conf").write_text(
            f"AuthservID OpenDMARC\nTrustedAuthservIDs {namespace.HOST_NAME}\nSocket inet:{OPENDMARC.port}@127.0.0.1\nSyslog true\n"
            "SPFIgnoreResults true\nSPFSelfValidate true\n")
        (scratch / "opendkim.conf").write_text(
            f"Syslog yes\nMode v\nAuthservID {namespace.HOST_NAME}\nSocket inet:{OPENDKIM.port}@127.0.0.1\nNameservers 127.0.0.1\n")

    def write_message(self, kind: str, size: str, signatures: list, octets: int) -> None:
        header = (f"From: Author <author@{AUTHOR}>\r\nTo: inbox@victim.example\r\nSubject: What a signature costs\r\n"
                  f"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@{AUTHOR}>\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n\r\n").encode()
        message = header + LINE * (octets // len(LINE))
        for key, domain in signatures:
            message = dkim.sign(message, key.encode(), domain.encode(), self.keys.private(key), canonicalize=(b"relaxed", b"relaxed"),
                                signature_algorithm=ALGORITHMS[key].encode()) + message
        self.message(kind, size).write_bytes(message)
        word = f"pass header.d={AUTHOR}" if signatures else "none"
        field = f"Authentication-Results: {namespace.HOST_NAME}; dkim={word}\r\n".encode()
        self.message(kind, size, OPENDMARC).write_bytes(field + message)

    def message(self, kind: str, size: str, reader: Filter = DMARCD) -> Path:
        return self.scratch / f"{kind} {size}{' checked' if reader is OPENDMARC else ''}".replace(" ", "-")

    def command(self, tried: Filter) -> list[str]:
        if tried is OPENDKIM:
            return ["opendkim", "-f", "-x", str(self.scratch / "opendkim.conf")]
        if tried is OPENDMARC:
            return [os.environ["OPENDMARC"], "-f", "-c", str(self.scratch / "opendmarc.conf")]
        return [str(BIN / "dmarcd"), "-f", "-c", str(self.scratch / "dmarcd.conf")]

    @staticmethod
    def environment(tried: Filter) -> dict:
        return dict(os.environ, LD_LIBRARY_PATH=os.environ["OPENDMARC_LIBRARIES"] if tried is OPENDMARC else "")

    def zone(self, cell: Cell) -> str:
        lines = [f'_dmarc.{AUTHOR} TXT "v=DMARC1; p=reject"', 'client.example TXT "v=spf1 ip4:198.51.100.66 -all"']
        for domain in SIGNERS:
            for key in ALGORITHMS:
                record = self.keys.zone[f"{key}._domainkey.example.com"]
                parts = " ".join(f'"{record[i:i + 255]}"' for i in range(0, len(record), 255))
                lines.append(f"{key}._domainkey.{domain} TXT {parts}")
        return "\n".join([*lines, f"* FAULT delay={cell.delay_ms}ms{'' if cell.cached else ' ttl=0'}"]) + "\n"

    def measure(self, cell: Cell) -> None:
        zone = self.scratch / "zone"
        zone.write_text(self.zone(cell))
        dns = services.Process(str(BIN / "dns_fixture"), str(zone), "--port", "53", log=self.scratch / "dns.log", ready=("127.0.0.1", 53))
        for _ in range(ROUNDS):
            for tried in (DMARCD, OPENDKIM, OPENDMARC):
                self.seen.setdefault((cell, tried.name), []).append(self.run_filter(tried, cell))
        dns.stop()
        print(cell, {name: round(self.median(cell, name, "cpu"), 3) for seen, name in self.seen if seen == cell}, file=sys.stderr, flush=True)

    def run_filter(self, tried: Filter, cell: Cell) -> dict:
        process = tried.start(self)
        try:
            services.wait_for_port("127.0.0.1", tried.port)
            self.load(tried, cell, 1)  # fills the cache, starts threads
            before = cpu_seconds(process.pid)
            seen = self.load(tried, cell, self.seconds)
            seen["cpu"] = (cpu_seconds(process.pid) - before) / max(seen["messages"], 1) * 1000  # ms a message
        finally:
            process.kill()  # an orderly end takes the others seconds
            process.wait()
        signed = cell.kind != "unsigned"
        if seen["errors"] or abs(seen["passes"] - signed * seen["messages"]) > cell.connections:
            raise SystemExit(f"{tried.name}, {cell}: {seen}")
        return seen

    def load(self, tried: Filter, cell: Cell, seconds: int) -> dict:
        done = subprocess.run([BIN / "milter_load", "--socket", f"inet:{tried.port}@127.0.0.1", "--connections", str(cell.connections),
                               "--seconds", str(seconds), "--message", self.message(cell.kind, cell.size, tried),
                               "--passes", tried.passes], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def median(self, cell: Cell, name: str, what: str) -> float:
        if name == CHAIN:  # an MTA asks one after the other
            return self.median(cell, OPENDKIM.name, what) + self.median(cell, OPENDMARC.name, what)
        return statistics.median(run[what] for run in self.seen[cell, name])


def table(run: Run, cells: list[Cell], columns: tuple, first: str) -> str:
    lines = [f"| {first} | filter | " + " | ".join(title for title, _, _ in columns) + " | ratio to dmarcd |",
             "|---|---|" + "---:|" * (len(columns) + 1)]
    for cell in cells:
        what = f"{cell.kind}, {cell.size}" + ("" if cell.cached else f", DNS {cell.delay_ms} ms")
        for name in (DMARCD.name, OPENDKIM.name, CHAIN):
            values = [form.format(run.median(cell, name, column)) for _, column, form in columns]
            ratio = run.median(cell, name, columns[0][1]) / run.median(cell, DMARCD.name, columns[0][1])
            lines.append("| " + " | ".join([what if name == DMARCD.name else "", name, *values, f"{ratio:.1f}"]) + " |")
    return "\n".join(lines)


def main() -> None:
    log_drain.start()
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        run = Run(int(sys.argv[1]), Path(scratch))
        for cell in WARM + COLD:
            run.measure(cell)
        text = f"""\
Measured by `tests/bench/signed`, all filters in turns, in one run: dmarcd alone (DKIM, SPF and DMARC), OpenDKIM alone (DKIM only), and the
two filters that everybody runs one behind the other, as the sum of both. One message again and again, a new connection for each, over TCP;
relaxed canonicalization; a CPU time below 0.05 ms is near what the kernel counts.

With names in the cache of those that have one (dmarcd), each DNS answer 5 ms late, 10 connections:

{table(run, WARM, (("CPU ms a message", "cpu", "{:.3f}"), ("end of message p50 ms", "end_of_message_p50", "{:.2f}"),
                   ("p99 ms", "end_of_message_p99", "{:.1f}")), "message")}

With nothing in a cache, one connection: from the end of the message to the answer, and the whole dialogue.

{table(run, COLD, (("dialogue p50 ms", "dialogue_p50", "{:.1f}"), ("end of message p50 ms", "end_of_message_p50", "{:.1f}"),
                   ("CPU ms a message", "cpu", "{:.3f}")), "message")}
"""
    print(text)
    put_section(Path(sys.argv[2]) / "performance.md", SIGNATURES, text)


main()
