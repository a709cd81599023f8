using System.Security.Cryptography;
using System.Text;

namespace Nitro.Nsm.Simulator.Tests;

public sealed class PcrTests : IDisposable
{
    private readonly Enclave enclave = new();

    public void Dispose() => enclave.Dispose();

    [Fact]
    public void Extending_is_SHA384_of_the_old_value_and_the_data()
    {
        byte[] value = new byte[48];
        foreach (var data in (byte[][])[[1, 2, 3], [], [4], new byte[4000]])
        {
            value = SHA384.HashData([.. value, .. data]);
            Assert.Equal(value, enclave.Client.ExtendPcr(16, data));
            Assert.Equal(value, enclave.Client.DescribePcr(16).Value.ToArray());
        }
    }

    // echo -n with 48 zero bytes and "abc" through sha384sum.
    [Fact]
    public void Extending_agrees_with_sha384sum() => Assert.Equal(
        "b1c16eb7634112b7c9d5ebd27e62a2d4528bbfcfd68b62d3afd9ecf98e0f413a84314acce78317fb69fd895155343e09",
        Convert.ToHexStringLower(enclave.Client.ExtendPcr(31, "abc"u8)));

    [Fact]
    public void Registers_0_to_15_are_locked_at_boot_and_the_others_are_open_and_zero()
    {
        for (var index = 0; index < 32; index++)
        {
            var state = enclave.Client.DescribePcr(index);
            Assert.Equal(index < 16, state.Locked);
            if (index >= 16)
            {
                Assert.Equal(new byte[48], state.Value.ToArray());
                enclave.Client.ExtendPcr(index, [1]);
            }
            else
            {
                AssertError(NsmErrorCode.ReadOnlyIndex, () => enclave.Client.ExtendPcr(index, [1]));
                AssertError(NsmErrorCode.ReadOnlyIndex, () => enclave.Client.LockPcr(index));
                Assert.Equal(state.Value.ToArray(), enclave.Client.DescribePcr(index).Value.ToArray());
            }
        }
    }

    [Fact]
    public void A_lock_holds_and_cannot_be_set_twice()
    {
        var value = enclave.Client.ExtendPcr(17, [1]);
        enclave.Client.LockPcr(17);
        AssertError(NsmErrorCode.ReadOnlyIndex, () => enclave.Client.ExtendPcr(17, [2]));
        AssertError(NsmErrorCode.ReadOnlyIndex, () => enclave.Client.LockPcr(17));
        var state = enclave.Client.DescribePcr(17);
        Assert.True(state.Locked);
        Assert.Equal(value, state.Value.ToArray());
        Assert.Equal([.. Enumerable.Range(0, 16), 17], enclave.Client.Describe().LockedPcrs);
        Assert.False(enclave.Client.DescribePcr(16).Locked);
    }

    [Fact]
    public void A_range_locks_all_below_it_whatever_was_locked()
    {
        enclave.Client.LockPcr(16);
        enclave.Client.LockPcrs(0);
        enclave.Client.LockPcrs(16);
        Assert.Equal(Enumerable.Range(0, 17), enclave.Client.Describe().LockedPcrs);
        enclave.Client.LockPcrs(18);
        Assert.Equal(Enumerable.Range(0, 18), enclave.Client.Describe().LockedPcrs);
        enclave.Client.LockPcrs(32);
        enclave.Client.LockPcrs(32);
        Assert.Equal(Enumerable.Range(0, 32), enclave.Client.Describe().LockedPcrs);
        AssertError(NsmErrorCode.ReadOnlyIndex, () => enclave.Client.ExtendPcr(31, [1]));
    }

    [Fact]
    public void Documents_list_locked_registers_only()
    {
        Assert.Equal(Enumerable.Range(0, 16), enclave.Attest().Pcrs.Keys);
        var value = enclave.Client.ExtendPcr(20, [1]);
        Assert.Equal(Enumerable.Range(0, 16), enclave.Attest().Pcrs.Keys);
        enclave.Client.LockPcr(20);
        var pcrs = enclave.Attest().Pcrs;
        Assert.Equal([.. Enumerable.Range(0, 16), 20], pcrs.Keys);
        Assert.Equal(value, pcrs[20]);
        enclave.Client.LockPcrs(32);
        Assert.Equal(Enumerable.Range(0, 32), enclave.Attest().Pcrs.Keys);
    }

    [Fact]
    public void Boot_values_are_those_given_and_else_AWS_like()
    {
        var (first, ninth) = (RandomNumberGenerator.GetBytes(48), RandomNumberGenerator.GetBytes(48));
        using var other = new Enclave(new SimulatedNsmOptions
        {
            ModuleId = Enclave.ModuleId,
            ParentRoleArn = "arn:aws:iam::123456789012:role/x",
            Pcrs = new Dictionary<int, ReadOnlyMemory<byte>> { [0] = first, [8] = ninth },
        });
        var pcrs = other.Attest().Pcrs;
        Assert.Equal(first, pcrs[0]);
        Assert.Equal(ninth, pcrs[8]);
        Assert.Equal(SHA384.HashData([.. new byte[48], .. Encoding.UTF8.GetBytes("arn:aws:iam::123456789012:role/x")]), pcrs[3]);
        Assert.Equal(SHA384.HashData([.. new byte[48], .. Encoding.UTF8.GetBytes("i-0bbcdf09feaae6636")]), pcrs[4]);
        Assert.All((int[])[1, 2], index => Assert.Contains(pcrs[index], b => b != 0));
        Assert.All((int[])[5, 6, 7, 9, 10, 11, 12, 13, 14, 15], index => Assert.Equal(new byte[48], pcrs[index]));
        Assert.Equal(pcrs[1], enclave.Attest().Pcrs[1]);
    }

    [Fact]
    public void Boot_values_are_copied()
    {
        var given = new byte[48];
        using var other = new Enclave(new SimulatedNsmOptions { Pcrs = new Dictionary<int, ReadOnlyMemory<byte>> { [0] = given } });
        given[0] = 1;
        Assert.Equal(new byte[48], other.Attest().Pcrs[0]);
    }

    [Fact]
    public void Debug_mode_has_PCR0_1_and_2_zero_and_PCR3_and_4_not()
    {
        var options = new SimulatedNsmOptions
        {
            DebugMode = true,
            Pcrs = new Dictionary<int, ReadOnlyMemory<byte>> { [0] = RandomNumberGenerator.GetBytes(48) },
        };
        using var debug = new Enclave(options);
        var pcrs = debug.Attest().Pcrs;
        Assert.All((int[])[0, 1, 2], index => Assert.Equal(new byte[48], pcrs[index]));
        Assert.All((int[])[3, 4], index => Assert.Contains(pcrs[index], b => b != 0));
    }

    [Fact]
    public void An_instance_without_a_role_has_PCR3_zero()
    {
        using var other = new Enclave(new SimulatedNsmOptions { ParentRoleArn = null });
        Assert.Equal(new byte[48], other.Attest().Pcrs[3]);
    }

    private static void AssertError(NsmErrorCode code, Action call) => Assert.Equal(code, Assert.Throws<NsmException>(call).Code);
}
