"""Policies (docs/policy.md)."""

import base64
import binascii
import datetime
import hashlib
import re

import der
import jsontext
import x509
from errors import BadPolicy

MAXIMUM_SIZE = 1 << 20
MAXIMUM_DEPTH = 32
MAXIMUM_SECONDS = 3650 * 86400

# SHA-256 of the roots that AWS publishes for its partitions.
AWS_ROOTS = {"aws": "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b", "aws-us-gov": x509.GOVCLOUD_ROOT}

KINDS = {"session": 1, "direct": 3}
PEM = re.compile(r"-----BEGIN ([^\n]*?)-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----")


class Release:
    def __init__(self, name, measurements, not_before, not_after):
        self.name, self.measurements, self.not_before, self.not_after = name, measurements, not_before, not_after

    def covers(self, time):
        return (self.not_before is None or time >= self.not_before) and (self.not_after is None or time <= self.not_after)


def text(value):
    return typed(value, str)


def typed(value, *types):
    # True is an int to Python, and is none to JSON.
    if type(value.content) not in types or value.is_object:
        raise BadPolicy("wrong-type", value.line)
    return value.content


def members(value):
    if not value.is_object:
        raise BadPolicy("wrong-type", value.line)
    return value.content


def digest(value):
    if not re.fullmatch("[0-9a-fA-F]{96}", text(value)):
        raise BadPolicy("bad-digest", value.line)
    return bytes.fromhex(value.content)


def digests(value):
    items = [digest(item) for item in typed(value, list)]
    if not items:
        raise BadPolicy("empty-list", value.line)
    return items


def seconds(value):
    if not 0 <= typed(value, int) <= 0x7FFFFFFF:
        raise BadPolicy("bad-duration", value.line)
    return value.content


def moment(value):
    """Milliseconds since 1970."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text(value)):
        try:
            time = datetime.datetime.strptime(value.content, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
            return int(time.timestamp()) * 1000
        except ValueError:
            pass
    raise BadPolicy("bad-time", value.line)


def read_measurements(value):
    """PCRs by themselves, or what nitro-cli prints with them."""
    if isinstance(value.content, list) and not value.is_object:
        enclaves = [read_enclave(item) for item in value.content]
        if not enclaves:
            raise BadPolicy("no-enclave", value.line)
        for item, one in zip(value.content, enclaves):
            if one != enclaves[0]:
                raise BadPolicy("different-enclaves", item.line)
        return enclaves[0]
    found = dict(members(value))
    if found.keys() & {"EnclaveID", "EnclaveCID", "Flags"}:
        return read_enclave(value)
    if "Measurements" in found:
        for name in found:
            if name in ("CheckCRC", "SignatureCheck") and found[name].content is False:
                raise BadPolicy("damaged-image", found[name].line)
        return read_pcrs(found["Measurements"], False)
    return read_pcrs(value, False)


def read_enclave(value):
    for name, one in members(value):
        if name == "Flags" and "DEBUG_MODE" in text(one):
            raise BadPolicy("debug-mode", one.line)
    inner = dict(members(value)).get("Measurements")
    return read_pcrs(inner, False) if inner else read_pcrs(value, True)


def read_pcrs(value, with_others):
    measurements = {}
    for name, one in members(value):
        index = re.fullmatch("PCR(0|[1-9][0-9]*)", name)
        if name == "HashAlgorithm":
            if not text(one).lower().startswith("sha384"):
                raise BadPolicy("bad-hash-algorithm", one.line)
        elif index:
            measurements[int(index.group(1))] = digest(one)
        elif not with_others:
            raise BadPolicy("bad-measurement", one.line)
    return measurements


def extend(data):
    return hashlib.sha384(bytes(48) + data).digest()


def compute(member, one):
    """The PCR that a role, an instance or a signing certificate gives."""
    if member == "roleArn":
        if not re.fullmatch(r"arn:[!-9;-~]*:iam::[!-9;-~]*:role/[!-~]*", text(one)):
            raise BadPolicy("bad-role", one.line)
        return 3, extend(one.content.encode("ascii"))
    if member == "instanceId":
        if not re.fullmatch("i-(?:[0-9a-f]{8}|[0-9a-f]{17})", text(one)):
            raise BadPolicy("bad-instance", one.line)
        return 4, extend(one.content.encode("ascii"))
    data = certificate(one)
    try:
        reader = der.Reader(data, octets=3)
        reader.value(der.SEQUENCE)
        reader.end()
    except der.Malformed as error:
        raise BadPolicy("bad-certificate", one.line) from error
    return 8, extend(hashlib.sha384(data).digest())


def read_release(value):
    name = measurements = not_before = not_after = None
    by_signer, computed = False, {}
    for member, one in members(value):
        if member == "name":
            name = text(one)
        elif member in ("measurements", "Measurements"):
            if measurements is not None:
                raise BadPolicy("duplicate-member", one.line)
            measurements = read_measurements(one)
        elif member in ("roleArn", "instanceId", "signingCertificate"):
            index, pcr = compute(member, one)
            computed[index] = pcr, one.line
        elif member == "notBefore":
            not_before = moment(one)
        elif member == "notAfter":
            not_after = moment(one)
        elif member == "anyImageBySignerUnsafe":
            by_signer = typed(one, bool)
        else:
            raise BadPolicy("unknown-member", one.line)
    if name is None or (measurements is None and not computed):
        raise BadPolicy("missing-member", value.line)
    measurements = dict(measurements or {})
    for index, (pcr, line) in computed.items():
        if measurements.setdefault(index, pcr) != pcr:
            raise BadPolicy("computed-otherwise", line)
    if not name.strip() or len(name.encode("utf-16-le")) // 2 > 128:
        raise BadPolicy("bad-name", value.line)
    if any(index > 31 for index in measurements):
        raise BadPolicy("bad-measurement", value.line)
    if bytes(48) in measurements.values():
        raise BadPolicy("zero-measurement", value.line)
    if not all(index in measurements for index in ((8,) if by_signer else (0, 1, 2))):
        raise BadPolicy("missing-measurement", value.line)
    if not_before is not None and not_after is not None and not_before > not_after:
        raise BadPolicy("bad-window", value.line)
    return Release(name, measurements, not_before, not_after)


def read_anchor(value):
    """A name, and the SHA-256 of the certificate that it stands for."""
    if isinstance(value.content, str):
        if value.content not in AWS_ROOTS:
            raise BadPolicy("bad-anchor", value.line)
        return value.content, AWS_ROOTS[value.content]
    name = certificate = None
    for member, one in members(value):
        if member == "name":
            name = text(one)
        elif member == "certificate":
            certificate = one
            text(one)
        else:
            raise BadPolicy("unknown-member", one.line)
    if not (name or "").strip() or certificate is None:
        raise BadPolicy("missing-member", value.line)
    blocks = PEM.findall(certificate.content)
    try:
        data = base64.b64decode("".join(blocks[0][1].split()), validate=True) if len(blocks) == 1 and blocks[0][0] == "CERTIFICATE" else b""
    except binascii.Error:
        data = b""
    if name in AWS_ROOTS or len(name) > 64 or not re.fullmatch("[ -~]+", name) or not x509.is_trust_anchor(data):
        raise BadPolicy("bad-anchor", certificate.line)
    return name, hashlib.sha256(data).hexdigest()


def certificate(value):
    """PEM text, or DER in base64."""
    blocks = PEM.findall(text(value))
    if blocks and blocks[0][0] != "CERTIFICATE":
        raise BadPolicy("bad-certificate", value.line)
    try:
        return base64.b64decode("".join((blocks[0][1] if blocks else value.content).split()), validate=True)
    except binascii.Error as error:
        raise BadPolicy("bad-certificate", value.line) from error


class Revocation:
    """One thing that is no longer accepted."""

    def __init__(self, value):
        self.kind = self.subject = self.effective = reason = None
        for name, one in members(value):
            if name == "reason":
                reason = text(one)
                if reason not in ("compromised", "superseded"):
                    raise BadPolicy("bad-reason", one.line)
            elif name == "effective":
                self.effective = moment(one)
            elif name == "note":
                text(one)
            elif self.kind is not None:
                raise BadPolicy("two-subjects", one.line)
            else:
                self.kind, self.subject = name, self.read_subject(name, one)
        if self.kind is None:
            raise BadPolicy("no-subject", value.line)
        if reason is None:
            raise BadPolicy("no-reason", value.line)
        self.superseded = reason == "superseded"
        self.check(value.line)

    @staticmethod
    def read_subject(name, value):
        if name == "measurement":
            pcrs = members(value)
            index = re.fullmatch("PCR(0|[1-9][0-9]*)", pcrs[0][0]) if len(pcrs) == 1 else None
            if not index:
                raise BadPolicy("bad-measurement", value.line)
            return int(index.group(1)), digest(pcrs[0][1])
        if name in ("module", "instance"):
            return text(value)
        if name == "certificate":
            return certificate(value)
        if name in ("certificateKey", "session", "model", "configuration"):
            return digest(value)
        raise BadPolicy("unknown-member", value.line)

    def check(self, line):
        if self.kind == "measurement" and self.subject[0] > 31:
            raise BadPolicy("bad-measurement", line)
        if self.kind == "certificate":
            try:
                self.subject = x509.Certificate(self.subject)
            except der.Malformed as error:
                raise BadPolicy("bad-certificate", line) from error
        if self.superseded and self.effective is None:
            raise BadPolicy("no-effective", line)
        if self.kind in ("module", "instance") and not (self.subject.strip() and len(self.subject.encode("utf-16-le")) // 2 <= 255):
            raise BadPolicy("bad-name", line)

    def names(self, kind, value):
        return self.kind == kind and self.subject == value

    def is_shown(self, document):
        """Whether a document shows it, beside its certificates and its session."""
        if self.kind == "measurement":
            return document.pcrs.get(self.subject[0]) == self.subject[1]
        return self.names("module", document.module_id) or (self.kind == "instance" and document.module_id.startswith(self.subject + "-"))

    def is_certificate(self, other):
        if self.kind == "certificate":
            return (other.issuer, other.serial) == (self.subject.issuer, self.subject.serial)
        return self.names("certificateKey", hashlib.sha384(other.key).digest())


def read_levels(value):
    levels = []
    for name, one in members(value):
        if name != "requiredLevels":
            raise BadPolicy("unknown-member", one.line)
        for item in typed(one, list):
            if typed(item, int) not in (1, 2):
                raise BadPolicy("bad-level", item.line)
        levels = [item.content for item in one.content]
        if len(set(levels)) != len(levels):
            raise BadPolicy("duplicate-level", one.line)
    return levels


class Policy:
    def __init__(self, data):
        self.anchors = [("aws", AWS_ROOTS["aws"])]
        self.releases, self.models, self.configurations, self.revocations, self.required_levels = [], [], [], [], []
        self.any_measurements = self.debug_mode = self.any_model = self.any_configuration = self.no_profile = False
        self.maximum_age, self.skew, self.session_document_age, self.session_age = 300, 60, 3600, 86400
        self.least = KINDS["session"]
        self.read(data)
        self.check()
        self.maximum_age, self.skew, self.session_document_age, self.session_age = (
            1000 * one for one in (self.maximum_age, self.skew, self.session_document_age, self.session_age))

    def is_pinned(self, certificate):
        return hashlib.sha256(certificate).hexdigest() in [fingerprint for _, fingerprint in self.anchors]

    def read(self, data):
        try:
            if len(data) > MAXIMUM_SIZE:
                raise jsontext.NotJson("too large")
            root = jsontext.Reader(data, lenient=True, maximum_depth=MAXIMUM_DEPTH).document()
        except jsontext.NotJson as error:
            raise BadPolicy("not-json", why=str(error)) from error
        except jsontext.Duplicate as error:
            raise BadPolicy("duplicate-member", error.line) from error
        versioned = False
        for name, value in members(root):
            if name == "version":
                if typed(value, int) != 1:
                    raise BadPolicy("unknown-version", value.line)
                versioned = True
            else:
                self.read_member(name, value)
        if not versioned:
            raise BadPolicy("missing-member", root.line)

    def read_member(self, name, value):
        waivers = {
            "anyMeasurementsUnsafe": "any_measurements", "debugModeUnsafe": "debug_mode", "anyModelUnsafe": "any_model",
            "anyConfigurationUnsafe": "any_configuration", "noCertificateProfileUnsafe": "no_profile",
        }
        if name == "$schema":
            text(value)
        elif name in waivers:
            setattr(self, waivers[name], typed(value, bool))
        elif name == "trustAnchors":
            self.anchors = [read_anchor(item) for item in typed(value, list)]
        elif name == "releases":
            self.releases = [read_release(item) for item in typed(value, list)]
            if not self.releases:
                raise BadPolicy("empty-list", value.line)
        elif name in ("models", "configurations"):
            setattr(self, name, digests(value))
        elif name == "maximumDocumentAgeSeconds":
            self.maximum_age = seconds(value)
        elif name == "clockSkewSeconds":
            self.skew = seconds(value)
        elif name == "session":
            for member, one in members(value):
                if member == "maximumDocumentAgeSeconds":
                    self.session_document_age = seconds(one)
                elif member == "maximumAgeSeconds":
                    self.session_age = seconds(one)
                else:
                    raise BadPolicy("unknown-member", one.line)
        elif name == "revocations":
            self.revocations = [Revocation(item) for item in typed(value, list)]
        elif name == "revocationLists":
            self.required_levels = read_levels(value)
        elif name == "leastEvidence":
            if text(value) not in KINDS:
                raise BadPolicy("bad-kind", value.line)
            self.least = KINDS[value.content]
        else:
            raise BadPolicy("unknown-member", value.line)

    def check(self):
        """What no single line is to blame for."""
        if not self.anchors:
            raise BadPolicy("nothing-accepted")
        names = [name for name, _ in self.anchors]
        releases = [release.name for release in self.releases]
        if len(set(names)) != len(names):
            raise BadPolicy("duplicate-name")
        if self.releases and self.any_measurements:
            raise BadPolicy("contradiction")
        if not self.releases and not self.any_measurements:
            raise BadPolicy("nothing-accepted")
        if len(set(releases)) != len(releases):
            raise BadPolicy("duplicate-name")
        if (self.models and self.any_model) or (self.configurations and self.any_configuration):
            raise BadPolicy("contradiction")
        for age in (self.maximum_age, self.session_document_age, self.session_age):
            if not 1 <= age <= MAXIMUM_SECONDS:
                raise BadPolicy("out-of-range")
        if self.skew > 3600:
            raise BadPolicy("out-of-range")
