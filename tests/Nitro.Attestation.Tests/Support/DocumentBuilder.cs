namespace Nitro.Attestation.Tests.Support;

/// <summary>
/// An attestation document whose every part can be exchanged. Without a change it has the form of a genuine one, with contents that mean
/// nothing.
/// </summary>
internal sealed class DocumentBuilder
{
    public const string ModuleId = "i-0123456789abcdef0-enc0123456789abcdef";
    public const long TimestampMs = 1_700_000_000_123;

    /// <summary>The payload's pairs, in the order in which AWS writes them.</summary>
    public List<(byte[] Key, byte[] Value)> Pairs { get; } =
    [
        (Raw.Text("module_id"), Raw.Text(ModuleId)),
        (Raw.Text("digest"), Raw.Text("SHA384")),
        (Raw.Text("timestamp"), Raw.Number(TimestampMs)),
        (Raw.Text("pcrs"), Pcrs(16)),
        (Raw.Text("certificate"), Raw.Bytes(640)),
        (Raw.Text("cabundle"), Raw.Array(Raw.Bytes(533), Raw.Bytes(705), Raw.Bytes(790), Raw.Bytes(640))),
        (Raw.Text("public_key"), Raw.Null),
        (Raw.Text("user_data"), Raw.Null),
        (Raw.Text("nonce"), Raw.Null),
    ];

    public bool Indefinite { get; init; }

    public byte[] Prefix { get; init; } = [];

    public byte[] Protected { get; init; } = Raw.Bytes([0xa1, 0x01, 0x38, 0x22]);

    public byte[] Unprotected { get; init; } = Raw.Map();

    public byte[] Signature { get; init; } = Raw.Bytes(96);

    /// <summary>Bytes inside the payload, after its map.</summary>
    public byte[] PayloadSuffix { get; init; } = [];

    public byte[] Suffix { get; init; } = [];

    /// <summary>PCRs 0 to count-1, each of the size given, filled with its index.</summary>
    public static byte[] Pcrs(int count, int size = Sha384Digest.Size) =>
        Raw.Map([.. Enumerable.Range(0, count).Select(index => Pcr(index, size))]);

    public static (byte[] Key, byte[] Value) Pcr(int index, int size = Sha384Digest.Size) =>
        (Raw.Number(index), Raw.Bytes(Enumerable.Repeat((byte)(index + 1), size).ToArray()));

    /// <summary>Gives a key another value.</summary>
    public DocumentBuilder With(string key, byte[] value)
    {
        Pairs[Find(key)] = (Raw.Text(key), value);
        return this;
    }

    /// <summary>Adds a pair at the end, whether its key is there already or not.</summary>
    public DocumentBuilder Adding(byte[] key, byte[] value)
    {
        Pairs.Add((key, value));
        return this;
    }

    public DocumentBuilder Without(string key)
    {
        Pairs.RemoveAt(Find(key));
        return this;
    }

    public byte[] Payload() => [.. Indefinite ? Raw.IndefiniteMap([.. Pairs]) : Raw.Map([.. Pairs]), .. PayloadSuffix];

    public byte[] Build() => [.. Prefix, .. Raw.Array(Protected, Unprotected, Raw.Bytes(Payload()), Signature), .. Suffix];

    private int Find(string key) => Pairs.FindIndex(pair => pair.Key.AsSpan().SequenceEqual(Raw.Text(key)));
}
