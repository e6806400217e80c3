"""Programs by others that sign and verify: dkimpy, OpenDKIM and mailauth, and ours beside them.

    keys = Keys(folder)
    jury = [Dkimpy(keys), OpenDkim(keys), Mailauth(keys, modules)]
    jury[0].sign(message, "rsa", "relaxed/simple")    # the message with a signature on top
    jury[0].verify([file, ...])                       # a Verdict for each

All of them find the keys in the same zone. No network, no DNS.
"""
import base64
import contextlib
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass, field

import dkim

DOMAIN = "example.com"
SEALERS = ["lists.example.net", "fwd.example.org", "third.example"]
ALGORITHMS = {"rsa": "rsa-sha256", "ed": "ed25519-sha256"}
CANONICALIZATIONS = [f"{header}/{body}" for header in ("simple", "relaxed") for body in ("simple", "relaxed")]


@dataclass
class Verdict:
    dkim: list = field(default_factory=list)  # a word for each DKIM-Signature field from the top
    arc: str = ""                             # none, pass, fail; empty when it does not look


class Keys:
    """One RSA and one Ed25519 key, published for the author's domain and for the sealers."""

    def __init__(self, folder):
        self.folder = folder
        self.zone = {}
        for name, arguments in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
                                ("ed", ["-algorithm", "ED25519"])):
            file = self.file(name)
            subprocess.run(["openssl", "genpkey", *arguments, "-out", file], check=True, capture_output=True)
            public = self.der(name, "-pubout")
            record = ("v=DKIM1; k=ed25519; p=" + base64.b64encode(public[-32:]).decode() if name == "ed"
                      else "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode())
            for domain in [DOMAIN, *SEALERS]:
                self.zone[f"{name}._domainkey.{domain}"] = record

    def file(self, name):
        return os.path.join(self.folder, name + ".pem")

    def der(self, name, *arguments):
        return subprocess.run(["openssl", "pkey", "-in", self.file(name), "-outform", "DER", *arguments],
                              check=True, capture_output=True).stdout

    def private(self, name):
        """As dkimpy wants it."""
        if name == "ed":
            return base64.b64encode(self.der(name)[-32:])
        with open(self.file(name), "rb") as file:
            return file.read()

    def answer(self, name, timeout=5):
        record = self.zone.get(name.decode("latin-1").rstrip(".").lower())
        return record.encode() if record else None

    def write(self, name, line):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            for owner, record in self.zone.items():
                file.write(line.format(owner=owner, record=record) + "\n")
        return path


class Dkimpy:
    name = "dkimpy"

    def __init__(self, keys):
        self.keys = keys

    def sign(self, message, key, canonicalization):
        both = tuple(part.encode() for part in canonicalization.split("/"))
        return dkim.sign(message, key.encode(), DOMAIN.encode(), self.keys.private(key), canonicalize=both,
                         signature_algorithm=ALGORITHMS[key].encode()) + message

    def seal(self, message, domain):
        """A set on top of the message, its chain verified by dkimpy itself."""
        word = dkim.arc_verify(message, dnsfunc=self.keys.answer)[0].decode()
        message = f"Authentication-Results: mx.{domain}; arc={word}; dkim=pass header.d={DOMAIN}\r\n".encode() + message
        fields = dkim.arc_sign(message, b"rsa", domain.encode(), self.keys.private("rsa"), f"mx.{domain}".encode())
        return b"".join(fields) + message

    def verify(self, files):
        with contextlib.redirect_stdout(io.StringIO()):  # it tells of l= there
            return [self.verify_one(file) for file in files]

    def verify_one(self, path):
        with open(path, "rb") as file:
            message = file.read()
        verdict = Verdict()
        try:
            verifier = dkim.DKIM(message)
            count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)
        except Exception:  # it gives up on the message as a whole
            return Verdict(["error"], "fail")
        for index in range(count):
            try:
                verdict.dkim.append("pass" if dkim.DKIM(message).verify(index, dnsfunc=self.keys.answer) else "fail")
            except Exception:
                verdict.dkim.append("error")
        try:
            verdict.arc = (dkim.arc_verify(message, dnsfunc=self.keys.answer)[0] or b"fail").decode()
        except Exception:
            verdict.arc = "fail"
        return verdict


class OpenDkim:
    name = "OpenDKIM"

    def __init__(self, keys):
        self.keys = keys
        self.records = keys.write("opendkim-keys", "{owner} {record}")

    def run(self, files, name, settings):
        path = os.path.join(self.keys.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(settings)
        # Unbuffered, so that what it prints to standard output and error is in order.
        return subprocess.run(["stdbuf", "-o0", "opendkim", "-x", path, "-t", ",".join(files), "-vvv"], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def sign(self, message, key, canonicalization):
        path = os.path.join(self.keys.folder, "unsigned.eml")
        with open(path, "wb") as file:
            file.write(message)
        printed = self.run([path], "sign.conf", f"Mode s\nDomain {DOMAIN}\nSelector {key}\nKeyFile {self.keys.file(key)}\n"
                        f"SignatureAlgorithm {ALGORITHMS[key]}\nCanonicalization {canonicalization}\nRequireSafeKeys no\n")
        value = re.search(rb"### INSHEADER: idx=\d+ hname='DKIM-Signature' hvalue='([^']*)'", printed).group(1)
        return b"DKIM-Signature: " + value.replace(b"\n", b"\r\n") + b"\r\n" + message

    def verify(self, files):
        """It stops at a message that it can't read; the others are given to it once more."""
        verdicts = []
        while len(verdicts) < len(files):
            some = files[len(verdicts):len(verdicts) + 100]
            found = self.verify_some(some)
            verdicts += found if len(found) == len(some) else [*found, Verdict(["error"])]
        return verdicts

    def verify_some(self, files):
        """In its test mode it prints what it would do, one message after the other."""
        printed = self.run(files, "verify.conf", f"Mode v\nTestPublicKeys {self.records}\nMaximumSignaturesToVerify 20\n"
                           "AlwaysAddARHeader yes\n")
        verdicts = {}
        words = ["error"]
        for value, ended in re.findall(rb"hname='Authentication-Results' hvalue='([^']*)'|"
                                       rb"opendkim: (\S+): mlfi_eom\(\) returned", printed):
            if ended:
                verdicts[ended.decode()] = Verdict(words)
                words = ["error"]
            else:
                words = [word.decode() for word in re.findall(rb"dkim=(\w+)", value) if word != b"none"]
        return [verdicts[path] for path in files if path in verdicts]


class Mailauth:
    name = "mailauth"

    def __init__(self, keys, modules):
        self.keys = keys
        self.zone = {owner: [record] for owner, record in keys.zone.items()}
        worker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mailauth_worker.js")
        self.worker = subprocess.Popen(["node", worker, modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, request):
        self.worker.stdin.write(json.dumps({"zone": self.zone, **request}).encode() + b"\n")
        self.worker.stdin.flush()
        return json.loads(self.worker.stdout.readline())

    def put_on_top(self, message, request, action):
        path = os.path.join(self.keys.folder, "unsigned.eml")
        with open(path, "wb") as file:
            file.write(message)
        return self.ask({action: path, **request})["field"].encode() + message

    def sign(self, message, key, canonicalization):
        return self.put_on_top(message, {"domain": DOMAIN, "selector": key, "key": self.keys.file(key),
                                         "algorithm": ALGORITHMS[key], "canonicalization": canonicalization}, "sign")

    def seal(self, message, domain):
        return self.put_on_top(message, {"domain": domain, "selector": "rsa", "key": self.keys.file("rsa")}, "seal")

    def verify(self, files):
        verdicts = []
        for path in files:
            reply = self.ask({"verify": path})
            verdicts.append(Verdict(["error"], "fail") if "error" in reply
                            else Verdict([word for word in reply["dkim"] if word != "none"], reply["arc"]))
        return verdicts

    def close(self):
        self.worker.stdin.close()
        self.worker.wait()


class Ours:
    name = "dmarcd"

    def __init__(self, keys, program):
        self.program = program
        self.records = keys.write("zone", '{owner}. TXT {record}')

    def verify(self, files):
        done = subprocess.run([self.program, self.records], input="\n".join(files) + "\n", capture_output=True,
                              text=True, check=True)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(found) == len(files), done.stderr
        return [Verdict(each["dkim"], each["arc"]) for each in found]
