"""Records a second and memory of an import into each database, for docs/performance.md.

    python3 tests/bench/import_cost.py BUILD

BUILD is an optimized build with import_bench. Without a server on this machine its row is left out.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import page

BENCH = Path(__file__).parent
ROOT = BENCH.parent.parent
# Records, domains in turn (none: a few large senders, many small ones), and what that is.
SAMPLES = (
    (300_000, None, "ordinary mail: 20,000 domains, few of which send most of it"),
    (300_000, 47_000, "100,000 new names of domains"),
    (100_000, 100_000, "each record with a domain, a policy record and a selector of its own"),
)
SKIPPED = 77


def write_sample(path: Path, records: int, domains: int | None) -> None:
    command = [sys.executable, str(BENCH / "history_sample.py"), str(records), *([str(domains)] if domains else [])]
    with path.open("w") as file:
        subprocess.run(command, stdout=file, check=True)


def measure(bench: Path, sample: Path, engine: str, folder: Path) -> tuple[int, int] | None:
    """Records a second and KiB at most; None without a server."""
    if engine == "SQLite":
        database = folder / "bench.sqlite"
        command = [str(bench), str(sample), f"sqlite:{database}"]
    else:
        work = f'"{bench}" "{sample}" "$DMARC_TEST_DATABASE"'
        command = [str(ROOT / "tests/support/with_database"), engine.lower(), "bash", "-c", work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if engine == "SQLite":
        for left in folder.glob("bench.sqlite*"):
            left.unlink()
    if done.returncode == SKIPPED:
        return None
    found = re.findall(r"(\d+)/s, CPU .* peak (\d+) KiB", done.stdout)
    if done.returncode != 0 or not found:
        sys.exit(f"{engine}: {done.stderr}")
    return int(found[-1][0]), int(found[-1][1])


def main() -> None:
    bench = Path(sys.argv[1]).resolve() / "bin/import_bench"
    rows = []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        folder = Path(name)
        folder.chmod(0o755)
        sample = folder / "history"
        for records, domains, what in SAMPLES:
            write_sample(sample, records, domains)
            for engine in ("SQLite", "PostgreSQL", "MariaDB"):
                result = measure(bench, sample, engine, folder)
                if result:
                    rows.append(f"| {what} | {engine} | {records:,} | {result[0]:,} | {result[1] // 1024} |")
                    print(rows[-1], flush=True)
    load = os.getloadavg()[2]
    text = f"""By `tests/bench/import_cost.py`, into a new database in memory, servers on the same machine. Its load over the last
15 minutes was {load:.1f} on {os.cpu_count()} cores, so other work took part of what these figures show.

| records | database | how many | a second | importer, MiB at most |
|---|---|---:|---:|---:|
""" + "\n".join(rows)
    page.put_section(ROOT / "docs/performance.md", page.IMPORT, text)


if __name__ == "__main__":
    main()
