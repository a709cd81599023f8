"""Attestation documents: their form (checks 101 to 212), and what signature, time, policy and caller say of them (401 to 653)."""

import hashlib

import cbor
import crl
import ecdsa
import x509
from errors import Refused, require

MAXIMUM_SIZE = 16384
MAXIMUM_FIELD = 1024
MAXIMUM_TIME = 253402300799999
ES384_HEADER = bytes.fromhex("a1013822")
MANDATORY = ("module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle")
TPM_END = "-tpm0000000000000000"


def read_cose(data, most):
    """Protected header, number of unprotected parameters, payload, signature, whether tag 18 stood before them (RFC 9052 section 4.2).

    Unprotected parameters end the reading: what stands behind them is not looked at.
    """
    reader = cbor.Reader(data)
    tagged = reader.next_is(0xD2)
    reader.array(4, 4)
    header = reader.bytes(0, most)
    unprotected = reader.map(0, 65535)
    if unprotected:
        return header, unprotected, b"", b"", tagged
    payload, signature = reader.bytes(0, most), reader.bytes(0, most)
    reader.end()
    return header, unprotected, payload, signature, tagged


def to_be_signed(header, payload):
    return b"\x84" + cbor.encode_text("Signature1") + cbor.encode_bytes(header) + cbor.encode_bytes(b"") + cbor.encode_bytes(payload)


def read_pcrs(reader):
    pcrs = {}
    for _ in range(reader.map(1, 32)):
        index = reader.unsigned()
        if index > 31 or index in pcrs:
            raise cbor.Malformed("no such PCR, or one twice")
        pcrs[index] = reader.bytes(48, 48)
    return pcrs


def read_digest(reader):
    reader.literal(reader.text(0, 64), "SHA384")
    return "SHA384"


def read_timestamp(reader):
    time = reader.unsigned()
    if not 1 <= time <= MAXIMUM_TIME:
        raise cbor.Malformed("no time")
    return time


def read_optional(reader):
    return None if reader.next_is(0xF6) else reader.bytes(0, MAXIMUM_FIELD)


FIELDS = {
    "module_id": (204, lambda reader: reader.text(1, 255)),
    "digest": (205, read_digest),
    "timestamp": (206, read_timestamp),
    "pcrs": (207, read_pcrs),
    "certificate": (208, lambda reader: reader.bytes(1, 1024)),
    "cabundle": (209, lambda reader: [reader.bytes(1, 1024) for _ in range(reader.array(1, 8))]),
    "public_key": (210, read_optional),
    "user_data": (211, read_optional),
    "nonce": (212, read_optional),
}


def read_payload(payload):
    reader, fields = cbor.Reader(payload), {}
    try:
        left = -1 if reader.next_is(0xBF) else reader.map(0, 65535)
        while left != 0 and not (left < 0 and reader.next_is(0xFF)):
            key = reader.text(1, 64)
            require(key != "nitrotpm_pcrs", 202)
            if key not in FIELDS or key in fields:
                raise cbor.Malformed(f"{key} is unknown, or there twice")
            check, read = FIELDS[key]
            try:
                fields[key] = read(reader)
            except cbor.Malformed as error:
                raise Refused(check, str(error)) from error
            left -= 1
        reader.end()
    except cbor.Malformed as error:
        raise Refused(201, str(error)) from error
    require(all(key in fields for key in MANDATORY), 203)
    require(not fields["module_id"].endswith(TPM_END), 202)
    return fields


class Document:
    """A document whose form is right."""

    def __init__(self, data):
        require(1 <= len(data) <= MAXIMUM_SIZE, 101)
        try:
            header, unprotected, payload, self.signature, _ = read_cose(data, MAXIMUM_SIZE)
        except cbor.Malformed as error:
            raise Refused(102, str(error)) from error
        require(header == ES384_HEADER, 103)
        require(unprotected == 0, 104)
        require(len(self.signature) == 96, 105)
        self.signed = to_be_signed(header, payload)
        fields = read_payload(payload)
        self.module_id, self.time, self.pcrs = fields["module_id"], fields["timestamp"], fields["pcrs"]
        self.certificate, self.cabundle = fields["certificate"], fields["cabundle"]
        self.public_key, self.user_data, self.nonce = fields.get("public_key"), fields.get("user_data"), fields.get("nonce")


def check_measurements(document, policy):
    zero = bytes(48)
    debug = any(document.pcrs.get(index) == zero for index in range(3))
    require(not debug or policy.debug_mode, 601)
    if policy.any_measurements:
        return
    matching = [
        release for release in policy.releases
        if all(document.pcrs.get(index) == value for index, value in release.measurements.items() if not (debug and index < 3))
    ]
    require(matching, 602)
    require(any(release.covers(document.time) for release in matching), 603)


def is_met(expected, found):
    """Whether a field is as a caller expects it: "any", "absent" or {"exact": hex}."""
    if expected == "any":
        return True
    return found is None if expected == "absent" else found == bytes.fromhex(expected["exact"])


class Times:
    """Moments in milliseconds: now for live verification, otherwise a witnessed time and the time of revocation lists, None where not given."""

    def __init__(self, now=None, witnessed=None, lists=None):
        self.now = now
        self.witnessed, self.lists = (witnessed, lists) if now is None else (now, now)


def check_revocations(policy, path, document, times):
    session = None if document.public_key is None else hashlib.sha384(document.public_key).digest()
    for one in policy.revocations:
        if shows_document(one, path, document, session) and not crl.still_counts(one.superseded, one.effective, document.time, times.witnessed):
            raise Refused(604)


def shows_document(one, path, document, session):
    return any(one.is_certificate(certificate) for certificate in path.certificates) or one.is_shown(document) or one.names("session", session)


def verify(data, policy, times, maximum_age, expected, lists=(), carried=()):
    """All of a document's checks; expected is None inside evidence, carried the bytes of lists that came with it."""
    document = Document(data)
    path = x509.validate(
        document.cabundle, document.certificate, document.module_id, document.time, policy.is_pinned, profile=not policy.no_profile)
    crl.check(path, [*lists, *(crl.read(one) for one in carried)], policy.required_levels, document.time, times)
    require(ecdsa.verify_fixed(ecdsa.P384, path.certificates[-1].point, hashlib.sha384(document.signed).digest(), document.signature), 401)
    require(times.witnessed is None or times.witnessed - document.time >= -policy.skew, 501)
    require(times.now is None or times.now - document.time <= maximum_age, 502)
    check_measurements(document, policy)
    check_revocations(policy, path, document, times)
    if expected is not None:
        require(is_met(expected["nonce"], document.nonce), 651)
        require(is_met(expected["userData"], document.user_data), 652)
        require(is_met(expected["publicKey"], document.public_key), 653)
    return document
