"""Evidence files, and checks 701 to 724 (docs/formats.cddl)."""

import base64
import binascii
import hashlib
import re

import cbor
import crl
import document
import ecdsa
import jsontext
from errors import BadEvidenceFile, Refused, require
from policy import KINDS

MALFORMED, TOO_LARGE, UNKNOWN_VERSION, UNKNOWN_MEMBER, DUPLICATE_MEMBER, WRONG_MEMBERS = range(1, 7)
MAXIMUM_FILE = 512 << 20
MAXIMUM_CONTENT = 160 << 20
MAXIMUM_RECEIPT = 500
LISTS = "revocationLists"
MAXIMUM_LISTS = 8
MAXIMUM_TIME = 253402300799999

# The members that hold bytes: least and most.
MEMBERS = {
    "receipt": (1, MAXIMUM_RECEIPT),
    "document": (1, document.MAXIMUM_SIZE),
    "manifest": (1, 3 + 256 * (1 + 2 * (2 + 128) + 2 + 48)),
    "configuration": (1, 25 + 64 * 2 * (2 + 255)),
    "inputSalt": (32, 32),
    "outputSalt": (32, 32),
    "input": (1, MAXIMUM_CONTENT),
    "output": (1, MAXIMUM_CONTENT),
}

CLAIM_TYPE = "application/vnd.nitro.claim+cbor"
ES256, ES384 = -7, -35
CURVES = {ES256: ecdsa.P256, ES384: ecdsa.P384}
HASHES = {ES256: hashlib.sha256, ES384: hashlib.sha384}
HEADERS = {
    b"\xa2\x01" + algorithm + b"\x03" + cbor.encode_text(CLAIM_TYPE): number
    for number, algorithm in ((ES256, b"\x26"), (ES384, b"\x38\x22"))
}
# What stands before the point's coordinates in a SubjectPublicKeyInfo (RFC 5480).
KEY_STARTS = {
    ES256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    ES384: bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"),
}
SIZES = {
    "BOOL": 1, "UINT8": 1, "UINT16": 2, "UINT32": 4, "UINT64": 8, "INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "FP32": 4, "FP64": 8,
    "BYTES": 0,
}


def sha384(data):
    return hashlib.sha384(data).digest()


class EvidenceFile:
    """The content of an evidence file."""

    def __init__(self, data):
        if len(data) > MAXIMUM_FILE:
            raise BadEvidenceFile(TOO_LARGE)
        try:
            require_version(data)
            self.kind, self.members, self.lists = read_members(jsontext.Reader(data))
        except jsontext.NotJson as error:
            raise BadEvidenceFile(MALFORMED, str(error)) from error
        except jsontext.Duplicate as error:
            raise BadEvidenceFile(DUPLICATE_MEMBER) from error
        needed = ["document", "manifest", "configuration"] + (["receipt"] if self.kind == "session" else [])
        if self.kind is None or any(name not in self.members for name in needed) or (self.kind == "direct" and "receipt" in self.members):
            raise BadEvidenceFile(WRONG_MEMBERS)


def require_version(data):
    """The first version decides, wherever it stands: a later one may have members that this one would call unknown."""
    reader = jsontext.Reader(data)
    if reader.peek() != "{":
        raise jsontext.NotJson("no object")
    for name, _ in reader.names():
        value = reader.value(1).content
        if name != "version":
            continue
        if type(value) not in (int, float):
            raise BadEvidenceFile(MALFORMED)
        if value != 1 or type(value) is not int:
            raise BadEvidenceFile(UNKNOWN_VERSION)
        return
    raise BadEvidenceFile(WRONG_MEMBERS)


def read_members(reader):
    seen, kind, members, lists = set(), None, {}, []
    for name, line in reader.names():
        if name in seen:
            raise jsontext.Duplicate(line)
        seen.add(name)
        if name not in ("version", "kind", LISTS) and name not in MEMBERS:
            raise BadEvidenceFile(UNKNOWN_MEMBER, name)
        value = reader.value(1).content
        if name == "kind":
            if value not in ("session", "direct"):
                raise BadEvidenceFile(MALFORMED, name)
            kind = value
        elif name in MEMBERS:
            members[name] = read_bytes(name, value)
        elif name == LISTS:
            lists = read_lists(value)
    reader.end()
    return kind, members, lists


def read_lists(value):
    """The one member that is an array; its items are JSON values with lines."""
    if not isinstance(value, list) or not value:
        raise BadEvidenceFile(MALFORMED, LISTS)
    read = []
    for item in value:
        if len(read) == MAXIMUM_LISTS:
            raise BadEvidenceFile(TOO_LARGE, LISTS)
        read.append(read_bytes(LISTS, item.content))
    return read


def read_bytes(name, text):
    least, most = (1, 1 << 20) if name == LISTS else MEMBERS[name]
    if not isinstance(text, str):
        raise BadEvidenceFile(MALFORMED, name)
    size = len(text) // 4 * 3 - (len(text) - len(text.rstrip("=")) if text[-1:] == "=" else 0)
    if len(text) > (most + 2) // 3 * 4 or (len(text) % 4 == 0 and size > most):
        raise BadEvidenceFile(TOO_LARGE, name)
    try:
        if not re.fullmatch("[A-Za-z0-9+/]*={0,2}", text):
            raise BadEvidenceFile(MALFORMED, name)
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadEvidenceFile(MALFORMED, name) from error
    if base64.b64encode(content).decode("ascii") != text or len(content) < least:
        raise BadEvidenceFile(MALFORMED, name)
    return content


# --- What is signed ------------------------------------------------------------------------------


def read_statement(data, kind, fields):
    """A map whose keys are 1, 2, 3 and so on: version 1, the kind, and the fields."""
    reader = cbor.Reader(data)
    count = len(fields) + 2
    reader.map(count, count)
    values = []
    for key in range(1, count + 1):
        reader.literal(reader.unsigned(), key)
        if key == 1:
            reader.literal(reader.unsigned(), 1)
        elif key == 2:
            reader.literal(reader.text(0, 64), kind)
        else:
            values.append(fields[key - 3](reader))
    reader.end()
    return values


def read_digest(reader):
    return reader.bytes(48, 48)


def read_time(reader):
    time = reader.unsigned()
    if time > MAXIMUM_TIME:
        raise cbor.Malformed("a time past the calendar")
    return time


def read_algorithm(reader):
    algorithm = reader.integer()
    if algorithm not in CURVES:
        raise cbor.Malformed("neither ES256 nor ES384")
    return algorithm


def read_tls_key(reader):
    digest = reader.bytes(0, 48)
    if len(digest) not in (0, 48):
        raise cbor.Malformed("neither a digest nor none")
    return digest


class Claim:
    def __init__(self, data):
        (self.model, self.input, self.output, self.nonce, self.issued_at, self.sequence, self.session, self.previous) = read_statement(
            data, "inference",
            [read_digest, read_digest, read_digest, lambda reader: reader.bytes(0, 64), read_time, lambda reader: reader.unsigned(),
             read_digest, read_digest])


class Session:
    def __init__(self, data):
        self.models, self.configuration, self.started_at, self.algorithm, self.tls_key = read_statement(
            data, "session", [read_digest, read_digest, read_time, read_algorithm, read_tls_key])


class Receipt:
    def __init__(self, data):
        if not 1 <= len(data) <= MAXIMUM_RECEIPT:
            raise cbor.Malformed("no receipt's size")
        header, unprotected, payload, self.signature, tagged = document.read_cose(data, MAXIMUM_RECEIPT)
        if tagged or header not in HEADERS or unprotected:
            raise cbor.Malformed("a tag or another header")
        self.algorithm = HEADERS[header]
        if len(self.signature) != 2 * CURVES[self.algorithm].size:
            raise cbor.Malformed("a signature of another size")
        self.signed = document.to_be_signed(header, payload)
        self.claim = Claim(payload)


def read_manifest(data):
    """Name, version and digest of each model."""
    reader, entries = cbor.Reader(data), []
    for _ in range(reader.array(1, 256)):
        reader.array(3, 3)
        entry = (reader.text(1, 128), reader.text(1, 128), reader.bytes(48, 48))
        entries.append(entry)
    reader.end()
    require_order([(name.encode(), version.encode()) for name, version, _ in entries])
    return entries


def read_configuration(data):
    reader = cbor.Reader(data)
    reader.array(2, 2)
    reader.literal(reader.text(0, 64), "nitro/configuration/1")
    names = []
    for _ in range(reader.map(0, 64)):
        names.append(reader.text(1, 255).encode())
        reader.text(0, 255)
    reader.end()
    # The order of a deterministic map's keys is that of their encodings: shorter ones first.
    require_order([(len(name), name) for name in names])


def require_order(keys):
    if any(left >= right for left, right in zip(keys, keys[1:])):
        raise cbor.Malformed("out of order, or one twice")


# --- Input and output ----------------------------------------------------------------------------


def check_content(data, is_input):
    """The form of an encoded input or output."""
    reader = cbor.Reader(data)
    if is_input:
        reader.array(3, 3)
        reader.map(0, 0)
        require_order([reader.text(1, 255).encode() for _ in range(reader.array(0, 1024))])
    else:
        reader.array(1, 1)
    require_order([read_tensor(reader) for _ in range(reader.array(0, 1024))])
    reader.end()


def read_tensor(reader):
    """Gives the name's bytes."""
    reader.array(4, 4)
    name, datatype = reader.text(1, 255), reader.text(1, 16)
    shape = [reader.integer() for _ in range(reader.array(0, 16))]
    data = reader.bytes(0, MAXIMUM_CONTENT)
    if datatype not in SIZES or any(dimension < 0 for dimension in shape):
        raise cbor.Malformed("no such datatype or shape")
    count = product = 1
    for dimension in shape:
        count, product = count * dimension, product * max(dimension, 1)
    if product > 0x7FFFFFFF:
        raise cbor.Malformed("too many elements")
    if datatype == "BYTES":
        at = 0
        for _ in range(count):
            if at + 4 > len(data):
                raise cbor.Malformed("a BYTES element that is cut off")
            at += 4 + int.from_bytes(data[at:at + 4], "little")
        if at != len(data):
            raise cbor.Malformed("BYTES elements that do not fill the data")
    elif len(data) != count * SIZES[datatype]:
        raise cbor.Malformed("data of another size than the shape's")
    elif datatype == "BOOL" and any(byte > 1 for byte in data):
        raise cbor.Malformed("a BOOL that is neither 0 nor 1")
    return name.encode()


def check_digest(check, expected, salt, disclosed, claimed, is_input):
    if expected == "unchecked":
        return
    content = disclosed if expected == "disclosed" else bytes.fromhex(expected["exact"])
    require(salt is not None and content is not None, check)
    require(disclosed is None or disclosed == content, check)
    read(check, lambda: check_content(content, is_input))
    header = cbor.encode_text("nitro/input/1" if is_input else "nitro/output/1")
    start = cbor.head(cbor.ARRAY, 5 if is_input else 3)
    require(sha384(start + header + cbor.encode_bytes(salt) + content[1:]) == claimed, check)


# --- The checks, in order ------------------------------------------------------------------------


def read(check, reading):
    try:
        return reading()
    except cbor.Malformed as error:
        raise Refused(check, str(error)) from error


def read_session_key(data, algorithm):
    """The point of a SubjectPublicKeyInfo; whether it lies on its curve shows when it is used."""
    start, size = KEY_STARTS[algorithm], CURVES[algorithm].size
    require(len(data) == len(start) + 2 * size and data.startswith(start), 707)
    return int.from_bytes(data[len(start):-size], "big"), int.from_bytes(data[-size:], "big")


def verify(data, policy, times, options, lists=()):
    """All checks of evidence."""
    evidence = EvidenceFile(data)
    members, is_session = evidence.members, evidence.kind == "session"
    require(evidence.kind in options.get("kinds", KINDS) and KINDS[evidence.kind] >= policy.least, 701)
    receipt = read(702, lambda: Receipt(members["receipt"])) if is_session else None
    manifest = read(703, lambda: read_manifest(members["manifest"]))
    read(704, lambda: read_configuration(members["configuration"]))
    age = policy.session_document_age if is_session else policy.maximum_age
    vouching = document.verify(members["document"], policy, times, age, None, lists, evidence.lists)
    claim, session = check_statements(receipt, vouching)
    check_links(claim, session, vouching, members, manifest, policy, options)
    check_digest(719, options["input"], members.get("inputSalt"), members.get("input"), claim.input, True)
    check_digest(720, options["output"], members.get("outputSalt"), members.get("output"), claim.output, False)
    check_times(claim, session, vouching, policy, times)
    expected = options["nonce"]
    found = None if claim.nonce == b"" and not isinstance(expected, dict) else claim.nonce
    require(document.is_met(expected, found), 724)
    subjects = {"model": claim.model, "session": claim.session, "configuration": sha384(members["configuration"])}
    for one in policy.revocations:
        shown = one.is_shown(vouching) or any(one.names(kind, digest) for kind, digest in subjects.items())
        require(not shown or crl.still_counts(one.superseded, one.effective, claim.issued_at, times.witnessed), 725)


def check_statements(receipt, vouching):
    user_data, public_key = vouching.user_data or b"", vouching.public_key or b""
    if receipt is None:
        claim, session = read(705, lambda: Claim(user_data)), None
        read_session_key(public_key, ES384 if len(public_key) == 120 else ES256)
        require(sha384(public_key) == claim.session, 708)
        require((vouching.nonce or b"") == claim.nonce, 711)
        return claim, session
    claim, session = receipt.claim, read(706, lambda: Session(user_data))
    point = read_session_key(public_key, session.algorithm)
    require(sha384(public_key) == claim.session, 708)
    require(receipt.algorithm == session.algorithm, 709)
    digest = HASHES[receipt.algorithm](receipt.signed).digest()
    require(ecdsa.verify_fixed(CURVES[receipt.algorithm], point, digest, receipt.signature), 710)
    return claim, session


def check_links(claim, session, vouching, members, manifest, policy, options):
    models, configuration = sha384(members["manifest"]), sha384(members["configuration"])
    require(session is None or session.models == models, 712)
    require(vouching.pcrs.get(16) == sha384(bytes(48) + models), 713)
    require(session is None or session.configuration == configuration, 714)
    require(vouching.pcrs.get(17) == sha384(bytes(48) + configuration), 715)
    wanted = options["model"]
    listed = [(name, version) for name, version, model in manifest if model == claim.model]
    if wanted == "any":
        require(listed, 716)
    elif "digest" in wanted:
        require(listed and claim.model == bytes.fromhex(wanted["digest"]), 716)
    else:
        require((wanted["name"], wanted["version"]) in listed, 716)
    require(policy.any_model or claim.model in policy.models, 717)
    require(policy.any_configuration or configuration in policy.configurations, 718)


def check_times(claim, session, vouching, policy, times):
    latest = policy.session_document_age if session else policy.skew
    require(vouching.time - policy.skew <= claim.issued_at <= vouching.time + latest, 721)
    if session:
        require(claim.issued_at - session.started_at <= policy.session_age and session.started_at <= vouching.time + policy.skew, 722)
    require(times.witnessed is None or claim.issued_at <= times.witnessed + policy.skew, 723)
