"""Instructions a message; see the script `instructions` beside this file.

Each figure is the difference of two runs of the daemon, one with more messages than the other, so start and end of the daemon
are not in it.
"""

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
from page import put_instructions_section  # noqa: E402

services.DEADLINE = 300  # under valgrind everything takes fifty times as long
BIN = Path(os.environ["DMARCD_BIN_DIR"])
BOMB_SENDER = "a@bomb.example"
BOMBS = 20
BOMB_TERMS = 4000  # of each include: 60 kB


@dataclass(frozen=True)
class Load:
    """What the daemon gets: the same before both runs, then only in the longer one."""

    name: str
    meaning: str
    zone: str
    before: int
    messages: int
    connections: int = 10
    sender: str = ""


def mix_zone() -> str:
    return subprocess.run([BIN / "milter_load", "--zone"], capture_output=True, text=True, check=True).stdout


def txt(name: str, text: str) -> str:
    """RFC 1035 section 3.3: a character-string holds 255 octets."""
    return f"{name} TXT " + " ".join(f'"{text[i:i + 255]}"' for i in range(0, len(text), 255))


def bomb_zone() -> str:
    """One MAIL as dear as RFC 7208 allows: ten terms that ask the DNS, as much to read and to ask for as they can hold."""
    parts = [f"i{i}.bomb.example" for i in range(5)]
    hosts = [f"m{i}.bomb.example" for i in range(5)]
    terms = " ".join(["include:" + part for part in parts] + ["mx:" + host for host in hosts])
    lines = [txt("bomb.example", f"v=spf1 {terms} -all")]
    for number, part in enumerate(parts):
        terms = " ".join(f"ip4:10.{number}.{i // 250}.{i % 250}" for i in range(BOMB_TERMS))
        lines.append(txt(part, f"v=spf1 {terms} -all"))
    for host in hosts:
        for i in range(10):
            lines += [f"{host} MX 10 h{i}.{host}", f"h{i}.{host} A 10.9.9.{i + 1}"]
    return "\n".join(lines) + "\n* FAULT ttl=0\n"


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
                               "--seconds", "3000", "--messages", str(messages), *chosen], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"milter_load: {done.stdout}{done.stderr}")

    def stop(self) -> None:
        if status := self.process.stop():
            raise SystemExit(f"dmarcd ended with {status}")


def profiled(scratch: Path, profile: Path, load: Load, messages: int) -> int:
    """The instructions of a whole run."""
    profile.unlink(missing_ok=True)
    daemon = Daemon(scratch, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"])
    daemon.send(load, load.before)
    daemon.send(load, messages)
    daemon.stop()
    return int(re.search(r"^(?:summary|totals): (\d+)", profile.read_text(), re.MULTILINE)[1])


def start_dns(scratch: Path, load: Load) -> services.Process:
    path = scratch / "zone"
    path.write_text(load.zone)
    return services.Process(str(BIN / "dns_fixture"), str(path), "--port", "53", log=scratch / "dns.log", ready=("127.0.0.1", 53))


def instructions(scratch: Path, profiles: Path, load: Load) -> float:
    dns = start_dns(scratch, load)
    few = profiled(scratch, profiles / f"{load.name}.few", load, 0)
    many = profiled(scratch, profiles / load.name, load, load.messages)
    dns.stop()
    return (many - few) / load.messages


def thread_milliseconds(pid: int) -> dict[str, float]:
    """CPU time of each thread, the oldest first."""
    times = {}
    for task in sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda task: int(task.name)):
        fields = (task / "schedstat").read_text().split()
        times[task.name] = int(fields[0]) / 1e6
    return times


def bomb_milliseconds(scratch: Path, load: Load) -> list[float]:
    """CPU time a MAIL, of each thread that used any, without valgrind."""
    dns = start_dns(scratch, load)
    daemon = Daemon(scratch, [])
    daemon.send(load, 1)
    before = thread_milliseconds(daemon.process.pid)
    daemon.send(load, BOMBS)
    after = thread_milliseconds(daemon.process.pid)
    daemon.stop()
    dns.stop()
    return sorted((round((used - before.get(thread, 0)) / BOMBS, 2) for thread, used in after.items()), reverse=True)


def document(rows: list[tuple[Load, float]], threads: list[float]) -> str:
    lines = [f"| {load.meaning} | {value:,.0f} |" for load, value in rows]
    return "\n".join(["Of dmarcd alone, by `tests/bench/instructions`, which counts with valgrind's callgrind: the same figures on a busy machine",
                      "and a quiet one. The mail is that of the other tables, on ten connections with SPF, without the daemon's start.", "",
                      "| what | instructions a message |", "|---|---:|", *lines, "",
                      f"The costly SPF record takes {sum(threads):.1f} ms of CPU a message on the machine of this run; by thread, the busiest "
                      f"first: {', '.join(str(value) for value in threads if value)} ms.", ""])


def main() -> None:
    count, profiles, docs = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    log_drain.start()
    mix = mix_zone()
    bomb = Load("bomb", "an SPF record of ten terms, each as costly as can be (five includes of 60 kB, five MX of ten hosts)",
                bomb_zone(), 0, BOMBS, connections=1, sender=BOMB_SENDER)
    loads = (Load("warm", "warm: every name is in the cache", mix, count, count),
             Load("cold", "cold: nothing is kept, every question goes out", mix + "* FAULT ttl=0\n", 0, count), bomb)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        for load in loads:
            rows.append((load, instructions(Path(scratch), profiles, load)))
            print(f"{load.name}: {rows[-1][1]:,.0f}", file=sys.stderr, flush=True)
        threads = bomb_milliseconds(Path(scratch), bomb)
    text = document(rows, threads)
    print(text)
    put_instructions_section(docs / "performance.md", text)


main()
