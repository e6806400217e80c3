"""Instructions a message; see the script `instructions` beside this file.

Each figure is the difference of two runs of the daemon, one with more messages than the other, so start and end of the daemon
are not in it. Of costly SPF records it says the CPU time too, and fails if the thread of the DNS had a part in evaluating them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import namespace

namespace.prepare()

import log_drain  # noqa: E402  (the namespace has to be ready first)
import services  # noqa: E402
from page import INSTRUCTIONS, put_section  # noqa: E402

services.DEADLINE = 120  # seconds; under valgrind everything takes fifty times as long
LOAD_SECONDS = 300  # that a load may take: ten times what it takes on an idle machine
BIN = Path(os.environ["DMARCD_BIN_DIR"])
COSTLY_SENDER = "a@costly.example"
COSTLY_MESSAGES = 20
BOMB_TERMS = 4000  # of each include: 60 kB, more than is read
DENSE_TERMS = 999  # of each include, and -all: as many as one record may have, in as many octets as one check may read
EVALUATION = "dmarc::spf::"  # in the names of functions
DNS_THREAD = "dmarc::resolver::Queries::"


@dataclass(frozen=True)
class Load:
    """What the daemon gets: the same before both runs, then only in the longer one."""

    name: str
    meaning: str
    zone: str
    before: int
    messages: int
    connections: int = 10
    sender: str = ""  # of a costly SPF record; else that of the mix


def mix_zone() -> str:
    return subprocess.run([BIN / "milter_load", "--zone"], capture_output=True, text=True, check=True, timeout=60).stdout


def txt(name: str, text: str) -> str:
    """RFC 1035 section 3.3: a character-string holds 255 octets."""
    return f"{name} TXT " + " ".join(f'"{text[i:i + 255]}"' for i in range(0, len(text), 255))


def costly_zone(terms: int) -> str:
    """One MAIL as dear as RFC 7208 allows: ten terms that ask the DNS, with much to read and to ask for behind each."""
    parts = [f"i{i}.costly.example" for i in range(5)]
    hosts = [f"m{i}.costly.example" for i in range(5)]
    lines = [txt("costly.example", f"v=spf1 {' '.join(['include:' + part for part in parts] + ['mx:' + host for host in hosts])} -all")]
    for number, part in enumerate(parts):
        networks = " ".join(f"ip4:1.{number}.{i % 10}.{10 + i // 10 % 90}" for i in range(terms))
        lines.append(txt(part, f"v=spf1 {networks} -all"))
    for host in hosts:
        for i in range(10):
            lines += [f"{host} MX 10 h{i}.{host}", f"h{i}.{host} A 10.9.9.{i + 1}"]
    return "\n".join(lines) + "\n* FAULT ttl=0\n"


def costly(name: str, meaning: str, terms: int) -> Load:
    return Load(name, meaning, costly_zone(terms), 0, COSTLY_MESSAGES, connections=1, sender=COSTLY_SENDER)


class Daemon:
    def __init__(self, scratch: Path, prefix: list[str]):
        self.socket = scratch / "filter.sock"
        self.socket.unlink(missing_ok=True)
        configuration = scratch / "filter.conf"
        configuration.write_text(
            f"AuthservID mx.receiver.example\nTrustedAuthservIDs verifier.example\nSocket local:{self.socket}\nSyslog true\n"
            "SPFIgnoreResults true\nSPFSelfValidate true\nDNSTimeout 60\nConfine false\n")  # valgrind needs what confinement takes
        self.process = services.Process(str(BIN / "dmarcd"), "-f", "-c", str(configuration), log=scratch / "filter.log",
                                        ready=self.socket, prefix=prefix)

    def send(self, load: Load, messages: int) -> None:
        if messages == 0:
            return
        chosen = ["--sender", load.sender] if load.sender else []
        done = subprocess.run([BIN / "milter_load", "--socket", f"local:{self.socket}", "--connections", str(load.connections),
                               "--seconds", str(LOAD_SECONDS), "--messages", str(messages), *chosen],
                              capture_output=True, text=True, timeout=LOAD_SECONDS + 60)
        if done.returncode != 0 or json.loads(done.stdout)["messages"] < messages:
            raise SystemExit(f"{load.name}: milter_load: {done.stdout}{done.stderr}")

    def stop(self) -> None:
        if status := self.process.stop():
            raise SystemExit(f"dmarcd ended with {status}")


def parts_of(profile: Path) -> list[Path]:
    """Callgrind writes one file for each thread."""
    return sorted(profile.parent.glob(profile.name + "-*"))


def profiled(scratch: Path, profile: Path, load: Load, messages: int) -> int:
    """The instructions of a whole run."""
    for part in parts_of(profile):
        part.unlink()
    daemon = Daemon(scratch, ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={profile}"])
    daemon.send(load, load.before)
    daemon.send(load, messages)
    daemon.stop()
    return sum(int(re.search(r"^(?:summary|totals): (\d+)", part.read_text(), re.MULTILINE)[1]) for part in parts_of(profile))


def check_dns_thread(profile: Path) -> None:
    """Evaluation belongs to the threads of the connections."""
    of_dns = [text for part in parts_of(profile) if DNS_THREAD in (text := part.read_text())]
    if not of_dns or not any(EVALUATION in part.read_text() for part in parts_of(profile)):
        raise SystemExit(f"{profile}: no thread of the DNS or no evaluation; have the functions other names?")
    if any(EVALUATION in text for text in of_dns):
        raise SystemExit(f"{profile}: the thread of the DNS has evaluated")


def start_dns(scratch: Path, load: Load) -> services.Process:
    path = scratch / "zone"
    path.write_text(load.zone)
    return services.Process(str(BIN / "dns_fixture"), str(path), "--port", "53", log=scratch / "dns.log", ready=("127.0.0.1", 53))


def instructions(scratch: Path, profiles: Path, load: Load) -> float:
    dns = start_dns(scratch, load)
    few = profiled(scratch, profiles / f"{load.name}.few", load, 0)
    many = profiled(scratch, profiles / load.name, load, load.messages)
    dns.stop()
    if load.sender:
        check_dns_thread(profiles / load.name)
    return (many - few) / load.messages


def thread_milliseconds(pid: int) -> dict[str, float]:
    """CPU time of each thread, the oldest first."""
    times = {}
    for task in sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda task: int(task.name)):
        fields = (task / "schedstat").read_text().split()
        times[task.name] = int(fields[0]) / 1e6
    return times


def milliseconds(scratch: Path, load: Load) -> list[float]:
    """CPU time a MAIL, of each thread that used any, without valgrind."""
    dns = start_dns(scratch, load)
    daemon = Daemon(scratch, [])
    daemon.send(load, 1)
    before = thread_milliseconds(daemon.process.pid)
    daemon.send(load, load.messages)
    after = thread_milliseconds(daemon.process.pid)
    daemon.stop()
    dns.stop()
    return sorted((round((used - before.get(thread, 0)) / load.messages, 2) for thread, used in after.items()), reverse=True)


def cpu_time(load: Load, threads: list[float]) -> str:
    return (f"- {load.name}: {sum(threads):.1f} ms in all; by thread, the busiest first: "
            f"{', '.join(str(value) for value in threads if value)} ms")


def document(rows: list[tuple[Load, float]], times: list[str]) -> str:
    lines = [f"| {load.name}: {load.meaning} | {value:,.0f} |" for load, value in rows]
    return "\n".join(["Of dmarcd alone, by `tests/bench/instructions`, which counts with valgrind's callgrind: the same figures on a busy machine",
                      "and a quiet one. The mail is that of the other tables, on ten connections with SPF, without the daemon's start.", "",
                      "| what | instructions a message |", "|---|---:|", *lines, "",
                      "CPU time of a message with a costly SPF record, none of it evaluation on the thread of the DNS:", "", *times, ""])


def main() -> None:
    profiles, docs, count, chosen = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    mix = mix_zone()
    loads = (Load("warm", "every name is in the cache", mix, count, count),
             Load("cold", "nothing is kept, every question goes out", mix + "* FAULT ttl=0\n", 0, count),
             costly("bomb", "an SPF record of five includes of 60 kB, more than is read, and five MX of ten hosts", BOMB_TERMS),
             costly("dense", "the same with includes of 1,000 terms, all that is read", DENSE_TERMS))
    if unknown := set(chosen) - {load.name for load in loads}:
        raise SystemExit(f"no such load: {', '.join(sorted(unknown))}")
    log_drain.start()
    rows, times = [], []
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        for load in loads:
            if chosen and load.name not in chosen:
                continue
            rows.append((load, instructions(Path(scratch), profiles, load)))
            print(f"{load.name}: {rows[-1][1]:,.0f}", file=sys.stderr, flush=True)
            if load.sender:
                times.append(cpu_time(load, milliseconds(Path(scratch), load)))
    text = document(rows, times)
    print(text)
    if not chosen:
        put_section(docs / "performance.md", INSTRUCTIONS, text)


main()
