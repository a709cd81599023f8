"""A strict reader of the part of DER (X.690) that certificates use: each value has one encoding, and everything is read to its end."""

BOOLEAN, INTEGER, BITS, OCTETS, OID, UTF8, PRINTABLE, UTC_TIME, GENERALIZED_TIME = 0x01, 0x02, 0x03, 0x04, 0x06, 0x0C, 0x13, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

PRINTABLE_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")


class Malformed(Exception):
    """The bytes are not DER, or not what was to come."""


class Reader:
    def __init__(self, data, octets=2):
        self.data, self.at, self.octets = data, 0, octets

    def at_end(self):
        return self.at == len(self.data)

    def next_is(self, tag):
        return not self.at_end() and self.data[self.at] == tag

    def value(self, tag):
        """The next value: its content and its whole."""
        start = self.at
        if not self.next_is(tag):
            raise Malformed(f"tag {tag:#04x} is missing")
        at = start + 1
        if at >= len(self.data):
            raise Malformed("no length")
        length = self.data[at]
        at += 1
        if length >= 0x80:
            size = length & 0x7F
            if not 1 <= size <= self.octets or at + size > len(self.data):
                raise Malformed("an indefinite length, or one of too many octets")
            length = int.from_bytes(self.data[at:at + size], "big")
            at += size
            if length < (0x80 if size == 1 else 1 << 8 * (size - 1)):
                raise Malformed("a length that is too long")
        if length > len(self.data) - at:
            raise Malformed("a length past the end")
        self.at = at + length
        return self.data[at:self.at], self.data[start:self.at]

    def content(self, tag):
        return self.value(tag)[0]

    def inside(self, tag):
        return Reader(self.content(tag), self.octets)

    def end(self):
        if not self.at_end():
            raise Malformed("something behind the last field")

    def true(self):
        """A BOOLEAN that is TRUE: FALSE is always a default here, which DER leaves out."""
        if self.content(BOOLEAN) != b"\xff":
            raise Malformed("a BOOLEAN other than TRUE")

    def unsigned(self):
        """The content octets of an INTEGER that is not negative."""
        content = self.content(INTEGER)
        if not content or content[0] >= 0x80 or (len(content) > 1 and content[0] == 0 and content[1] < 0x80):
            raise Malformed("an INTEGER that is negative or too long")
        return content

    def oid(self):
        content = self.content(OID)
        starts = [True] + [octet < 0x80 for octet in content[:-1]]
        if not content or content[-1] >= 0x80 or any(start and octet == 0x80 for start, octet in zip(starts, content)):
            raise Malformed("a malformed OBJECT IDENTIFIER")
        return content

    def octets_as_bits(self):
        content = self.content(BITS)
        if not content or content[0] != 0:
            raise Malformed("a BIT STRING with unused bits")
        return content[1:]

    def named_bits(self):
        """The numbers of the bits that are set, of which there is one at least; none that is zero is written at the end (X.690 11.2.2)."""
        content = self.content(BITS)
        if len(content) < 2 or content[-1] == 0 or (content[-1] & -content[-1]).bit_length() - 1 != content[0]:
            raise Malformed("named bits with zeros at the end")
        return frozenset(8 * i + bit for i, octet in enumerate(content[1:]) for bit in range(8) if octet >> (7 - bit) & 1)
