"""JSON (RFC 8259) with what Python's own reader hides: the line of each value, members that are there twice, the order of faults."""

import re

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None}


class NotJson(Exception):
    """The text is not JSON."""


class Duplicate(Exception):
    """A member is there twice; line is where the second stands."""

    def __init__(self, line):
        super().__init__(f"line {line}")
        self.line = line


class Value:
    """A value and its line. An object is a list of (name, Value), an array a list of Value."""

    def __init__(self, content, line, is_object=False):
        self.content, self.line, self.is_object = content, line, is_object


class Reader:
    def __init__(self, data, lenient=False, maximum_depth=64):
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotJson("not UTF-8") from error
        self.at, self.lenient, self.maximum_depth = 0, lenient, maximum_depth

    def line(self):
        return self.text.count("\n", 0, self.at) + 1

    def space(self):
        """Skips white space and, where people write, comments."""
        pattern = r"(?:[ \t\r\n]|//[^\n]*|/\*.*?\*/)*" if self.lenient else r"[ \t\r\n]*"
        self.at = re.compile(pattern, re.DOTALL).match(self.text, self.at).end()

    def peek(self):
        self.space()
        return self.text[self.at:self.at + 1]

    def take(self, character):
        if self.peek() != character:
            raise NotJson(f"{character} is missing on line {self.line()}")
        self.at += 1

    def end(self):
        if self.peek():
            raise NotJson("something behind the value")

    def document(self):
        """The one value that the text is."""
        value = self.value(0)
        self.end()
        return value

    def value(self, depth):
        first, line = self.peek(), self.line()
        if first in ("{", "["):
            if depth == self.maximum_depth:
                raise NotJson("too deep")
            content = self.object(depth) if first == "{" else self.array(depth)
            return Value(content, line, first == "{")
        if first == '"':
            return Value(self.string(), line)
        for word, content in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return Value(content, line)
        number = NUMBER.match(self.text, self.at)
        if not number or self.text[number.end():number.end() + 1].isalnum():
            raise NotJson(f"no value on line {line}")
        self.at = number.end()
        return Value(float(number.group()) if number.group(1) or number.group(2) else int(number.group()), line)

    def object(self, depth):
        members = []
        for name, line in self.names():
            if any(name == earlier for earlier, _ in members):
                raise Duplicate(line)
            members.append((name, self.value(depth + 1)))
        return members

    def names(self):
        """The names of an object and their lines, one by one: whoever asks reads each value before the next name."""
        self.take("{")
        first = True
        while self.peek() != "}":
            if not first:
                self.take(",")
                if self.lenient and self.peek() == "}":
                    break
            first = False
            if self.peek() != '"':
                raise NotJson(f"no name on line {self.line()}")
            line = self.line()
            name = self.string()
            self.take(":")
            yield name, line
        self.take("}")

    def array(self, depth):
        self.take("[")
        items = []
        while self.peek() != "]":
            if items:
                self.take(",")
                if self.lenient and self.peek() == "]":
                    break
            items.append(self.value(depth + 1))
        self.take("]")
        return items

    def string(self):
        self.take('"')
        parts = []
        while True:
            plain = PLAIN.match(self.text, self.at)
            parts.append(plain.group())
            self.at = plain.end()
            character = self.text[self.at:self.at + 1]
            self.at += 1
            if character == '"':
                break
            if character != "\\":
                raise NotJson("a string that does not end, or a control character in one")
            escape = self.text[self.at:self.at + 1]
            self.at += 1
            if escape == "u":
                digits = self.text[self.at:self.at + 4]
                if not re.fullmatch("[0-9A-Fa-f]{4}", digits):
                    raise NotJson("a bad escape")
                parts.append(chr(int(digits, 16)))
                self.at += 4
            elif escape in ESCAPES:
                parts.append(ESCAPES[escape])
            else:
                raise NotJson("a bad escape")
        try:
            return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            raise NotJson("half a surrogate pair") from error
