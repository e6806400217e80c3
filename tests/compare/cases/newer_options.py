"""Options of newer OpenDMARC, which 1.4.2 refuses: only dmarcd gets their lines."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options

STRINGS = {
    "with a name": "go away, %s",
    "without a name": "not wanted here",
    "percent signs": "100%% of %s",
    "the default": "rejected by DMARC policy for %s",
}


def cases() -> Iterator[Case]:
    for what, text in STRINGS.items():
        configuration = options("RejectFailures true").with_ours(f"RejectString {text}")
        yield case(f"newer_options/RejectString: {what}", configuration, message())
        yield case(f"newer_options/RejectString: {what}, sub-domain", configuration, message("a@sub.reject.example"))
        yield case(f"newer_options/RejectString: {what}, not rejected", configuration, message("a@none.example"))
    required = options().with_ours("RequiredFrom true")
    yield case("newer_options/RequiredFrom: no field", required, message(None))
    yield case("newer_options/RequiredFrom: no address", required, message("A Person"))
    yield case("newer_options/RequiredFrom: an address", required, message("a@none.example"))
