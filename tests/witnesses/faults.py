"""Known faults of the witnesses: where one of them is excused from the jury.

Each says of a message whether it may bring the fault out. Found by reading their sources and by feeding them; dkimpy 1.1.4, OpenDKIM
2.11.0~beta2 as Debian 12 ships them, mailauth 4.13.3. RFC sections say what is right.
"""
import re

from messages import is_named, split


class Message:
    """What the faults look at: the fields and the tags of those that sign."""

    def __init__(self, text):
        self.text = text
        self.fields, self.body = split(text)
        self.signatures = self.tags_of("dkim-signature")
        self.ams = self.tags_of("arc-message-signature")
        self.seals = self.tags_of("arc-seal")

    def tags_of(self, name):
        return [Tags(field) for field in self.fields if is_named(field, name)]


class Tags:
    def __init__(self, field):
        self.name, _, self.value = field.partition(b":")
        self.all = [tuple(part.strip() for part in tag.partition(b"=")[::2]) for tag in self.value.split(b";")]
        self.names = [name.decode("latin-1") for name, _ in self.all]
        self.of = {name.decode("latin-1"): re.sub(rb"\s+", b"", value).decode("latin-1") for name, value in reversed(self.all)}

    def get(self, name):
        return self.of.get(name, "")


def any_signature(test):
    """A fault in reading or judging one of the fields that sign."""
    return lambda message: any(test(tags) for tags in message.signatures + message.ams + message.seals)


def ends_in_blanks(message):
    """The last line has nothing but blanks and no line end."""
    return not message.body.endswith(b"\r\n") and not message.body.split(b"\r\n")[-1].strip(b" \t")


def has_garbage_in_base64(tags):
    return any(not re.fullmatch("[A-Za-z0-9+/]*={0,2}", tags.get(name)) for name in ("b", "bh"))


def sets_out_of_order(message):
    """One of the ARC fields has a lower instance above a higher one."""
    for name in ("arc-seal", "arc-message-signature", "arc-authentication-results"):
        instances = [tags.get("i") for tags in message.tags_of(name)]
        if instances != sorted(instances, reverse=True):
            return True
    return False


# Whose fault it is, what is wrong, and a test that says whether a message may bring it out.
FAULTS = [
    ("dkimpy", "a last line of blanks without a line end counts as a line (3.4.4)", ends_in_blanks),
    ("mailauth", "a last line of blanks without a line end counts as a line (3.4.4)", ends_in_blanks),
    ("OpenDKIM", "its test mode needs a line end at the end of the body", lambda message: not message.body.endswith(b"\r\n")),
    ("OpenDKIM", "its test mode gives values one blank in front, whatever was there",
     lambda message: any(re.match(rb"[^:]*:(?! [^ \t\r\n])", field) for field in message.fields)),
    ("OpenDKIM", "passes over what is no base64 in b= (3.2)", any_signature(has_garbage_in_base64)),
    ("OpenDKIM", "gives no result at all where one of several signatures lacks a tag (6.1)",
     lambda message: len(message.signatures) > 1 and any(
         not tags.get(name) for tags in message.signatures for name in ("v", "a", "b", "bh", "d", "h", "s"))),
    ("mailauth", "passes over what is no base64 in b= (3.2)", any_signature(has_garbage_in_base64)),
    ("dkimpy", "takes ARC fields in the order of the header, not of their instances (RFC 8617 5.1.1)", sets_out_of_order),
    ("dkimpy", "counts every From field as signed (5.4.2)",
     lambda message: sum(is_named(field, "from") for field in message.fields) > 1),
]


def excuses(witness, message):
    return [title for name, title, test in FAULTS if name == witness and test(message)]
