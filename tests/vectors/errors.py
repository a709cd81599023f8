"""The checks of docs/verification.md, and what is raised when one of them, or the reading of a file, refuses."""

CHECKS = {
    101: "DocumentSize", 102: "CoseStructure", 103: "ProtectedHeader", 104: "UnprotectedHeader", 105: "SignatureLength",
    201: "PayloadStructure", 202: "EnclaveDocument", 203: "MandatoryKeys", 204: "ModuleId", 205: "DigestAlgorithm", 206: "Timestamp",
    207: "Pcrs", 208: "CertificateLength", 209: "Cabundle", 210: "PublicKeyLength", 211: "UserDataLength", 212: "NonceLength",
    301: "BundleLength", 302: "TrustAnchor", 303: "CertificateEncoding", 304: "CertificateAlgorithms", 305: "CertificateExtensions",
    306: "BasicConstraints", 307: "KeyUsage", 308: "NameChaining", 309: "KeyIdentifiers", 310: "ValidityPeriod",
    311: "CertificateSignature", 312: "CertificateProfile", 401: "DocumentSignature", 501: "DocumentNotFromFuture", 502: "DocumentAge",
    601: "DebugMode", 602: "Measurements", 603: "ReleaseWindow", 651: "ExpectedNonce", 652: "ExpectedUserData", 653: "ExpectedPublicKey",
    701: "EvidenceKind", 702: "ReceiptStructure", 703: "ManifestStructure", 704: "ConfigurationStructure", 705: "ClaimStructure",
    706: "SessionStatement", 707: "SessionKey", 708: "SessionKeyDigest", 709: "SessionAlgorithm", 710: "ReceiptSignature",
    711: "DocumentNonce", 712: "ManifestDigest", 713: "ManifestPcr", 714: "ConfigurationDigest", 715: "ConfigurationPcr",
    716: "ModelInManifest", 717: "ModelAllowed", 718: "ConfigurationAllowed", 719: "InputDigest", 720: "OutputDigest",
    721: "IssuedWithinDocument", 722: "SessionAge", 723: "IssuedNotInFuture", 724: "ClaimNonce",
    321: "RevocationListEncoding", 322: "RevocationListExtensions", 323: "RevocationListTime", 324: "RevocationListSignature",
    325: "RevocationListCoverage", 326: "CertificateRevocation", 604: "DocumentRevocation", 725: "ClaimRevocation",
}

FAULTS = {1: "Malformed", 2: "TooLarge", 3: "UnknownVersion", 4: "UnknownMember", 5: "DuplicateMember", 6: "WrongMembers"}


class Refused(Exception):
    """A check failed."""

    def __init__(self, check, why="", level=None):
        super().__init__(why)
        self.check, self.why, self.level = check, why, level

    def error(self):
        error = {"check": self.check, "name": CHECKS[self.check]}
        if self.level is not None:
            error["level"] = self.level
        return error


class BadEvidenceFile(Exception):
    """A file is no evidence file."""

    def __init__(self, fault, why=""):
        super().__init__(why)
        self.fault, self.why = fault, why

    def error(self):
        return {"fault": self.fault, "name": FAULTS[self.fault]}


class BadPolicy(Exception):
    """A policy cannot be used."""

    def __init__(self, reason, line=None, why=""):
        super().__init__(why)
        self.reason, self.line, self.why = reason, line, why

    def error(self):
        error = {"reason": self.reason}
        if self.line is not None:
            error["line"] = self.line
        return error


def require(holds, check, why=""):
    if not holds:
        raise Refused(check, why)
