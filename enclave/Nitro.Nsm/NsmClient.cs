namespace Nitro.Nsm;

/// <summary>
/// The NSM's seven requests over any transport. What is certain to be refused is refused here, before the device is called.
/// </summary>
/// <remarks>
/// Safe to use from several threads at once. The device serialises calls and takes milliseconds to tens of milliseconds for each.
/// Every method may throw <see cref="NsmException"/> (the NSM answered with an error), <see cref="NsmDeviceException"/> (the device did
/// not answer) and <see cref="NsmResponseException"/> (the answer is malformed); all three are <see cref="IOException"/>s. Wrong
/// arguments are <see cref="ArgumentException"/>s.
/// Source: AWS's nsm-api, <c>src/api/mod.rs</c>, for names and types; the encoding was measured against Linux's driver.
/// </remarks>
public sealed class NsmClient : IDisposable
{
    private readonly INsmTransport transport;

    /// <summary>A client over a transport.</summary>
    /// <param name="transport">The client's from now on: disposing the client disposes it.</param>
    public NsmClient(INsmTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        this.transport = transport;
    }

    /// <summary>DescribeNSM: the NSM's version, identity and locked registers.</summary>
    public NsmDescription Describe()
    {
        const string Name = "DescribeNSM";
        return NsmResponseReader.Read(Name, transport.Exchange(NsmRequestEncoder.Bare(Name)), reader =>
        {
            int major = 0, minor = 0, patch = 0, maxPcrs = 0;
            string moduleId = "", digest = "";
            var locked = new SortedSet<int>();
            reader.ReadFields(
                ("version_major", () => major = reader.ReadNumber(0, ushort.MaxValue)),
                ("version_minor", () => minor = reader.ReadNumber(0, ushort.MaxValue)),
                ("version_patch", () => patch = reader.ReadNumber(0, ushort.MaxValue)),
                ("module_id", () => moduleId = reader.ReadNonEmptyText()),
                ("max_pcrs", () => maxPcrs = reader.ReadNumber(1, ushort.MaxValue)),
                ("locked_pcrs", () => locked = reader.ReadNumberSet(ushort.MaxValue)),
                ("digest", () => digest = reader.ReadExactText("SHA384")));
            if (locked.Count > 0 && locked.Max >= maxPcrs)
            {
                throw reader.Malformed($"locked registers below max_pcrs, which is {maxPcrs}", $"{locked.Max}");
            }

            return new NsmDescription(major, minor, patch, moduleId, maxPcrs, [.. locked], digest);
        });
    }

    /// <summary>DescribePCR: a register's value and whether it is locked.</summary>
    /// <param name="index">The register, 0 to 31.</param>
    public PcrState DescribePcr(int index)
    {
        const string Name = "DescribePCR";
        CheckIndex(index);
        return NsmResponseReader.Read(Name, transport.Exchange(NsmRequestEncoder.WithNumber(Name, "index", index)), reader =>
        {
            byte[] data = [];
            var locked = false;
            reader.ReadFields(
                ("data", () => data = reader.ReadBytes(NsmLimits.PcrLength, NsmLimits.PcrLength)),
                ("lock", () => locked = reader.ReadBoolean()));
            return new PcrState(data, locked);
        });
    }

    /// <summary>ExtendPCR: the register becomes SHA-384(register ‖ data).</summary>
    /// <param name="index">The register, 0 to 31. A locked one (all below 16 are) is <see cref="NsmErrorCode.ReadOnlyIndex"/>.</param>
    /// <param name="data">What to extend it with; the whole request must fit in 4,096 bytes, which leaves 4,068 here at least.</param>
    /// <returns>The register's new value, 48 bytes.</returns>
    public byte[] ExtendPcr(int index, ReadOnlySpan<byte> data)
    {
        const string Name = "ExtendPCR";
        CheckIndex(index);
        var request = NsmRequestEncoder.ExtendPcr(index, data);
        if (request.Length > NsmLimits.MaximumRequestLength)
        {
            throw new ArgumentException(
                $"{data.Length} bytes make a request of {request.Length}; at most {NsmLimits.MaximumRequestLength} are allowed. "
                + "Extend with a digest instead.",
                nameof(data));
        }

        return NsmResponseReader.Read(Name, transport.Exchange(request), reader =>
        {
            byte[] value = [];
            reader.ReadFields(("data", () => value = reader.ReadBytes(NsmLimits.PcrLength, NsmLimits.PcrLength)));
            return value;
        });
    }

    /// <summary>LockPCR: the register can no longer change, and attestation documents list it from now on.</summary>
    /// <param name="index">The register, 0 to 31. A locked one is refused with <see cref="NsmErrorCode.ReadOnlyIndex"/>.</param>
    public void LockPcr(int index)
    {
        const string Name = "LockPCR";
        CheckIndex(index);
        NsmResponseReader.ReadAcknowledgement(Name, transport.Exchange(NsmRequestEncoder.WithNumber(Name, "index", index)));
    }

    /// <summary>LockPCRs: locks the registers 0 to <paramref name="range"/> − 1; those already locked stay so.</summary>
    /// <param name="range">How many registers, 0 to 32.</param>
    public void LockPcrs(int range)
    {
        const string Name = "LockPCRs";
        if (range is < 0 or > NsmLimits.PcrCount)
        {
            throw new ArgumentOutOfRangeException(nameof(range), range, $"The range is a number of registers, 0 to {NsmLimits.PcrCount}.");
        }

        NsmResponseReader.ReadAcknowledgement(Name, transport.Exchange(NsmRequestEncoder.WithNumber(Name, "range", range)));
    }

    /// <summary>GetRandom: bytes from the NSM's own source; the device gives 256 at a time.</summary>
    public byte[] GetRandom()
    {
        const string Name = "GetRandom";
        return NsmResponseReader.Read(Name, transport.Exchange(NsmRequestEncoder.Bare(Name)), reader =>
        {
            byte[] random = [];
            reader.ReadFields(("random", () => random = reader.ReadBytes(1, NsmLimits.MaximumResponseLength)));
            return random;
        });
    }

    /// <summary>Attestation: a signed attestation document, the bytes of a COSE_Sign1. What is null here is null in the document.</summary>
    /// <remarks>A null <c>byte[]</c> converts to an empty value, not to none: pass the literal null, or a nullable memory.</remarks>
    /// <param name="userData">At most 512 bytes.</param>
    /// <param name="nonce">At most 512 bytes.</param>
    /// <param name="publicKey">At most 1024 bytes.</param>
    public byte[] Attest(ReadOnlyMemory<byte>? userData, ReadOnlyMemory<byte>? nonce, ReadOnlyMemory<byte>? publicKey)
    {
        const string Name = "Attestation";
        CheckLength(userData, NsmLimits.MaximumUserDataLength, nameof(userData));
        CheckLength(nonce, NsmLimits.MaximumNonceLength, nameof(nonce));
        CheckLength(publicKey, NsmLimits.MaximumPublicKeyLength, nameof(publicKey));
        return NsmResponseReader.Read(Name, transport.Exchange(NsmRequestEncoder.Attestation(userData, nonce, publicKey)), reader =>
        {
            byte[] document = [];
            reader.ReadFields(("document", () => document = reader.ReadBytes(1, NsmLimits.MaximumResponseLength)));
            return document;
        });
    }

    /// <summary>Closes the transport.</summary>
    public void Dispose() => transport.Dispose();

    private static void CheckIndex(int index)
    {
        if (index is < 0 or >= NsmLimits.PcrCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Registers are numbered 0 to {NsmLimits.PcrCount - 1}.");
        }
    }

    private static void CheckLength(ReadOnlyMemory<byte>? value, int maximum, string name)
    {
        if (value is { } bytes && bytes.Length > maximum)
        {
            throw new ArgumentException($"{bytes.Length} bytes; at most {maximum} can be attested. Attest a digest instead.", name);
        }
    }
}
