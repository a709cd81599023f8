using System.Globalization;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;
using Nitro.Verifier.Fuzz.Running;

namespace Nitro.Verifier.Fuzz.Tests;

/// <summary>A product with one fault, which shows when one byte is in the input.</summary>
public sealed class PlantedKind(PlantedFault fault) : SeedKind
{
    public const byte Trigger = 0xa5;

    private int _judged;

    public override string Name => "planted";

    public override int Weight => 1;

    public override string Seeds => "random bytes";

    public override FuzzCase Make(FuzzRandom random) => new(Name, Situation.Open, 0, random.Bytes(random.Below(16)), "random");

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        if (!one.Bytes.Contains(Trigger))
        {
            return Verdict.Refused("planted", "");
        }

        switch (fault)
        {
            case PlantedFault.Exception:
                throw new InvalidOperationException("planted");
            case PlantedFault.Memory:
                GC.KeepAlive(new byte[Bounds.Allocation(one.Bytes.Length) + 1]);
                return Verdict.Refused("planted", "");
            case PlantedFault.Culture:
                return Verdict.Refused("planted", (-1.5).ToString("N", CultureInfo.CurrentCulture));
            case PlantedFault.TimeZone:
                return Verdict.Refused(
                    "planted", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToLocalTime().ToString(CultureInfo.InvariantCulture));
            case PlantedFault.Order:
                return Verdict.Refused("planted", Interlocked.Increment(ref _judged).ToString(CultureInfo.InvariantCulture));
            case PlantedFault.Content:
                return Verdict.AcceptedWith("");
            default:
                return Verdict.Refused("planted", "");
        }
    }

    public override string? Recheck(FuzzCase one) => "accepted, whatever it is";
}
