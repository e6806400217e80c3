"""Mail that is not evaluated: ignored hosts, authenticated clients, ignored domains."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options

HOSTS = """\
# Hosts of ours
192.0.2.1
198.51.100.0/24
203.0.113.0/255.255.255.0
!198.51.100.66
relay.example.net
.inside.example.net
!guest.inside.example.net
2001:db8:7::1
2001:db8:8::/48
10.0.0.1 a comment
UPPER.example.net
"""

CLIENTS = (
    ("any.example.org", "192.0.2.1"), ("any.example.org", "192.0.2.2"), ("any.example.org", "198.51.100.7"),
    ("any.example.org", "198.51.100.66"), ("any.example.org", "203.0.113.77"), ("relay.example.net", "192.0.2.9"),
    ("RELAY.example.net", "192.0.2.9"), ("sub.relay.example.net", "192.0.2.9"), ("host.inside.example.net", "192.0.2.9"),
    ("inside.example.net", "192.0.2.9"), ("guest.inside.example.net", "192.0.2.9"), ("any.example.org", "2001:db8:7::1"),
    ("any.example.org", "2001:db8:7::2"), ("any.example.org", "2001:db8:8:1::5"), ("any.example.org", "10.0.0.1"),
    ("upper.example.net", "192.0.2.9"), ("localhost", "127.0.0.1"), ("localhost", "::1"), ("localhost2", "127.0.0.2"),
    ("[192.0.2.9]", "192.0.2.9"), ("unknown", "192.0.2.9"),
)


def cases() -> Iterator[Case]:
    with_list = options("IgnoreHosts {folder}/hosts", hosts=HOSTS)
    spoof = message("a@reject.example")
    for name, address in CLIENTS:
        yield case(f"ignored/host list: {name} {address}", with_list, spoof, client=(name, address))
    for name, address in (("localhost", "127.0.0.1"), ("localhost", "::1"), ("localhost2", "127.0.0.2")):
        yield case(f"ignored/no host list: {name} {address}", options(), spoof, client=(name, address))
    login = options("IgnoreAuthenticatedClients true")
    yield case("ignored/authenticated: logged in", login, spoof, login="user")
    yield case("ignored/authenticated: not logged in", login, spoof)
    yield case("ignored/authenticated: empty name", login, spoof, login="")
    yield case("ignored/authenticated: null sender", login, message("a@reject.example", sender=""), login="user")
    yield case("ignored/authenticated: two messages", login, spoof, spoof, login="user")
    yield case("ignored/authenticated: option off", options(), spoof, login="user")
    domains = options("IgnoreMailFrom reject.example, NONE.example,norecord.example")
    for author in ("a@reject.example", "a@REJECT.example", "a@sub.reject.example", "a@none.example", "a@quarantine.example",
                   "a@norecord.example", "A B <a@reject.example>"):
        yield case(f"ignored/IgnoreMailFrom: {author}", domains, message(author))
    yield case("ignored/IgnoreMailFrom: two authors", domains, message("a@reject.example, b@quarantine.example"))
    yield case("ignored/IgnoreMailFrom: two messages", domains, spoof, message("a@quarantine.example"), spoof)
