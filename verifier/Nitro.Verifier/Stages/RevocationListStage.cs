using System.Security.Cryptography.X509Certificates;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.RevocationLists;

namespace Nitro.Verifier.Stages;

/// <summary>
/// A validated path, and the revocation lists at hand → no certificate of it is revoked. A list speaks for a certificate when it bears the name, and where
/// both state one the key identifier, of the issuer above it; others are passed over. Nothing is fetched. Checks 321 to 326.
/// </summary>
internal static class RevocationListStage
{
    private static readonly Check[] Checks =
    [
        Check.RevocationListEncoding, Check.RevocationListExtensions, Check.RevocationListTime, Check.RevocationListSignature,
        Check.RevocationListCoverage, Check.CertificateRevocation,
    ];

    /// <summary>Reads the lists that came with evidence; those of the caller have been read. Null when one is no list.</summary>
    public static IReadOnlyList<CertificateRevocationList>? Read(
        IReadOnlyList<ReadOnlyMemory<byte>> carried, IReadOnlyList<CertificateRevocationList> given, CheckList checks)
    {
        if (carried.Count == 0 && given.Count == 0)
        {
            checks.Skip(Check.RevocationListEncoding);
            checks.Skip(Check.RevocationListExtensions);
            return given;
        }

        var lists = new List<CertificateRevocationList>(given);
        for (var i = 0; i < carried.Count; i++)
        {
            if (!CertificateRevocationList.TryRead(carried[i].Span, out var list, out var error))
            {
                if (error.Check == Check.RevocationListExtensions)
                {
                    checks.Pass(Check.RevocationListEncoding);
                }

                var place = error.Error.Offset < 0 ? error.Error.Where : FormattableString.Invariant($"{error.Error.Where} at byte {error.Error.Offset}");
                checks.Fail(error.Check, FormattableString.Invariant($"revocation list {i + 1} of the evidence: {place}: {error.Error.Expected}"), error.Error.Found);
                return null;
            }

            lists.Add(list);
        }

        checks.Pass(Check.RevocationListEncoding);
        checks.Pass(Check.RevocationListExtensions);
        return lists;
    }

    public static bool Run(
        DateTimeOffset signed,
        ValidatedPath path,
        IReadOnlyList<CertificateRevocationList> lists,
        VerificationPolicy policy,
        ValidationTime time,
        SignatureEngine engine,
        CheckList checks)
    {
        var required = policy.Settings.RevocationListLevels;
        if (lists.Count == 0 && required.Count == 0)
        {
            return SkipAll(checks);
        }

        var speaking = FindSpeaking(path, lists);
        if (!speaking.Exists(one => one.Count > 0) && required.Count == 0)
        {
            return SkipAll(checks);
        }

        return SelectInTime(speaking, path, signed, time, checks)
            && RequireSignatures(speaking, path, engine, checks)
            && RequireCoverage(speaking, path, required, checks)
            && RequireNotRevoked(speaking, path, signed, time, checks);
    }

    private static bool SkipAll(CheckList checks)
    {
        foreach (var check in Checks.AsSpan(2))
        {
            checks.Skip(check);
        }

        return true;
    }

    /// <summary>By level, the lists that speak for its certificate: for none at level 0, which is trusted by its bytes.</summary>
    private static List<List<CertificateRevocationList>> FindSpeaking(ValidatedPath path, IReadOnlyList<CertificateRevocationList> lists)
    {
        List<List<CertificateRevocationList>> speaking = [[]];
        for (var level = 1; level < path.Nodes.Length; level++)
        {
            var issuer = path.Nodes[level - 1];
            List<CertificateRevocationList> own = [];
            foreach (var list in lists)
            {
                var stated = list.AuthorityKeyIdentifier;
                var key = issuer.Extensions.SubjectKeyIdentifier;
                if (list.Issuer.SequenceEqual(issuer.Certificate.Subject) && (stated.IsEmpty || key.IsEmpty || stated.SequenceEqual(key)))
                {
                    own.Add(list);
                }
            }

            speaking.Add(own);
        }

        return speaking;
    }

    private static bool SelectInTime(
        List<List<CertificateRevocationList>> speaking, ValidatedPath path, DateTimeOffset signed, ValidationTime time, CheckList checks)
    {
        for (var level = 1; level < speaking.Count; level++)
        {
            if (speaking[level].Count == 0)
            {
                continue;
            }

            var newest = speaking[level].MaxBy(list => list.ThisUpdateMs)!;
            speaking[level].RemoveAll(list => !IsInTime(list, signed, time));
            if (speaking[level].Count == 0)
            {
                var expected = time.RevocationListTime is { } at ? $"that is current at {Moment.Show(at)}" : $"that was not out of date at the document's time {Moment.Show(signed)}";
                checks.Fail(
                    Check.RevocationListTime,
                    $"certificate level {level}: a list by {path.Nodes[level - 1].Certificate.SubjectText} {expected}",
                    $"the newest is of {Moment.Show(newest.ThisUpdate)} to {Moment.Show(newest.NextUpdate)}");
                return false;
            }
        }

        checks.Pass(Check.RevocationListTime);
        return true;
    }

    /// <summary>Both ends included. Without a time for lists, a newer one is better evidence than one of the document's own time.</summary>
    private static bool IsInTime(CertificateRevocationList list, DateTimeOffset signed, ValidationTime time) =>
        time.RevocationListTime is { } at ? list.ThisUpdate <= at && at <= list.NextUpdate : signed <= list.NextUpdate;

    private static bool RequireSignatures(List<List<CertificateRevocationList>> speaking, ValidatedPath path, SignatureEngine engine, CheckList checks)
    {
        for (var level = 1; level < speaking.Count; level++)
        {
            var issuer = path.Nodes[level - 1];
            foreach (var list in speaking[level])
            {
                var maySign = issuer.Extensions.KeyUsage is { } usage && usage.Usages.HasFlag(X509KeyUsageFlags.CrlSign);
                if (!maySign || !list.IsSignedBy(issuer.Key!, engine))
                {
                    checks.Fail(
                        Check.RevocationListSignature,
                        $"certificate level {level}: a list signed by {issuer.Certificate.SubjectText}{(maySign ? "" : ", with cRLSign in its keyUsage")}",
                        maySign ? "one that does not verify" : $"keyUsage {issuer.Extensions.KeyUsage}");
                    return false;
                }
            }
        }

        checks.Pass(Check.RevocationListSignature);
        return true;
    }

    /// <summary>RFC 5280 3.3: an issuer may leave a certificate out once it has expired, so a list made later says nothing about it.</summary>
    private static bool RequireCoverage(List<List<CertificateRevocationList>> speaking, ValidatedPath path, IReadOnlyList<int> required, CheckList checks)
    {
        if (required.Count == 0)
        {
            checks.Skip(Check.RevocationListCoverage);
            return true;
        }

        foreach (var level in required)
        {
            var certificate = level < path.Nodes.Length ? path.Nodes[level].Certificate : null;
            if (certificate is null || !speaking[level].Exists(list => list.ThisUpdateMs <= certificate.NotAfter))
            {
                checks.Fail(
                    Check.RevocationListCoverage,
                    FormattableString.Invariant($"certificate level {level}: a list by {certificate?.IssuerText ?? "its issuer"}")
                        + (certificate is null ? "" : $", made until the certificate expires at {CertificateTime.Text(certificate.NotAfter)}"),
                    certificate is null ? "no such level" : speaking[level].Count == 0 ? "none: supply it as a file" : "later ones only, which may leave it out");
                return false;
            }
        }

        checks.Pass(Check.RevocationListCoverage);
        return true;
    }

    private static bool RequireNotRevoked(
        List<List<CertificateRevocationList>> speaking, ValidatedPath path, DateTimeOffset signed, ValidationTime time, CheckList checks)
    {
        string? honoured = null;
        for (var level = 1; level < speaking.Count; level++)
        {
            foreach (var list in speaking[level])
            {
                if (!list.TryFind(path.Nodes[level].Certificate.SerialNumber, out var entry))
                {
                    continue;
                }

                var effective = DateTimeOffset.FromUnixTimeMilliseconds(entry.Effective);
                var shown = $"level {level}, serial number {Convert.ToHexString(path.Nodes[level].Certificate.SerialNumber)}: revoked at "
                    + $"{CertificateTime.Text(entry.RevokedAt)}{(entry.InvalidSince < entry.RevokedAt ? $", invalid since {CertificateTime.Text(entry.InvalidSince)}" : "")}, "
                    + $"reason {entry.Reason}, by {list.IssuerText}";
                if (!Revoked.StillCounts(IsCompromise(entry.Reason), effective, signed, time.Witnessed))
                {
                    checks.Fail(Check.CertificateRevocation, $"certificate level {level}: not revoked", shown);
                    return false;
                }

                honoured = shown;
            }
        }

        checks.Pass(Check.CertificateRevocation, honoured is null ? null : $"what was signed before still counts: {honoured}");
        return true;
    }

    /// <summary>Where the issuer does not say that the key is in good hands, it may not be.</summary>
    private static bool IsCompromise(CertificateRevocationReason reason) => reason is not
        (CertificateRevocationReason.Superseded or CertificateRevocationReason.CessationOfOperation or CertificateRevocationReason.AffiliationChanged);
}
