"""The measurement of the script `endurance` beside this file: one filter, many messages, its memory after each part of them."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import namespace

namespace.prepare()

import log_drain  # noqa: E402  (the namespace has to be ready first)
import services  # noqa: E402
from filter_usage import cpu_seconds, megabytes  # noqa: E402

BIN = Path(os.environ["DMARCD_BIN_DIR"])
PARTS = 20
WARM = PARTS // 10  # parts after which everything that is kept has been seen
BOUND = 2.0  # MB of growth after that: what malloc's fragmentation may add
CONNECTIONS = 50


def configuration(engine: str, scratch: Path) -> str:
    return (f"AuthservID mx.receiver.example\nTrustedAuthservIDs verifier.example\nSocket local:{scratch}/filter.sock\n"
            f"Syslog true\nSPFIgnoreResults true\nSPFSelfValidate true\nHistoryFile {scratch}/history\n"
            f"MilterEngine {engine}\n")


def send(scratch: Path, messages: int, seed: int) -> dict:
    done = subprocess.run([BIN / "milter_load", "--socket", f"local:{scratch}/filter.sock", "--connections", str(CONNECTIONS),
                           "--messages", str(messages), "--seconds", "86400", "--per-session", "10", "--seed", str(seed)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return json.loads(done.stdout)


def measure(messages: int, engine: str, scratch: Path) -> list[tuple[int, float, float]]:
    """After each part: the messages so far, megabytes, milliseconds of CPU for a message of the part."""
    (scratch / "filter.conf").write_text(configuration(engine, scratch))
    filter_ = services.Process(str(BIN / "dmarcd"), "-f", "-c", str(scratch / "filter.conf"), log=scratch / "filter.log",
                               ready=scratch / "filter.sock")
    seen = []
    sent = 0
    for part in range(PARTS):
        before = cpu_seconds(filter_.pid)
        count = send(scratch, messages // PARTS, part + 1)["messages"]
        sent += count
        seen.append((sent, megabytes(filter_.pid, "VmRSS"), (cpu_seconds(filter_.pid) - before) / count * 1000))
        (scratch / "history").unlink()  # an importer takes it away; the filter begins a new one
        print(*seen[-1], file=sys.stderr, flush=True)
    filter_.stop()
    return seen


def document(engine: str, seen: list[tuple[int, float, float]], grew: float) -> str:
    rows = "\n".join(f"| {sent:,} | {memory:.1f} | {cpu:.3f} |" for sent, memory, cpu in seen)
    return f"""# Endurance

Measured by `tests/bench/endurance`, which writes this page: one `dmarcd` with `MilterEngine {engine}`, {CONNECTIONS} connections of ten
messages each, over and over, with the mail of [performance.md](performance.md), its own SPF check, history and log.

After the first tenth, when every name is in the cache, memory changed by {grew:+.1f} MB; the bound is {BOUND:.0f} MB.

| messages | resident MB | CPU ms / message |
|---:|---:|---:|
{rows}
"""


def main() -> int:
    messages, engine, docs = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    log_drain.start()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        zone = subprocess.run([BIN / "milter_load", "--zone"], capture_output=True, text=True, check=True).stdout
        (scratch / "zone").write_text(zone)
        dns = services.Process(str(BIN / "dns_fixture"), str(scratch / "zone"), "--port", "53", log=scratch / "dns.log",
                               ready=("127.0.0.1", 53))
        seen = measure(messages, engine, scratch)
        dns.stop()
    grew = seen[-1][1] - seen[WARM - 1][1]
    text = document(engine, seen, grew)
    print(text)
    (docs / "endurance.md").write_text(text)
    return 0 if grew <= BOUND else 1


sys.exit(main())
