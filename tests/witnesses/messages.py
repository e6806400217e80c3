"""What the witnesses sign, and what is done to it afterwards."""
import re

HEADER = (b"Received: from client.example.com ([192.0.2.9]) by mx.example.com with ESMTPSA id 1;\r\n"
          b"\tMon, 02 Nov 2026 10:00:01 +0000\r\n"
          b"From: Author One <author@example.com>\r\n"
          b"To: Reader <reader@example.net>,\r\n Another <another@example.net>\r\n"
          b"Subject: A  test\tof   signatures \r\n"
          b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
          b"Message-ID: <1@example.com>\r\n"
          b"MIME-Version: 1.0\r\n"
          b"Content-Type: text/plain; charset=utf-8\r\n\r\n")
BODIES = {
    "text": b"Hello,\r\n\r\nthis is the body.  Two blanks,\ta tab,\t and trailing blanks  \r\n\r\n-- \r\nAuthor\r\n",
    "empty-lines": b"one line\r\n \t\r\n\r\n\r\n",
    "empty": b"",
    "utf-8": "Gr\u00fc\u00dfe aus K\u00f6ln\r\n\r\n\u20ac 5\r\n".encode(),
}


def messages():
    return {name: HEADER + body for name, body in BODIES.items()}


FIELD = re.compile(rb"[^\r\n][^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


def split(message):
    """The fields as they stand, and the body."""
    header, _, body = message.partition(b"\r\n\r\n")
    return FIELD.findall(header + b"\r\n"), body


def join(fields, body):
    return b"".join(fields) + b"\r\n" + body


def is_named(field, *names):
    return field.split(b":", 1)[0].strip().lower().decode("latin-1") in names


class Mutator:
    """Changes a message in one to three places; the same seed makes the same changes."""

    TRACE = ("dkim-signature", "arc-seal", "arc-message-signature", "arc-authentication-results")

    def __init__(self, random):
        self.random = random
        self.kinds = [self.letter, self.letter, self.remove_octet, self.insert_octet, self.blank, self.name_case, self.fold,
                      self.field_twice, self.field_gone, self.fields_swapped, self.field_added, self.line_added,
                      self.line_gone, self.last_line, self.tag, self.tag, self.tag, self.tag, self.blank_in_body]

    def mutate(self, message):
        """The changed message and the names of the changes."""
        done = []
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            kind = self.random.choice(self.kinds)
            fields, body = split(message)
            changed = kind(list(fields), body)
            if changed:
                message = join(*changed)
                done.append(kind.__name__)
        return message, done

    def pick(self, fields, traces=0.6):
        """The index of a field, one that signs more often than another."""
        signing = [i for i, field in enumerate(fields) if is_named(field, *self.TRACE)]
        if signing and self.random.random() < traces:
            return self.random.choice(signing)
        return self.random.randrange(len(fields))

    def with_value(self, fields, change, traces=0.6):
        """Changes what is behind the colon of one field, its line ends left alone."""
        index = self.pick(fields, traces)
        name, colon, value = fields[index].partition(b":")
        fields[index] = name + colon + change(value[:-2]) + b"\r\n"
        return fields

    def at(self, text):
        return self.random.randrange(len(text)) if text else 0

    def letter(self, fields, body):
        def change(text):
            places = [i for i, octet in enumerate(text) if chr(octet).isalnum() and octet < 128]
            if not places:
                return text
            place = self.random.choice(places)
            return text[:place] + self.random.choice(b"abcdefXYZ0123456789").to_bytes(1, "big") + text[place + 1:]
        if self.random.random() < 0.2:
            return fields, change(body)
        return self.with_value(fields, change), body

    def remove_octet(self, fields, body):
        def change(text):
            place = self.at(text)
            return text if text[place:place + 1] in (b"\r", b"\n", b"") else text[:place] + text[place + 1:]
        if self.random.random() < 0.2:
            return fields, change(body)
        return self.with_value(fields, change), body

    def insert_octet(self, fields, body):
        octet = self.random.choice((b";", b"=", b":", b"x", b"-", b".", b"/", b"\xe4", b"(", b'"', b"9", b"@"))

        def change(text):
            place = self.at(text)
            if text[place:place + 1] == b"\n":
                return text
            return text[:place] + octet + text[place:]
        if self.random.random() < 0.2:
            return fields, change(body)
        return self.with_value(fields, change), body

    def blank(self, fields, body):
        """A blank or TAB more between the words of a field."""
        def change(value):
            places = [match.start() for match in re.finditer(rb"[ \t;=:]", value)]
            if not places:
                return value
            place = self.random.choice(places)
            return value[:place] + self.random.choice((b" ", b"\t", b"  ")) + value[place:]
        return self.with_value(fields, change), body

    def fold(self, fields, body):
        def change(value):
            places = [match.start() for match in re.finditer(rb"[ ;](?=[^\r\n]*[^\r\n \t])", value)]
            if not places:
                return value
            place = self.random.choice(places) + 1
            return value[:place] + b"\r\n " + value[place:]
        return self.with_value(fields, change), body

    def name_case(self, fields, body):
        index = self.pick(fields)
        name, colon, value = fields[index].partition(b":")
        fields[index] = self.random.choice((name.lower(), name.upper(), name.swapcase())) + colon + value
        return fields, body

    def field_twice(self, fields, body):
        index = self.pick(fields)
        fields.insert(self.random.randrange(len(fields) + 1), fields[index])
        return fields, body

    def field_gone(self, fields, body):
        if len(fields) > 2:
            del fields[self.pick(fields)]
        return fields, body

    def fields_swapped(self, fields, body):
        first, second = self.pick(fields), self.pick(fields)
        fields[first], fields[second] = fields[second], fields[first]
        return fields, body

    def field_added(self, fields, body):
        field = self.random.choice((b"Subject: another\r\n", b"X-Added: yes\r\n", b"From: Other <other@example.org>\r\n",
                                    b"Received: from here by there; Mon, 02 Nov 2026 11:00:00 +0000\r\n",
                                    b"Reply-To: other@example.org\r\n", b"List-Id: <list.example.net>\r\n"))
        fields.insert(self.random.choice((0, len(fields))), field)
        return fields, body

    def line_added(self, fields, body):
        lines = body.split(b"\r\n")
        lines.insert(self.random.randrange(len(lines) + 1), self.random.choice((b"", b" ", b"added", b"\t ")))
        return fields, b"\r\n".join(lines)

    def line_gone(self, fields, body):
        lines = body.split(b"\r\n")
        del lines[self.random.randrange(len(lines))]
        return fields, b"\r\n".join(lines)

    def last_line(self, fields, body):
        return fields, self.random.choice((body + b"\r\n", body + b"\r\n\r\n", body.rstrip(b"\r\n"), body + b" \r\n",
                                           body.rstrip(b"\r\n") + b"\r\n", body + b"footer\r\n"))

    def blank_in_body(self, fields, body):
        places = [match.start() for match in re.finditer(rb"[ \t\r]", body)]
        if not places:
            return None
        place = self.random.choice(places)
        return fields, body[:place] + self.random.choice((b" ", b"\t", b"  ")) + body[place:]

    def tag(self, fields, body):
        """A tag of a signature or seal is put twice, taken out, moved, emptied, given another value or an unknown one added."""
        signing = [i for i, field in enumerate(fields) if is_named(field, *self.TRACE[:3])]
        if not signing:
            return None
        index = self.random.choice(signing)
        name, _, value = fields[index].partition(b":")
        tags = [tag.strip() for tag in value.split(b";") if tag.strip()]
        if not tags:
            return None
        place = self.random.randrange(len(tags))
        key = tags[place].partition(b"=")[0].strip()
        action = self.random.choice(("twice", "out", "moved", "empty", "value", "unknown", "end", "upper", "number"))
        if action == "twice":
            tags.insert(self.random.randrange(len(tags) + 1), tags[place])
        elif action == "out":
            del tags[place]
        elif action == "moved":
            tags.insert(self.random.randrange(len(tags)), tags.pop(place))
        elif action == "empty":
            tags[place] = key + b"="
        elif action == "value":
            new = self.random.choice((b"v=2", b"v=1", b"a=rsa-sha1", b"c=simple", b"c=relaxed", b"q=dns/txt", b"l=0", b"l=5", b"l=99999", b"x=1",
                                      b"x=99999999999", b"t=1", b"t=99999999999", b"i=other@example.org", b"h=from", b"h=to:subject",
                                      b"s=none", b"d=example.org", b"cv=fail", b"cv=pass", b"i=2", b"bh=AAAA"))
            tags = [tag for tag in tags if tag.partition(b"=")[0].strip() != new.partition(b"=")[0]]
            tags.insert(self.random.randrange(len(tags) + 1), new)
        elif action == "unknown":
            tags.insert(self.random.randrange(len(tags) + 1), self.random.choice((b"foo=bar", b"r=y", b"z=From:x|To:y", b"y=", b"n1_a=1")))
        elif action == "end":
            tags.append(b"")
        elif action == "upper":
            tags[place] = tags[place].upper()
        else:
            tags[place] = key + b"=" + self.random.choice((b"0", b"1", b"01", b"2", b"51", b"-1", b"1x"))
        fields[index] = name + b": " + b"; ".join(tags) + b"\r\n"
        return fields, body
