using System.Formats.Cbor;
using Nitro.Attestation.Cbor;
using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Claims;

/// <summary>
/// What an enclave states about one session, in the user_data of its session document: the models it serves, how it is configured, since when,
/// and with what kind of key it signs. Immutable. Its one encoding is a CBOR map with the keys 1 to 7 in that order; see docs/formats.cddl.
/// </summary>
public sealed class SessionStatement
{
    /// <summary>The version this type reads and writes.</summary>
    public const int Version = 1;

    private const string Type = "session";
    private const int Keys = 7;

    /// <summary>The digest of the model manifest.</summary>
    public required Sha384Digest Models { get; init; }

    /// <summary>The digest of the enclave's configuration.</summary>
    public required Sha384Digest Configuration { get; init; }

    /// <summary>When the session key was made: milliseconds since 1970-01-01 UTC by the enclave's clock, before the year 10000.</summary>
    public required ulong StartedAtMs
    {
        get;
        init => field = Statement.CheckTimeMs(value);
    }

    /// <summary>What the session key signs with.</summary>
    public required CoseAlgorithm Algorithm
    {
        get;
        init => field = value.IsKnown() ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Neither ES256 nor ES384.");
    }

    /// <summary>The digest of the TLS key's SubjectPublicKeyInfo, null when the enclave serves no TLS.</summary>
    public Sha384Digest? TlsKey { get; init; }

    /// <summary>The encoding.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(Keys);
        writer.WriteInt32(1);
        writer.WriteInt32(Version);
        writer.WriteInt32(2);
        writer.WriteTextString(Type);
        writer.WriteInt32(3);
        writer.WriteByteString(Models.ToArray());
        writer.WriteInt32(4);
        writer.WriteByteString(Configuration.ToArray());
        writer.WriteInt32(5);
        writer.WriteUInt64(StartedAtMs);
        writer.WriteInt32(6);
        writer.WriteInt32((int)Algorithm);
        writer.WriteInt32(7);
        writer.WriteByteString(TlsKey?.ToArray() ?? []);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads a statement that is encoded in just the way <see cref="Encode"/> does it. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out SessionStatement? statement, out FormatError? error)
    {
        var reader = new StrictCborReader(data);
        Statement.ReadHeader(ref reader, "session", Keys, Version, Type);
        var models = Statement.ReadDigest(ref reader, 3, "session.models");
        var configuration = Statement.ReadDigest(ref reader, 4, "session.configuration");
        Statement.ReadKey(ref reader, 5, "session.started-at");
        var startedAt = Statement.ReadTimeMs(ref reader, "session.started-at");
        Statement.ReadKey(ref reader, 6, "session.algorithm");
        var at = reader.Position;
        var algorithm = reader.ReadInteger("session.algorithm");
        if (algorithm is not ((long)CoseAlgorithm.Es256 or (long)CoseAlgorithm.Es384))
        {
            reader.FailAt(at, "session.algorithm", "-7 (ES256) or -35 (ES384)", algorithm.ToString(System.Globalization.NumberFormatInfo.InvariantInfo));
        }

        Statement.ReadKey(ref reader, 7, "session.tls-key");
        at = reader.Position;
        var tlsKey = reader.ReadBytes("session.tls-key", 0, Sha384Digest.Size);
        if (tlsKey.Length is not (0 or Sha384Digest.Size))
        {
            reader.FailAt(at, "session.tls-key", "0 or 48 bytes", tlsKey.Length.ToString(System.Globalization.NumberFormatInfo.InvariantInfo));
        }

        reader.Finish("session");
        error = reader.Error;
        statement = reader.Failed ? null : new SessionStatement
        {
            Models = models,
            Configuration = configuration,
            StartedAtMs = startedAt,
            Algorithm = (CoseAlgorithm)algorithm,
            TlsKey = tlsKey.IsEmpty ? null : Sha384Digest.FromBytes(tlsKey),
        };
        return statement is not null;
    }
}
