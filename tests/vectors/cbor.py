"""A strict reader of CBOR (RFC 8949): shortest heads only, definite lengths only, no floats. Whoever reads says what must come next."""

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)


class Malformed(Exception):
    """The bytes are not what was to come."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def next_is(self, byte):
        """Skips the byte if it stands next."""
        if self.at < len(self.data) and self.data[self.at] == byte:
            self.at += 1
            return True
        return False

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Malformed("the data end")
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self, major):
        first = self.take(1)[0]
        if first >> 5 != major:
            raise Malformed(f"major type {first >> 5} instead of {major}")
        info = first & 31
        if info < 24:
            return info
        if info > 27:
            raise Malformed("an indefinite or reserved head")
        size = 1 << (info - 24)
        value = int.from_bytes(self.take(size), "big")
        if value < (24 if size == 1 else 1 << (4 * size)):
            raise Malformed("a head that is too long")
        return value

    def unsigned(self):
        return self.head(UNSIGNED)

    def integer(self):
        """Any integer, of at most 64 bits with its sign."""
        negative = self.at < len(self.data) and self.data[self.at] >> 5 == NEGATIVE
        value = self.head(NEGATIVE if negative else UNSIGNED)
        if value >= 1 << 63:
            raise Malformed("an integer of more than 64 bits")
        return -1 - value if negative else value

    def string(self, major, least, most):
        length = self.head(major)
        if not least <= length <= most:
            raise Malformed(f"{length} bytes instead of {least} to {most}")
        return self.take(length)

    def bytes(self, least, most):
        return self.string(BYTES, least, most)

    def text(self, least, most):
        """Limits count the bytes of UTF-8."""
        try:
            return self.string(TEXT, least, most).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8") from error

    def count(self, major, least, most):
        count = self.head(major)
        if not least <= count <= most:
            raise Malformed(f"{count} entries instead of {least} to {most}")
        return count

    def array(self, least, most):
        return self.count(ARRAY, least, most)

    def map(self, least, most):
        return self.count(MAP, least, most)

    def literal(self, found, expected):
        if found != expected:
            raise Malformed(f"{found!r} instead of {expected!r}")

    def end(self):
        if self.at != len(self.data):
            raise Malformed("trailing bytes")


def head(major, argument):
    """The head of an item, in its shortest form."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def encode_bytes(content):
    return head(BYTES, len(content)) + content


def encode_text(text):
    content = text.encode("utf-8")
    return head(TEXT, len(content)) + content
