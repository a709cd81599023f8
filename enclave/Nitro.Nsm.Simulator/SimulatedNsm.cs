using System.Security.Cryptography;
using System.Text;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// An NSM in software: takes the requests, and gives the responses, that the device takes and gives, byte for byte. Its documents differ
/// from AWS's in the root only. It proves nothing about the machine it runs on.
/// </summary>
/// <remarks>
/// Safe to call from several threads at once; it answers one call at a time, as the device does. Sources: AWS's nsm-api for types,
/// names and attestation_process.md; QEMU's <c>hw/virtio/virtio-nsm.c</c> for which error answers which mistake; genuine documents.
/// </remarks>
public sealed class SimulatedNsm : INsmTransport
{
    /// <summary>Bytes that one GetRandom gives.</summary>
    public const int RandomLength = 256;

    private const string DeviceName = "the simulated NSM";

    private readonly Lock gate = new();
    private readonly SimulatedNsmOptions options;
    private readonly RandomSource random;
    private readonly PcrBank pcrs;
    private readonly RenewingChain chain;
    private readonly Queue<NsmErrorCode> failures = [];
    private bool disposed;

    /// <summary>An NSM at the moment its enclave starts.</summary>
    /// <param name="pki">Who signs its documents. It remains the caller's, and must outlive the NSM.</param>
    /// <param name="options">Null for all defaults.</param>
    /// <exception cref="ArgumentException">The module id, the region or a register has not its shape.</exception>
    public SimulatedNsm(SimulatedPki pki, SimulatedNsmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pki);
        this.options = options ?? new SimulatedNsmOptions();
        random = this.options.Random ?? RandomNumberGenerator.Fill;
        ModuleId = this.options.ModuleId ?? AwsCertificateProfile.NewModuleId(this.options.Time.GetUtcNow(), random);
        AwsCertificateProfile.CheckModuleId(ModuleId);
        AwsCertificateProfile.CheckRegion(this.options.Region);
        pcrs = new PcrBank(BootPcrs(this.options, ModuleId));
        chain = pki.Renewing(this.options.Region, ModuleId);
    }

    /// <summary>The NSM's identity, as documents give it.</summary>
    public string ModuleId { get; }

    /// <summary>Answers the next request with an error, whatever it asks. Several calls queue up.</summary>
    /// <param name="code">The error.</param>
    public void FailNext(NsmErrorCode code)
    {
        if (code == NsmErrorCode.Success || !Enum.IsDefined(code))
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "Not an error that an NSM gives.");
        }

        lock (gate)
        {
            failures.Enqueue(code);
        }
    }

    /// <inheritdoc/>
    public byte[] Exchange(ReadOnlySpan<byte> request)
    {
        if (request.IsEmpty)
        {
            throw new ArgumentException("A request is at least one byte.", nameof(request));
        }

        if (request.Length > NsmLimits.MaximumRequestLength)
        {
            throw NsmDeviceException.RequestTooLarge(DeviceName, request.Length);
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return failures.TryDequeue(out var failure)
                ? NsmResponseWriter.Error(failure)
                : Answer(NsmRequestReader.Read(request.ToArray()));
        }
    }

    /// <summary>Forgets the enclave's certificates and keys.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                chain.Dispose();
            }
        }
    }

    private static Dictionary<int, byte[]> BootPcrs(SimulatedNsmOptions options, string moduleId)
    {
        var boot = new Dictionary<int, byte[]>
        {
            [0] = SHA384.HashData("simulated PCR0"u8),
            [1] = SHA384.HashData("simulated PCR1"u8),
            [2] = SHA384.HashData("simulated PCR2"u8),
            [4] = ExtendedOnce(AwsCertificateProfile.InstanceId(moduleId)),
        };
        if (options.ParentRoleArn is { } role)
        {
            boot[3] = ExtendedOnce(role);
        }

        foreach (var (index, value) in options.Pcrs)
        {
            if (index is < 0 or >= NsmLimits.PcrsLockedAtBoot || value.Length != NsmLimits.PcrLength)
            {
                throw new ArgumentException(
                    $"PCR{index} of {value.Length} bytes; expected PCR0 to PCR{NsmLimits.PcrsLockedAtBoot - 1} of {NsmLimits.PcrLength}.",
                    nameof(options));
            }

            boot[index] = value.ToArray();
        }

        if (options.DebugMode)
        {
            boot[0] = boot[1] = boot[2] = new byte[NsmLimits.PcrLength];
        }

        return boot;
    }

    private static byte[] ExtendedOnce(string text) => SHA384.HashData([.. new byte[NsmLimits.PcrLength], .. Encoding.UTF8.GetBytes(text)]);

    private byte[] Answer(NsmRequest? request) => request switch
    {
        null => NsmResponseWriter.Error(NsmErrorCode.InvalidOperation),
        NsmRequest.DescribeNsm => Describe(),
        NsmRequest.GetRandom => GetRandom(),
        NsmRequest.DescribePcr(var index) => DescribePcr(index),
        NsmRequest.ExtendPcr(var index, var data) => ExtendPcr(index, data.Span),
        NsmRequest.LockPcr(var index) => LockPcr(index),
        NsmRequest.LockPcrs(var range) => LockPcrs(range),
        NsmRequest.Attestation attestation => Attest(attestation),
        _ => throw new InvalidOperationException($"A request that is read but not answered: {request.GetType().Name}."),
    };

    private byte[] Describe() => NsmResponseWriter.Map("DescribeNSM", 7, writer =>
    {
        writer.WriteTextString("version_major");
        writer.WriteInt32(1);
        writer.WriteTextString("version_minor");
        writer.WriteInt32(0);
        writer.WriteTextString("version_patch");
        writer.WriteInt32(0);
        writer.WriteTextString("module_id");
        writer.WriteTextString(ModuleId);
        writer.WriteTextString("max_pcrs");
        writer.WriteInt32(NsmLimits.PcrCount);
        writer.WriteTextString("locked_pcrs");
        writer.WriteStartArray(pcrs.Locked.Count());
        foreach (var index in pcrs.Locked)
        {
            writer.WriteInt32(index);
        }

        writer.WriteEndArray();
        writer.WriteTextString("digest");
        writer.WriteTextString("SHA384");
    });

    private byte[] GetRandom()
    {
        var bytes = new byte[RandomLength];
        random(bytes);
        return NsmResponseWriter.Bytes("GetRandom", "random", bytes);
    }

    private byte[] DescribePcr(int index) => index >= NsmLimits.PcrCount
        ? NsmResponseWriter.Error(NsmErrorCode.InvalidIndex)
        : NsmResponseWriter.Map("DescribePCR", 2, writer =>
        {
            writer.WriteTextString("data");
            writer.WriteByteString(pcrs[index].Span);
            writer.WriteTextString("lock");
            writer.WriteBoolean(pcrs.IsLocked(index));
        });

    private byte[] ExtendPcr(int index, ReadOnlySpan<byte> data)
    {
        if (WhyUnchangeable(index) is { } error)
        {
            return NsmResponseWriter.Error(error);
        }

        pcrs.Extend(index, data);
        return NsmResponseWriter.Bytes("ExtendPCR", "data", pcrs[index].Span);
    }

    private byte[] LockPcr(int index)
    {
        if (WhyUnchangeable(index) is { } error)
        {
            return NsmResponseWriter.Error(error);
        }

        pcrs.Lock(index);
        return NsmResponseWriter.Acknowledge("LockPCR");
    }

    /// <summary>Unlike LockPCR, this takes no offence at registers that are locked already.</summary>
    private byte[] LockPcrs(int range)
    {
        if (range > NsmLimits.PcrCount)
        {
            return NsmResponseWriter.Error(NsmErrorCode.InvalidIndex);
        }

        for (var index = 0; index < range; index++)
        {
            pcrs.Lock(index);
        }

        return NsmResponseWriter.Acknowledge("LockPCRs");
    }

    private NsmErrorCode? WhyUnchangeable(int index)
    {
        if (index >= NsmLimits.PcrCount)
        {
            return NsmErrorCode.InvalidIndex;
        }

        return pcrs.IsLocked(index) ? NsmErrorCode.ReadOnlyIndex : null;
    }

    private byte[] Attest(NsmRequest.Attestation request)
    {
        if (options.FieldLimits == FieldLimits.Published
            && (request.UserData?.Length > NsmLimits.MaximumUserDataLength
                || request.Nonce?.Length > NsmLimits.MaximumNonceLength
                || request.PublicKey?.Length > NsmLimits.MaximumPublicKeyLength))
        {
            return NsmResponseWriter.Error(NsmErrorCode.InputTooLarge);
        }

        // A clock outside the root's thirty years leaves nothing that could sign.
        var now = options.Time.GetUtcNow();
        if (chain.At(now) is not { } certificates)
        {
            return NsmResponseWriter.Error(NsmErrorCode.InternalError);
        }

        var payload = AttestationPayload.Create(
            ModuleId,
            now,
            pcrs.Locked.ToDictionary(index => index, index => pcrs[index]),
            certificates.Leaf.Der,
            certificates.CaBundle,
            request.PublicKey,
            request.UserData,
            request.Nonce) with
        { Form = options.PayloadForm };
        var document = new AttestationDocumentTemplate { Payload = payload.Encode() }.Sign(certificates.Leaf.Key);
        return NsmResponseWriter.Bytes("Attestation", "document", document);
    }
}
