"""What the filter leaves in the file system, and where it logs."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options


def cases() -> Iterator[Case]:
    for mask in ("022", "007", "0002", "077", "0", "18"):
        yield case(f"process/UMask {mask}", options(f"UMask {mask}", "PidFile {folder}/pid"), message("a@none.example"))
    yield case("process/no UMask", options("PidFile {folder}/pid"), message("a@none.example"))
    yield case("process/pid file that can't be written", options("PidFile {folder}/missing/pid"), message("a@none.example"))
    for facility in ("mail", "local3", "daemon", "LOCAL7", "nonsense"):
        yield case(f"process/SyslogFacility {facility}", options(f"SyslogFacility {facility}"), message())
