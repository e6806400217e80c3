"""Plays every case to OpenDMARC and to dmarcd and compares what they did, field by field. Started by `run`."""

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import namespace
from cases import records
from differences import Ledger, Row, differences, read_table
from filters import Filter, write_suffixes
from milter_client import Connection
from observation import Observation, describe_log, describe_start, play
from syslog_capture import SyslogCapture
from vocabulary import Case, Configuration, Invocation

PRIORITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")

VERSION = "1.4.2"  # that intended_differences.toml is about

HERE = Path(__file__).parent
BIN = Path(os.environ["DMARCD_BIN_DIR"])
OPENDMARC = Path(os.environ["OPENDMARC_ROOT"])


def all_cases() -> list[Case | Invocation]:
    modules = sorted(path.stem for path in (HERE / "cases").glob("*.py"))
    cases = [case for name in modules for case in importlib.import_module(f"cases.{name}").cases()]
    names = [case.name for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"two cases of one name: {', '.join(sorted(twice))}")
    return cases


class Comparison:
    def __init__(self, scratch: Path, log: SyslogCapture):
        libraries = next((OPENDMARC / "usr/lib").glob("*/libopendmarc.so.2")).parent
        self._log = log
        suffixes = scratch / "suffixes"
        write_suffixes(suffixes)
        self._theirs = Filter(OPENDMARC / "usr/sbin/opendmarc", scratch / "opendmarc", suffixes, str(libraries))
        if self._theirs.version != VERSION:
            print(f"skipped: the archive has OpenDMARC {self._theirs.version}, the table is about {VERSION}", file=sys.stderr)
            sys.exit(77)
        self._ours = Filter(BIN / "dmarcd", scratch / "dmarcd", suffixes)

    def observations(self, cases: list[Case]) -> Iterator[tuple[Case, Observation, Observation]]:
        """Cases of one configuration share their filters."""
        groups: dict[Configuration, list[Case]] = {}
        for case in cases:
            groups.setdefault(case.configuration, []).append(case)
        for configuration, group in groups.items():
            starts = self._start(self._theirs, configuration), self._start(self._ours, configuration, configuration.ours)
            for case in group:
                yield case, *(start | self._observe(filter_, case)
                              for start, filter_ in zip(starts, (self._theirs, self._ours)))
        self.stop()

    def invocations(self, invocations: list[Invocation]) -> Iterator[tuple[Invocation, Observation, Observation]]:
        for invocation in invocations:
            yield invocation, self._theirs.invoke(invocation), self._ours.invoke(invocation)

    def _start(self, filter_: Filter, configuration: Configuration, more_lines: tuple[str, ...] = ()) -> Observation:
        mark = self._log.mark()
        filter_.start(configuration, more_lines)
        Connection(filter_.socket).close()  # answered when everything has been logged
        self._log.settle()
        return describe_start(self._lines(filter_, mark))

    def _observe(self, filter_: Filter, case: Case) -> Observation:
        mark = self._log.mark()
        found = play(case, filter_)
        self._log.settle()
        return found | filter_.files() | describe_log(case, self._lines(filter_, mark))

    def _lines(self, filter_: Filter, mark: int) -> Iterator[str]:
        """What the filter has logged since `mark`, as "priority: text"."""
        for priority, line in self._log.records_since(mark):
            program = f"opendmarc[{filter_.pid}]: "
            if line.startswith(program):
                text = line.removeprefix(program)
                for found, shown in ((str(filter_.folder), "{folder}"), ("v" + filter_.version, "v{version}")):
                    text = text.replace(found, shown)
                yield f"{facility_name(priority)}{PRIORITIES[priority % 8]}: {text}"

    def stop(self) -> None:
        self._theirs.stop()
        self._ours.stop()


def facility_name(priority: int) -> str:
    """Mail is what all cases but those of SyslogFacility log to."""
    return "" if priority // 8 == 2 else f"facility {priority // 8}, "


def report(rows: list[Row], cases: list[Case], invocations: list[Invocation], comparison: Comparison,
           everything: bool) -> bool:
    """Plays the cases; true when each difference is intended and, with `everything`, each intended one showed."""
    ledger = Ledger(rows)
    problems: list[str] = []
    for case, theirs, ours in (*comparison.observations(cases), *comparison.invocations(invocations)):
        for difference, rows in ledger.explain(case.name, differences(theirs, ours)):
            if not rows:
                problems.append(f"{case.name}: not intended: {difference}")
            elif not everything:
                print(f"{case.name}: {', '.join(rows)}: {difference}")
    if everything:
        problems += [f"intended but not seen: {line}" for line in ledger.idle()]
        problems += still_different(ledger.rows, cases, comparison)
    print(*problems, f"{len(cases) + len(invocations)} cases, {len(ledger.rows)} intended differences, {len(problems)} problems", sep="\n")
    return not problems


def still_different(rows: Iterable[Row], cases: list[Case], comparison: Comparison) -> Iterator[str]:
    """Where the options that should bring OpenDMARC's way back do not."""
    for row in rows:
        restored = [replace(case, configuration=case.configuration.with_ours(*row.restore))
                    for case in cases if row.restore and row.shows_in(case.name)]
        others = Ledger(other for other in rows if other is not row)
        for case, theirs, ours in comparison.observations(restored):
            for difference, explained in others.explain(case.name, differences(theirs, ours)):
                if not explained:
                    yield f"{case.name}: in spite of {', '.join(row.restore)}: {difference}"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--with", metavar="LINE", action="append", default=[], dest="lines",
                           help="a line for dmarcd's configuration in every case")
    arguments.add_argument("case", nargs="*", help="a case; the name may have wildcards")
    chosen = arguments.parse_args()
    namespace.prepare()
    with open("/etc/resolv.conf", "a") as resolver:  # OpenDMARC's resolver waits 5 seconds, twice
        resolver.write("options timeout:1 attempts:1\n")
    rows = read_table(HERE / "intended_differences.toml", chosen.lines)
    wanted = [case for case in all_cases() if not chosen.case or any(fnmatchcase(case.name, pattern) for pattern in chosen.case)]
    invocations = [case for case in wanted if isinstance(case, Invocation)]
    cases = [replace(case, configuration=case.configuration.with_ours(*chosen.lines)) for case in wanted
             if isinstance(case, Case)]
    with tempfile.TemporaryDirectory(prefix="dmarcd-compare.") as scratch:
        zone = Path(scratch) / "zone"
        zone.write_text((HERE / "zone.txt").read_text() + records.zone())
        dns = start_dns(zone)
        try:
            comparison = Comparison(Path(scratch), SyslogCapture())
            try:
                return 0 if report(rows, cases, invocations, comparison, everything=not chosen.case) else 1
            finally:
                comparison.stop()
        finally:
            dns.kill()
            dns.wait()


def start_dns(zone: Path) -> subprocess.Popen:
    """The DNS server of the namespace."""
    dns = subprocess.Popen([BIN / "dns_fixture", zone, "--port", "53"], stdout=subprocess.PIPE, text=True)
    with dns.stdout:
        if not dns.stdout.readline().startswith("listening"):
            raise SystemExit("the DNS server does not run")
    return dns


if __name__ == "__main__":
    sys.exit(main())
