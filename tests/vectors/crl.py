"""Revocation lists (RFC 5280 section 5) and what they do to a path: checks 321 to 326."""

import hashlib

import der
import ecdsa
import x509
from errors import Refused

MAXIMUM_LENGTH = 1 << 20
ENUMERATED = 0x0A

NUMBER, REASON, INVALIDITY, DELTA, POINT, ISSUER = (bytes.fromhex(oid) for oid in ("551d14", "551d15", "551d18", "551d1b", "551d1c", "551d1d"))
REASONS = {0, 1, 2, 3, 4, 5, 6, 9, 10}
# affiliationChanged, superseded, cessationOfOperation: the key is not said to be in other hands.
SUPERSEDED = {3, 4, 5}


class BadExtension(Exception):
    """What belongs to check 322 rather than 321."""


class RevocationList:
    def __init__(self, data):
        if not 1 <= len(data) <= MAXIMUM_LENGTH:
            raise der.Malformed("1 byte to 1 MiB")
        outside = der.Reader(data, octets=3)
        reader = outside.inside(der.SEQUENCE)
        outside.end()
        content, self.signed = reader.value(der.SEQUENCE)
        self.require_algorithm(reader)
        self.signature = reader.octets_as_bits()
        reader.end()
        x509.read_signature(self.signature)
        self.revoked, self.authority_key = {}, b""
        self.read_signed(der.Reader(content, octets=3))

    @staticmethod
    def require_algorithm(reader):
        if reader.value(der.SEQUENCE)[1] != x509.ECDSA_WITH_SHA384:
            raise der.Malformed("not ecdsa-with-SHA384")

    def read_signed(self, reader):
        if reader.unsigned() != b"\x01":
            raise der.Malformed("not version 2")
        self.require_algorithm(reader)
        self.issuer, _ = x509.read_name(reader)
        self.this_update, self.next_update = x509.read_time(reader), x509.read_time(reader)
        if self.next_update < self.this_update:
            raise der.Malformed("nextUpdate before thisUpdate")
        if reader.next_is(der.SEQUENCE):
            entries = reader.inside(der.SEQUENCE)
            x509.require_some(entries.data)
            while not entries.at_end():
                self.read_entry(entries.inside(der.SEQUENCE))
        if not reader.at_end():
            field = reader.inside(0xA0)
            extensions = field.inside(der.SEQUENCE)
            field.end()
            self.read_extensions(extensions, self.read_extension)
        reader.end()

    def read_entry(self, fields):
        serial = fields.unsigned()
        if len(serial) > x509.MAXIMUM_SERIAL:
            raise der.Malformed("a serial number of more than 21 octets")
        entry = {"at": x509.read_time(fields), "since": None, "reason": 0}
        if not fields.at_end():
            self.read_extensions(fields.inside(der.SEQUENCE), lambda identifier, value: self.read_entry_extension(entry, identifier, value))
        fields.end()
        if serial in self.revoked:
            raise der.Malformed("a serial number twice")
        self.revoked[serial] = entry

    @staticmethod
    def read_extensions(items, read):
        x509.require_some(items.data)
        seen = set()
        while not items.at_end():
            identifier, critical, value = x509.read_extension(items.inside(der.SEQUENCE))
            try:
                if identifier in seen or (not read(identifier, der.Reader(value)) and critical):
                    raise BadExtension("an extension twice, or an unknown critical one")
            except der.Malformed as error:
                raise BadExtension(str(error)) from error
            seen.add(identifier)

    def read_extension(self, identifier, reader):
        """Whether the extension is known."""
        if identifier == x509.AUTHORITY_KEY:
            fields = reader.inside(der.SEQUENCE)
            self.authority_key = fields.content(0x80)
            fields.end()
            x509.require_some(self.authority_key)
        elif identifier == NUMBER:
            if len(reader.unsigned()) > x509.MAXIMUM_SERIAL:
                raise der.Malformed("a list number of more than 21 octets")
        elif identifier in (DELTA, POINT):
            raise BadExtension("a delta list, or a partial or indirect one")
        else:
            return False
        reader.end()
        return True

    @staticmethod
    def read_entry_extension(entry, identifier, reader):
        if identifier == REASON:
            octets = reader.content(ENUMERATED)
            if len(octets) != 1 or octets[0] not in REASONS:
                raise der.Malformed("no reason of a complete list")
            entry["reason"] = octets[0]
        elif identifier == INVALIDITY:
            entry["since"] = x509.read_generalized_time(reader)
        elif identifier == ISSUER:
            raise BadExtension("an entry of an indirect list")
        else:
            return False
        reader.end()
        return True


def read(data):
    try:
        return RevocationList(data)
    except der.Malformed as error:
        raise Refused(321, str(error)) from error
    except BadExtension as error:
        raise Refused(322, str(error)) from error


def still_counts(superseded, effective, signed, witnessed):
    """The rule of reasons: what becomes of what was signed before."""
    return effective is not None and ((superseded and signed < effective) or (witnessed is not None and witnessed < effective))


def check(path, lists, required, signed, times):
    """Checks 323 to 326 over levels 1 to the leaf."""
    if not lists and not required:
        return
    levels = range(1, len(path.certificates))
    speaking = {level: [one for one in lists if speaks(one, path, level)] for level in levels}
    if not required and not any(speaking.values()):
        return
    for level in levels:
        in_time = [one for one in speaking[level] if is_in_time(one, signed, times.lists)]
        if speaking[level] and not in_time:
            raise Refused(323, level=level)
        speaking[level] = in_time
    for level in levels:
        issuer, extensions = path.certificates[level - 1], path.extensions[level - 1]
        for one in speaking[level]:
            r, s = x509.read_signature(one.signature)
            may = extensions.usage and x509.CRL_SIGN in extensions.usage[1]
            if not may or not ecdsa.verify(ecdsa.P384, issuer.point, hashlib.sha384(one.signed).digest(), r, s):
                raise Refused(324, level=level)
    for level in sorted(required):
        if level not in levels or not any(one.this_update <= path.certificates[level].not_after for one in speaking[level]):
            raise Refused(325, level=level)
    for level in levels:
        for one in speaking[level]:
            entry = one.revoked.get(path.certificates[level].serial)
            if entry:
                effective = entry["at"] if entry["since"] is None else min(entry["at"], entry["since"])
                if not still_counts(entry["reason"] in SUPERSEDED, effective, signed, times.witnessed):
                    raise Refused(326, level=level)


def speaks(one, path, level):
    key = path.extensions[level - 1].subject_key
    return one.issuer == path.certificates[level - 1].subject and (not one.authority_key or not key or one.authority_key == key)


def is_in_time(one, signed, lists):
    return signed <= one.next_update if lists is None else one.this_update <= lists <= one.next_update
