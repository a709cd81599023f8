using System.Collections.ObjectModel;
using Nitro.Attestation;
using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>
/// One release of an enclave image: the PCRs that a document must show, all of them, and when it may show them. Immutable.
/// </summary>
public sealed class Release
{
    /// <summary>The most bytes of a release's name, in UTF-16 code units.</summary>
    public const int MaximumName = 128;

    // As Measurements, in a form that is gone through for every document without allocating.
    private readonly (int Index, Sha384Digest Value)[] _expected;

    /// <summary>Makes a release.</summary>
    /// <param name="name">A name for people, 1 to 128 characters.</param>
    /// <param name="measurements">The expected PCRs by index, 0 to 31; PCR0, PCR1 and PCR2 at least.</param>
    /// <param name="notBefore">The first moment at which a document may show them; null for no bound.</param>
    /// <param name="notAfter">The last moment; null for no bound.</param>
    /// <exception cref="PolicyException">Something that could never match or would match too much.</exception>
    public Release(string name, IReadOnlyDictionary<int, Sha384Digest> measurements, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
        : this(name, measurements, notBefore, notAfter, anyImageBySignerUnsafe: false)
    {
    }

    private Release(string name, IReadOnlyDictionary<int, Sha384Digest> measurements, DateTimeOffset? notBefore, DateTimeOffset? notAfter, bool anyImageBySignerUnsafe)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaximumName)
        {
            throw new PolicyException($"a release's name has 1 to {MaximumName} characters");
        }

        foreach (var (index, value) in measurements)
        {
            if (index is < 0 or >= PcrSet.Capacity)
            {
                throw new PolicyException($"release {ByteText.Quote(name)}: there is no PCR{index}: PCRs are 0 to {PcrSet.Capacity - 1}");
            }

            if (value == default)
            {
                throw new PolicyException($"release {ByteText.Quote(name)}: PCR{index} is all zero, which is what a debug-mode or unmeasured enclave shows; build the image and use its real measurements");
            }
        }

        int[] needed = anyImageBySignerUnsafe ? [8] : [0, 1, 2];
        if (needed.Where(index => !measurements.ContainsKey(index)).Select(index => $"PCR{index}").ToArray() is { Length: > 0 } missing)
        {
            throw new PolicyException($"release {ByteText.Quote(name)}: {string.Join(", ", missing)} missing; {(anyImageBySignerUnsafe
                ? "a release for any image of a signer states PCR8"
                : "a release states PCR0, PCR1 and PCR2, since bytes can move between an image's sections without changing PCR0")}");
        }

        if (notBefore > notAfter)
        {
            throw new PolicyException($"release {ByteText.Quote(name)}: notBefore lies after notAfter, so no document could match");
        }

        Name = name;
        MatchText = $"release \"{name}\"";
        NotBefore = notBefore;
        NotAfter = notAfter;
        _expected = [.. measurements.OrderBy(one => one.Key).Select(one => (one.Key, one.Value))];
        Measurements = new ReadOnlyDictionary<int, Sha384Digest>(new SortedDictionary<int, Sha384Digest>(measurements.ToDictionary()));
    }

    /// <summary>The release's name.</summary>
    public string Name { get; }

    /// <summary>The expected PCRs by index, ascending.</summary>
    public IReadOnlyDictionary<int, Sha384Digest> Measurements { get; }

    /// <summary>The first moment at which a document may show them; null for no bound.</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>The last moment; null for no bound.</summary>
    public DateTimeOffset? NotAfter { get; }

    /// <summary>A release that accepts every image signed with one key: PCR8 at least, and not PCR0 to 2.</summary>
    /// <exception cref="PolicyException">Something that could never match or would match too much.</exception>
    public static Release AnyImageBySignerUnsafe(string name, IReadOnlyDictionary<int, Sha384Digest> measurements, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        new(name, measurements, notBefore, notAfter, anyImageBySignerUnsafe: true);

    /// <summary>What a result says of a document that shows this release.</summary>
    internal string MatchText { get; }

    /// <summary>The first PCR that is not as expected, -1 when all are.</summary>
    internal int FirstMismatch(PcrSet pcrs, bool ignoreImagePcrs)
    {
        foreach (var (index, expected) in _expected)
        {
            if ((!ignoreImagePcrs || index > 2) && (!pcrs.TryGet(index, out var found) || found != expected))
            {
                return index;
            }
        }

        return -1;
    }
}
