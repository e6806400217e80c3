"""Flags and configuration files: what is printed, and the exit status."""

from collections.abc import Iterator

from vocabulary import Invocation

# Files that are read with -n.
FILES = {
    "empty": b"",
    "comments alone": b"# one\n\n  # two\n\t\n",
    "comment behind a value": b"Syslog true # yes\n",
    "unknown option": b"Syslog true\nNoSuchOption true\n",
    "old option": b"AlwaysDeliver true\n",
    "old option of failure reports": b"ForensicReports true\n",
    "include": b"Include /etc/other.conf\n",
    "missing value": b"Syslog\n",
    "blanks for a value": b"AuthservID   \n",
    "boolean": b"Syslog maybe\n",
    "booleans": b"Syslog yes\nBackground No\nRejectFailures 1\nRequiredHeaders f\n",
    "number": b"AutoRestartCount ten\n",
    "number with a rest": b"AutoRestartCount 10x\n",
    "octal number": b"UMask 022\n",
    "no octal number": b"UMask 08\n",
    "hexadecimal number": b"MilterDebug 0x2\n",
    "option twice": b"AuthservID one\nAuthservID two\n",
    "names in other case": b"authservid one\nREJECTFAILURES true\n",
    "leading blanks": b"   AuthservID one\n",
    "tabs": b"AuthservID\tone\n",
    "CR LF, text": b"AuthservID one\r\n",
    "CR LF, empty line": b"\r\n",
    "CR LF, number": b"AutoRestartCount 1\r\n",
    "no line end": b"AuthservID one",
    "long comment": b"# " + b"x " * 600 + b"\n",
    "folder that is not there": b"BaseDirectory {folder}/missing\n",
    "list that is not there": b"IgnoreHosts {folder}/missing\n",
    "white list that is not there": b"DomainWhitelistFile {folder}/missing\n",
    "DNS data that is not there": b"TestDNSData {folder}/missing\n",
    "suffix list that is not there": b"PublicSuffixList {folder}/missing\n",
    "restart rate": b"AutoRestart true\nAutoRestartRate often\n",
    "restart rate that is not used": b"AutoRestartRate often\n",
    "usual": b"AuthservID OpenDMARC\nTrustedAuthservIDs mail.yourdomain.com\nIgnoreAuthenticatedClients true\n"
             b"RejectFailures true\nRequiredHeaders    true\nSocket inet:8893@127.0.0.1\nSPFIgnoreResults true\n"
             b"SPFSelfValidate true\n",
}

FLAGS = {
    "unknown flag": ("-x",),
    "question mark": ("-?",),
    "long option": ("--help",),
    "word behind the flags": ("-n", "word"),
    "file name missing": ("-c",),
    "file name empty": ("-c", ""),
    "file that is not there": ("-n", "-c", "{folder}/missing.conf"),
    "socket empty": ("-p", ""),
    "user empty": ("-u", ""),
    "no socket": ("-f", "-c", "{folder}/given.conf"),
    "unknown user": ("-f", "-u", "nobody-of-this-name", "-p", "unix:{folder}/s", "-c", "{folder}/given.conf"),
    "unknown group": ("-f", "-u", "root:nobody-of-this-name", "-p", "unix:{folder}/s", "-c", "{folder}/given.conf"),
    "unknown kind of socket": ("-f", "-p", "carrier-pigeon:1", "-c", "{folder}/given.conf"),
    "port of no service": ("-f", "-p", "inet:no-such-service@127.0.0.1", "-c", "{folder}/given.conf"),
    "folder of the socket is not there": ("-f", "-p", "unix:{folder}/missing/s", "-c", "{folder}/given.conf"),
}


def cases() -> Iterator[Invocation]:
    for what, text in FILES.items():
        yield Invocation(f"command_line/file: {what}", ("-n", "-c", "{folder}/given.conf"), text)
    for what, arguments in FLAGS.items():
        yield Invocation(f"command_line/flags: {what}", arguments, b"Background false\n")
    yield Invocation("command_line/flags: version", ("-V",))
    yield Invocation("command_line/flags: version before an error", ("-V", "-x"))
