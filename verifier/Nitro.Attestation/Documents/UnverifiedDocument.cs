using Nitro.Attestation.Cbor;
using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Documents;

/// <summary>
/// An attestation document whose form is right and whose content nobody has verified yet: for inspection, and as the input of a verifier.
/// Immutable; it owns a copy of its bytes.
/// </summary>
/// <remarks>
/// Sources: AWS's <c>attestation_process.md</c> in aws-nitro-enclaves-nsm-api, and what 144 genuine documents of 2021 to 2026 have in common;
/// where the two disagree (null optional fields, fields of 1024 bytes, indefinite maps since 2025-07) the genuine documents count.
/// </remarks>
public sealed class UnverifiedDocument
{
    /// <summary>The most bytes of a document (AWS attestation_process: 16 KiB).</summary>
    public const int MaximumSize = 16_384;

    /// <summary>The most bytes of public_key, user_data and nonce: genuine documents have 1024 in each (AWS's text says 512 in one place, 1024 in another).</summary>
    public const int MaximumOptionalField = 1024;

    /// <summary>The most bytes of one certificate (AWS attestation_process: 1 to 1024).</summary>
    public const int MaximumCertificate = 1024;

    /// <summary>The most certificates in a cabundle that are read at all. Genuine bundles have 4; how many are right is the verifier's rule.</summary>
    public const int MaximumBundleLength = 8;

    /// <summary>The most UTF-8 bytes of a module_id. Genuine ones have 39.</summary>
    public const int MaximumModuleId = 255;

    private const string TpmModuleSuffix = "-tpm0000000000000000";

    /// <summary>{1: -35}.</summary>
    private static ReadOnlySpan<byte> Es384Header => [0xa1, 0x01, 0x38, 0x22];

    /// <summary>31 December 9999, the last millisecond that DateTimeOffset holds.</summary>
    private const long LastMillisecond = 253_402_300_799_999;

    private readonly ReadOnlyMemory<byte>[] _cabundle;

    private UnverifiedDocument(ReadOnlyMemory<byte> bytes, CoseSign1 envelope, in Fields fields)
    {
        Bytes = bytes;
        Envelope = envelope;
        ModuleId = fields.ModuleId!;
        TimestampMs = fields.TimestampMs;
        Pcrs = fields.Pcrs!;
        Certificate = fields.Certificate;
        _cabundle = fields.Cabundle!;
        Cabundle = Array.AsReadOnly(_cabundle);
        PublicKey = fields.PublicKey;
        UserData = fields.UserData;
        Nonce = fields.Nonce;
        IsIndefiniteMap = fields.IsIndefiniteMap;
    }

    /// <summary>The document's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The COSE_Sign1 around it.</summary>
    public CoseSign1 Envelope { get; }

    /// <summary>The NSM's own name, such as <c>i-0123456789abcdef0-enc0123456789abcdef</c>.</summary>
    public string ModuleId { get; }

    /// <summary>When the NSM says it signed: milliseconds since 1970-01-01 UTC.</summary>
    public long TimestampMs { get; }

    /// <summary>When the NSM says it signed.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(TimestampMs);

    /// <summary>The locked PCRs.</summary>
    public PcrSet Pcrs { get; }

    /// <summary>The leaf certificate's DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>The issuing certificates' DER, root first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Cabundle { get; }

    /// <summary>As <see cref="Cabundle"/>, for going through it without allocating.</summary>
    internal ReadOnlySpan<ReadOnlyMemory<byte>> CabundleSpan => _cabundle;

    /// <summary>What the enclave gave as public key; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? PublicKey { get; }

    /// <summary>What the enclave gave as user data; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? UserData { get; }

    /// <summary>What the enclave gave as nonce; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; }

    /// <summary>Whether the payload is an indefinite map, as AWS writes it since July 2025.</summary>
    public bool IsIndefiniteMap { get; }

    /// <summary>Reads a document. Never throws, whatever the bytes.</summary>
    /// <param name="data">The whole document, raw: no base64, nothing around it.</param>
    /// <param name="document">The document, when it keeps every <see cref="DocumentRule"/>.</param>
    /// <param name="error">The first rule that it breaks, otherwise.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, out UnverifiedDocument? document, out DocumentError? error) =>
        TryParse(data, anyEnvelope: false, out document, out error);

    /// <summary>
    /// Reads a document that no NSM has signed: whatever its protected header names and however long its signature is, as from QEMU's emulated NSM
    /// (algorithm -1, 64 zero bytes). It is for an enclave that reads back what its own device gave, and for looking at; the verifier may not call it.
    /// </summary>
    /// <param name="data">The whole document, raw.</param>
    /// <param name="document">The document, when its payload keeps every <see cref="DocumentRule"/>.</param>
    /// <param name="error">The first rule that it breaks, otherwise.</param>
    public static bool TryParseAnyEnvelopeUnsafe(ReadOnlySpan<byte> data, out UnverifiedDocument? document, out DocumentError? error) =>
        TryParse(data, anyEnvelope: true, out document, out error);

    private static bool TryParse(ReadOnlySpan<byte> data, bool anyEnvelope, out UnverifiedDocument? document, out DocumentError? error)
    {
        document = null;
        if (data.Length is 0 or > MaximumSize)
        {
            error = new(DocumentRule.Size, new("document", -1, Invariant($"1 to {MaximumSize} bytes"), Invariant($"{data.Length}")));
            return false;
        }

        var bytes = new ReadOnlyMemory<byte>(data.ToArray());
        if (!CoseSign1.TryParse(bytes, MaximumSize, out var cose, out var structure))
        {
            error = new(DocumentRule.CoseStructure, structure!);
            return false;
        }

        error = CheckEnvelope(cose!, anyEnvelope);
        if (error is not null)
        {
            return false;
        }

        var fields = new Fields();
        error = ReadPayload(cose!, ref fields);
        if (error is not null)
        {
            return false;
        }

        document = new UnverifiedDocument(bytes, cose!, fields);
        return true;
    }

    private static DocumentError? CheckEnvelope(CoseSign1 cose, bool any)
    {
        if (!any && !cose.ProtectedHeader.Span.SequenceEqual(Es384Header))
        {
            var found = cose.ProtectedHeader.Length <= 64 ? Convert.ToHexStringLower(cose.ProtectedHeader.Span) : Invariant($"{cose.ProtectedHeader.Length} bytes");
            return new(DocumentRule.ProtectedHeader, new("protected header", -1, "a1013822, which is {1: -35} (ES384)", found));
        }

        if (cose.UnprotectedCount != 0)
        {
            return new(DocumentRule.UnprotectedHeader, new("unprotected header", -1, "an empty map", Invariant($"{cose.UnprotectedCount} entries")));
        }

        return any || cose.Signature.Length == CoseAlgorithm.Es384.SignatureSize()
            ? null
            : new(DocumentRule.SignatureLength, new("signature", -1, Invariant($"{CoseAlgorithm.Es384.SignatureSize()} bytes"), Invariant($"{cose.Signature.Length}")));
    }

    private static DocumentError? ReadPayload(CoseSign1 cose, ref Fields fields)
    {
        var reader = new StrictCborReader(cose.Payload.Span, cose.PayloadOffset);
        var count = reader.ReadMapHeadEitherForm("payload", 0, ushort.MaxValue);
        fields.IsIndefiniteMap = count is null;
        var seen = Key.None;
        for (var read = 0; !reader.Failed && (count is null ? !reader.TryReadBreak() : read < count); read++)
        {
            var at = reader.Position;
            var key = ReadKey(ref reader);
            if (reader.Failed)
            {
                break;
            }

            if (key == Key.NitroTpmPcrs)
            {
                return new(DocumentRule.EnclaveDocument, new("payload.nitrotpm_pcrs", cose.PayloadOffset + at, "an enclave's document, with pcrs", "a NitroTPM's document"));
            }

            if ((seen & key) != 0)
            {
                reader.FailAt(at, "payload." + Name(key), "each key once", "the key a second time");
                break;
            }

            seen |= key;
            if (ReadValue(ref reader, key, cose.Payload, ref fields) is { } error)
            {
                return error;
            }
        }

        reader.Finish("payload");
        if (reader.Failed)
        {
            return new(DocumentRule.PayloadStructure, reader.Error!);
        }

        var missing = Key.Mandatory & ~seen;
        if (missing != 0)
        {
            return new(DocumentRule.MandatoryKeys, new("payload", cose.PayloadOffset, "module_id, digest, timestamp, pcrs, certificate and cabundle", $"no {Name(missing)}"));
        }

        return fields.ModuleId!.EndsWith(TpmModuleSuffix, StringComparison.Ordinal)
            ? new(DocumentRule.EnclaveDocument, new("payload.module_id", -1, "an enclave's module id", fields.ModuleId))
            : null;
    }

    private static Key ReadKey(ref StrictCborReader reader)
    {
        var at = reader.Position;
        var key = reader.ReadTextUtf8("payload key", 1, 64);
        if (reader.Failed)
        {
            return Key.None;
        }

        if (key.SequenceEqual("module_id"u8)) { return Key.ModuleId; }
        if (key.SequenceEqual("digest"u8)) { return Key.Digest; }
        if (key.SequenceEqual("timestamp"u8)) { return Key.Timestamp; }
        if (key.SequenceEqual("pcrs"u8)) { return Key.Pcrs; }
        if (key.SequenceEqual("certificate"u8)) { return Key.Certificate; }
        if (key.SequenceEqual("cabundle"u8)) { return Key.Cabundle; }
        if (key.SequenceEqual("public_key"u8)) { return Key.PublicKey; }
        if (key.SequenceEqual("user_data"u8)) { return Key.UserData; }
        if (key.SequenceEqual("nonce"u8)) { return Key.Nonce; }
        if (key.SequenceEqual("nitrotpm_pcrs"u8)) { return Key.NitroTpmPcrs; }
        reader.FailAt(at, "payload key", "a key of the attestation document", "another: " + System.Text.Encoding.UTF8.GetString(key));
        return Key.None;
    }

    private static DocumentError? ReadValue(ref StrictCborReader reader, Key key, ReadOnlyMemory<byte> payload, ref Fields fields)
    {
        switch (key)
        {
            case Key.ModuleId:
                fields.ModuleId = reader.ReadText("payload.module_id", 1, MaximumModuleId);
                return Broken(ref reader, DocumentRule.ModuleId);
            case Key.Digest:
                var at = reader.Position;
                var digest = reader.ReadTextUtf8("payload.digest", 0, 64);
                if (!reader.Failed && !digest.SequenceEqual("SHA384"u8))
                {
                    reader.FailAt(at, "payload.digest", "SHA384", System.Text.Encoding.UTF8.GetString(digest));
                }

                return Broken(ref reader, DocumentRule.DigestAlgorithm);
            case Key.Timestamp:
                var start = reader.Position;
                var timestamp = reader.ReadUnsigned("payload.timestamp");
                if (timestamp is 0 or > LastMillisecond)
                {
                    reader.FailAt(start, "payload.timestamp", Invariant($"milliseconds since 1970, 1 to {LastMillisecond}"), Invariant($"{timestamp}"));
                }

                fields.TimestampMs = (long)timestamp;
                return Broken(ref reader, DocumentRule.Timestamp);
            case Key.Pcrs:
                fields.Pcrs = ReadPcrs(ref reader);
                return Broken(ref reader, DocumentRule.Pcrs);
            case Key.Certificate:
                fields.Certificate = ReadMemory(ref reader, "payload.certificate", 1, MaximumCertificate, payload);
                return Broken(ref reader, DocumentRule.CertificateLength);
            case Key.Cabundle:
                fields.Cabundle = ReadCabundle(ref reader, payload);
                return Broken(ref reader, DocumentRule.Cabundle);
            case Key.PublicKey:
                fields.PublicKey = ReadOptional(ref reader, "payload.public_key", payload);
                return Broken(ref reader, DocumentRule.PublicKeyLength);
            case Key.UserData:
                fields.UserData = ReadOptional(ref reader, "payload.user_data", payload);
                return Broken(ref reader, DocumentRule.UserDataLength);
            default:
                fields.Nonce = ReadOptional(ref reader, "payload.nonce", payload);
                return Broken(ref reader, DocumentRule.NonceLength);
        }
    }

    private static DocumentError? Broken(ref StrictCborReader reader, DocumentRule rule) => reader.Failed ? new(rule, reader.Error!) : null;

    private static PcrSet? ReadPcrs(ref StrictCborReader reader)
    {
        var count = reader.ReadMapHead("payload.pcrs", 1, PcrSet.Capacity);
        Span<Sha384Digest> values = stackalloc Sha384Digest[PcrSet.Capacity];
        var present = 0u;
        for (var read = 0; read < count && !reader.Failed; read++)
        {
            var at = reader.Position;
            var index = reader.ReadUnsigned("payload.pcrs index");
            if (index >= PcrSet.Capacity)
            {
                reader.FailAt(at, "payload.pcrs index", Invariant($"0 to {PcrSet.Capacity - 1}"), Invariant($"{index}"));
            }
            else if ((present >> (int)index & 1) != 0)
            {
                reader.FailAt(at, "payload.pcrs index", "each index once", Invariant($"{index} a second time"));
            }

            var value = reader.ReadBytes("payload.pcrs value", Sha384Digest.Size, Sha384Digest.Size);
            if (!reader.Failed)
            {
                values[(int)index] = Sha384Digest.FromBytes(value);
                present |= 1u << (int)index;
            }
        }

        return reader.Failed ? null : new PcrSet(values, present);
    }

    private static ReadOnlyMemory<byte>[] ReadCabundle(ref StrictCborReader reader, ReadOnlyMemory<byte> payload)
    {
        var bundle = new ReadOnlyMemory<byte>[reader.ReadArrayHead("payload.cabundle", 1, MaximumBundleLength)];
        for (var read = 0; read < bundle.Length && !reader.Failed; read++)
        {
            bundle[read] = ReadMemory(ref reader, "payload.cabundle certificate", 1, MaximumCertificate, payload);
        }

        return bundle;
    }

    private static ReadOnlyMemory<byte>? ReadOptional(ref StrictCborReader reader, string where, ReadOnlyMemory<byte> payload)
    {
        // Not a conditional expression: there, null would turn into an empty memory by way of byte[], and "none" into "empty".
        if (reader.TryReadNull())
        {
            return null;
        }

        return ReadMemory(ref reader, where, 0, MaximumOptionalField, payload);
    }

    private static ReadOnlyMemory<byte> ReadMemory(ref StrictCborReader reader, string where, int minimum, int maximum, ReadOnlyMemory<byte> payload)
    {
        var content = reader.ReadBytes(where, minimum, maximum);
        return payload.Slice(reader.Position - content.Length, content.Length);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Name(Key key) => key switch
    {
        Key.ModuleId => "module_id",
        Key.Digest => "digest",
        Key.Timestamp => "timestamp",
        Key.Pcrs => "pcrs",
        Key.Certificate => "certificate",
        Key.Cabundle => "cabundle",
        Key.PublicKey => "public_key",
        Key.UserData => "user_data",
        Key.Nonce => "nonce",
        _ => string.Join(", ", Enum.GetValues<Key>().Where(one => int.PopCount((int)one) == 1 && (key & one) != 0).Select(Name)),
    };

    [Flags]
    private enum Key
    {
        None = 0,
        ModuleId = 1,
        Digest = 2,
        Timestamp = 4,
        Pcrs = 8,
        Certificate = 16,
        Cabundle = 32,
        PublicKey = 64,
        UserData = 128,
        Nonce = 256,
        NitroTpmPcrs = 512,
        Mandatory = ModuleId | Digest | Timestamp | Pcrs | Certificate | Cabundle,
    }

    private struct Fields
    {
        public string? ModuleId;
        public long TimestampMs;
        public PcrSet? Pcrs;
        public ReadOnlyMemory<byte> Certificate;
        public ReadOnlyMemory<byte>[]? Cabundle;
        public ReadOnlyMemory<byte>? PublicKey;
        public ReadOnlyMemory<byte>? UserData;
        public ReadOnlyMemory<byte>? Nonce;
        public bool IsIndefiniteMap;
    }
}
