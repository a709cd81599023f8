using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator;

/// <summary>The 32 registers and their locks. Indices are checked by the caller.</summary>
internal sealed class PcrBank
{
    private readonly byte[][] values = new byte[NsmLimits.PcrCount][];
    private readonly bool[] locked = new bool[NsmLimits.PcrCount];

    /// <summary>Registers 0 to 15 with their boot values and locked, 16 to 31 zero and open.</summary>
    public PcrBank(IReadOnlyDictionary<int, byte[]> boot)
    {
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = boot.GetValueOrDefault(index) ?? new byte[NsmLimits.PcrLength];
            locked[index] = index < NsmLimits.PcrsLockedAtBoot;
        }
    }

    public IEnumerable<int> Locked => Enumerable.Range(0, values.Length).Where(index => locked[index]);

    public ReadOnlyMemory<byte> this[int index] => values[index];

    public bool IsLocked(int index) => locked[index];

    public void Lock(int index) => locked[index] = true;

    public void Extend(int index, ReadOnlySpan<byte> data) => values[index] = SHA384.HashData([.. values[index], .. data]);
}
