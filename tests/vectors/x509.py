"""Certificates and the one path there is: checks 301 to 312 (RFC 5280, RFC 5480, RFC 5758, and what AWS's chains have in common)."""

import calendar
import datetime
import hashlib
import re

import der
import ecdsa
from errors import Refused

MAXIMUM_LENGTH = 1024
MAXIMUM_SERIAL = 21
MAXIMUM_BUNDLE = 8

ECDSA_WITH_SHA384 = bytes.fromhex("300a06082a8648ce3d040303")
P384_KEY = bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004")

BASIC, USAGE, SUBJECT_KEY, AUTHORITY_KEY, CRL_POINTS = (bytes.fromhex(oid) for oid in ("551d13", "551d0f", "551d0e", "551d23", "551d1f"))
# extendedKeyUsage, nameConstraints, policyConstraints, policyMappings, inhibitAnyPolicy: limits that nobody here applies.
LIMITS = {bytes.fromhex(oid) for oid in ("551d25", "551d1e", "551d24", "551d21", "551d36")}
COMMON_NAME = bytes.fromhex("550403")

DIGITAL_SIGNATURE, NON_REPUDIATION, CERT_SIGN, CRL_SIGN = 0, 1, 5, 6

GOVCLOUD_ROOT = "20bcd30a3e168ea03789e1c45912bc123c4de3c977b8a6e1c125c7929d668b3b"


class Certificate:
    """One X.509 v3 certificate; its algorithms and the values of its extensions are left to later checks."""

    def __init__(self, data):
        if not 1 <= len(data) <= MAXIMUM_LENGTH:
            raise der.Malformed("1 to 1024 bytes")
        self.data = data
        outside = der.Reader(data)
        reader = outside.inside(der.SEQUENCE)
        outside.end()
        content, self.signed = reader.value(der.SEQUENCE)
        self.outer_algorithm = reader.value(der.SEQUENCE)[1]
        self.signature = reader.octets_as_bits()
        reader.end()
        self.read_signed(der.Reader(content))

    def read_signed(self, reader):
        version = reader.inside(0xA0)
        if version.unsigned() != b"\x02":
            raise der.Malformed("not v3")
        version.end()
        serial = reader.unsigned()
        if len(serial) > MAXIMUM_SERIAL or serial == b"\x00":
            raise der.Malformed("a serial number of zero or of more than 21 octets")
        self.serial = serial
        self.inner_algorithm = reader.value(der.SEQUENCE)[1]
        self.issuer, _ = read_name(reader)
        validity = reader.inside(der.SEQUENCE)
        self.not_before, self.not_after = read_time(validity), read_time(validity)
        validity.end()
        self.subject, names = read_name(reader)
        self.common_name = names[0] if len(names) == 1 else ""
        self.key = reader.value(der.SEQUENCE)[1]
        self.extensions = []
        if not reader.at_end():
            field = reader.inside(0xA3)
            items = field.inside(der.SEQUENCE)
            field.end()
            if items.at_end():
                raise der.Malformed("an empty list of extensions")
            while not items.at_end():
                self.extensions.append(read_extension(items.inside(der.SEQUENCE)))
        reader.end()

    @property
    def point(self):
        coordinates = self.key[len(P384_KEY):]
        return int.from_bytes(coordinates[:48], "big"), int.from_bytes(coordinates[48:], "big")


def read_extension(reader):
    identifier = reader.oid()
    critical = reader.next_is(der.BOOLEAN)
    if critical:
        reader.true()
    value = reader.content(der.OCTETS)
    reader.end()
    return identifier, critical, value


def read_name(reader):
    """The raw DER of a name, and its common names."""
    content, whole = reader.value(der.SEQUENCE)
    sets, names = der.Reader(content), []
    if sets.at_end():
        raise der.Malformed("an empty name")
    while not sets.at_end():
        attributes, previous = sets.inside(der.SET), b""
        if attributes.at_end():
            raise der.Malformed("an empty SET")
        while not attributes.at_end():
            content, encoded = attributes.value(der.SEQUENCE)
            if encoded <= previous:
                raise der.Malformed("a SET out of order")
            previous, attribute = encoded, der.Reader(content)
            identifier = attribute.oid()
            if attribute.next_is(der.PRINTABLE):
                value = attribute.content(der.PRINTABLE)
                if not set(value) <= der.PRINTABLE_CHARACTERS:
                    raise der.Malformed("not a PrintableString")
            else:
                value = attribute.content(der.UTF8)
            attribute.end()
            try:
                text = value.decode("utf-8")
            except UnicodeDecodeError as error:
                raise der.Malformed("not UTF-8") from error
            if not text:
                raise der.Malformed("an empty value")
            if identifier == COMMON_NAME:
                names.append(text)
    return whole, names


def read_time(reader):
    """Milliseconds since 1970 (RFC 5280 4.1.2.5)."""
    generalized = reader.next_is(der.GENERALIZED_TIME)
    return read_time_as(reader, generalized, "2050")


def read_generalized_time(reader):
    """A GeneralizedTime in any year (RFC 5280 5.3.2)."""
    return read_time_as(reader, True, "0001")


def read_time_as(reader, generalized, earliest):
    text = reader.content(der.GENERALIZED_TIME if generalized else der.UTC_TIME)
    if not re.fullmatch(rb"[0-9]{14}Z" if generalized else rb"[0-9]{12}Z", text):
        raise der.Malformed("a time in another form")
    digits = text[:-1].decode("ascii")
    if not generalized:
        digits = ("19" if digits >= "5" else "20") + digits
    elif digits < earliest:
        raise der.Malformed("a GeneralizedTime before 2050")
    try:
        time = datetime.datetime.strptime(digits, "%Y%m%d%H%M%S")
    except ValueError as error:
        raise der.Malformed("a time that does not exist") from error
    if time.second > 59 or digits[-2:] > "59":
        raise der.Malformed("a leap second")
    return calendar.timegm(time.timetuple()) * 1000


class Extensions:
    """The values of the extensions that are known, read strictly."""

    def __init__(self, certificate):
        self.kinds, self.others = set(), False
        self.basic = self.usage = None
        self.subject_key = self.authority_key = b""
        for identifier, critical, value in certificate.extensions:
            if identifier in self.kinds:
                raise der.Malformed("an extension twice")
            self.kinds.add(identifier)
            reader = der.Reader(value)
            if identifier == BASIC:
                self.basic = (critical, *read_basic_constraints(reader))
            elif identifier == USAGE:
                self.usage = (critical, reader.named_bits())
                if max(self.usage[1]) > 8:
                    raise der.Malformed("a tenth bit")
            elif identifier in LIMITS or critical:
                raise der.Malformed("a limit, or an extension that must not be critical")
            elif identifier == SUBJECT_KEY:
                self.subject_key = reader.content(der.OCTETS)
                require_some(self.subject_key)
            elif identifier == AUTHORITY_KEY:
                fields = reader.inside(der.SEQUENCE)
                self.authority_key = fields.content(0x80)
                fields.end()
                require_some(self.authority_key)
            elif identifier == CRL_POINTS:
                read_crl_points(reader)
            else:
                continue
            reader.end()


def require_some(content):
    if not content:
        raise der.Malformed("nothing in it")


def read_basic_constraints(reader):
    fields = reader.inside(der.SEQUENCE)
    authority = fields.next_is(der.BOOLEAN)
    if authority:
        fields.true()
    length = None
    if fields.next_is(der.INTEGER):
        content = fields.unsigned()
        if not authority or len(content) > 4:
            raise der.Malformed("a pathLenConstraint without cA, or a huge one")
        length = int.from_bytes(content, "big")
    fields.end()
    return authority, length


def read_crl_points(reader):
    """One or more points, each with a fullName of one or more URIs and nothing else."""
    points = reader.inside(der.SEQUENCE)
    require_some(points.data)
    while not points.at_end():
        point = points.inside(der.SEQUENCE)
        name = point.inside(0xA0)
        point.end()
        uris = name.inside(0xA0)
        name.end()
        require_some(uris.data)
        while not uris.at_end():
            if not re.fullmatch(rb"[!-~]+", uris.content(0x86)):
                raise der.Malformed("no URI")


def read_signature(signature):
    """r and s of an Ecdsa-Sig-Value, each above zero and of at most 48 octets."""
    outside = der.Reader(signature)
    numbers = outside.inside(der.SEQUENCE)
    outside.end()
    r, s = numbers.unsigned(), numbers.unsigned()
    numbers.end()
    for number in (r, s):
        if not 1 <= len(number.lstrip(b"\x00")) <= 48:
            raise der.Malformed("r or s of zero or of more than 48 octets")
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def check_algorithms(certificate):
    if certificate.inner_algorithm != ECDSA_WITH_SHA384 or certificate.outer_algorithm != ECDSA_WITH_SHA384:
        raise der.Malformed("not ecdsa-with-SHA384")
    key = certificate.key
    if len(key) != len(P384_KEY) + 96 or not key.startswith(P384_KEY) or not ecdsa.P384.contains(*certificate.point):
        raise der.Malformed("no uncompressed point of P-384")
    read_signature(certificate.signature)


def check_issuer_constraints(extensions, below):
    critical, authority, length = extensions.basic or (False, False, None)
    return critical and authority and (length is None or below <= length)


def is_trust_anchor(data):
    """Whether a certificate keeps what every issuer must keep."""
    try:
        certificate = Certificate(data)
        check_algorithms(certificate)
        extensions = Extensions(certificate)
    except der.Malformed:
        return False
    return check_issuer_constraints(extensions, 0) and bool(extensions.usage) and CERT_SIGN in extensions.usage[1]


def each(check, values, rule):
    """Applies a rule to every level, and names the first at which it does not hold."""
    results = []
    for level, value in enumerate(values):
        try:
            results.append(rule(level, value))
        except der.Malformed as error:
            raise Refused(check, str(error), level) from error
    return results


def hold(holds, check, level):
    if not holds:
        raise Refused(check, level=level)


class Path:
    """Certificates that checks 301 to 312 have passed, root first, and their extensions."""

    def __init__(self, certificates, extensions):
        self.certificates, self.extensions = certificates, extensions


def validate(bundle, leaf, module_id, time, is_pinned, profile):
    """Checks 301 to 312, each over all levels before the next one."""
    hold(len(bundle) == 4 if profile else 1 <= len(bundle) <= MAXIMUM_BUNDLE, 301, None)
    hold(is_pinned(bundle[0]), 302, 0)
    certificates = each(303, [*bundle, leaf], lambda level, data: Certificate(data))
    each(304, certificates, lambda level, certificate: check_algorithms(certificate))
    extensions = each(305, certificates, lambda level, certificate: Extensions(certificate))
    last = len(bundle)
    for level, one in enumerate(extensions[:-1]):
        hold(check_issuer_constraints(one, last - 1 - level), 306, level)
    hold(not (extensions[-1].basic and extensions[-1].basic[1]), 306, last)
    for level, one in enumerate(extensions[:-1]):
        hold(one.usage and CERT_SIGN in one.usage[1], 307, level)
    usage = extensions[-1].usage
    hold(usage and DIGITAL_SIGNATURE in usage[1] and not usage[1] & {CERT_SIGN, CRL_SIGN}, 307, last)
    for level in range(1, last + 1):
        one = certificates[level]
        hold(one.issuer == certificates[level - 1].subject and one.issuer != one.subject, 308, level)
    for level in range(1, last + 1):
        above, own = extensions[level - 1].subject_key, extensions[level].authority_key
        hold(not above or not own or above == own, 309, level)
    for level, one in enumerate(certificates):
        hold(one.not_before <= time <= one.not_after, 310, level)
    for level in range(1, last + 1):
        r, s = read_signature(certificates[level].signature)
        digest = hashlib.sha384(certificates[level].signed).digest()
        hold(ecdsa.verify(ecdsa.P384, certificates[level - 1].point, digest, r, s), 311, level)
    if profile:
        check_profile(certificates, extensions, module_id)
    return Path(certificates, extensions)


SIGNS_ALL = frozenset({DIGITAL_SIGNATURE, CERT_SIGN, CRL_SIGN})
MINIMUM = frozenset({BASIC, USAGE})
KEYED = MINIMUM | {SUBJECT_KEY, AUTHORITY_KEY}
LISTED = KEYED | {CRL_POINTS}

# For levels 1 to 4: basicConstraints, keyUsage, and the sets of extensions that may be there.
SHAPES = [
    ((True, True, 2), (True, SIGNS_ALL), (LISTED,)),
    ((True, True, 1), (True, SIGNS_ALL), (LISTED,)),
    ((True, True, 0), (True, frozenset({CERT_SIGN})), (KEYED, MINIMUM)),
    ((True, False, None), (False, frozenset({DIGITAL_SIGNATURE, NON_REPUDIATION})), (MINIMUM,)),
]

LABEL = "[a-z0-9-]+"


def check_profile(certificates, extensions, module_id):
    for level, (basic, usage, kinds) in enumerate(SHAPES, 1):
        one = extensions[level]
        hold(one.basic == basic and one.usage == usage and one.kinds in kinds, 312, level)
    names = [certificate.common_name for certificate in certificates]
    govcloud = hashlib.sha256(certificates[0].data).hexdigest() == GOVCLOUD_ROOT
    partition = "aws(?:-us-gov)?" if govcloud else "aws"
    regional = re.fullmatch(rf"{LABEL}\.((?:{LABEL})\.(?:{partition}))\.nitro-enclaves", names[1])
    hold(regional, 312, 1)
    place = regional.group(1)
    hold(re.fullmatch(rf"{LABEL}\.zonal\.{re.escape(place)}\.nitro-enclaves", names[2]), 312, 2)
    instance = re.fullmatch(rf"({LABEL})\.{re.escape(place)}\.nitro-enclaves", names[3])
    hold(instance and module_id.startswith(instance.group(1) + "-"), 312, 3)
    hold(names[4] == f"{module_id}.{place}", 312, 4)
