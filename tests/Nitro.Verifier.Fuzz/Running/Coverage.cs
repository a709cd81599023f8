using System.Globalization;
using System.Text;
using Nitro.Verifier.Fuzz.Judging;

namespace Nitro.Verifier.Fuzz.Running;

/// <summary>Which cases there were and what became of them. Not thread-safe.</summary>
public sealed class Coverage
{
    private readonly SortedDictionary<(string By, string Kind), int> _refused = [];
    private readonly SortedDictionary<string, (int Cases, int Beyond, int Accepted)> _kinds = new(StringComparer.Ordinal);
    private readonly HashSet<Check> _reached = [];

    public int Cases { get; private set; }

    /// <summary>Cases whose envelope and fields passed, so that their chain was looked at.</summary>
    public int BeyondEnvelope { get; private set; }

    public long MostAllocated { get; private set; }

    public TimeSpan Slowest { get; private set; }

    /// <summary>Verifications that took longer than <see cref="Bounds.Time"/> and did not when tried again.</summary>
    public int Stalls { get; private set; }

    /// <summary>Checks that never were the one that refused.</summary>
    public IEnumerable<Check> NeverRefused => Enum.GetValues<Check>().Where(check => !_refused.Keys.Any(one => one.By == check.ToString()));

    /// <summary>Checks that were never made at all.</summary>
    public IEnumerable<Check> NeverReached => Enum.GetValues<Check>().Except(_reached);

    public void Add(string kind, Verdict verdict, long allocated, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        Cases++;
        BeyondEnvelope += verdict.BeyondEnvelope ? 1 : 0;
        MostAllocated = Math.Max(MostAllocated, allocated);
        Slowest = time > Slowest ? time : Slowest;
        _refused[(verdict.RefusedBy, kind)] = _refused.GetValueOrDefault((verdict.RefusedBy, kind)) + 1;
        var (cases, beyond, accepted) = _kinds.GetValueOrDefault(kind);
        _kinds[kind] = (cases + 1, beyond + (verdict.BeyondEnvelope ? 1 : 0), accepted + (verdict.Accepted ? 1 : 0));
        foreach (var one in verdict.Checks)
        {
            if (one.Status is CheckStatus.Passed or CheckStatus.Failed)
            {
                _reached.Add(one.Check);
            }
        }
    }

    public void AddStalls(int count) => Stalls += count;

    /// <summary>Two tables: cases by kind of seed, and cases by what refused them.</summary>
    public string Table()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"seeds",-22}{"cases",10}{"beyond the envelope",22}{"accepted",10}");
        foreach (var (kind, (cases, beyond, accepted)) in _kinds)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{kind,-22}{cases,10}{beyond,22}{accepted,10}");
        }

        text.AppendLine(
            CultureInfo.InvariantCulture, $"{"all",-22}{Cases,10}{BeyondEnvelope,22}{_kinds.Values.Sum(one => one.Accepted),10}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"refused by",-34}{string.Concat(_kinds.Keys.Select(kind => $"{kind,22}"))}");
        foreach (var row in Rows())
        {
            var cells = _kinds.Keys.Select(kind => _refused.TryGetValue((row, kind), out var count)
                ? count.ToString(CultureInfo.InvariantCulture)
                : "");
            var number = Enum.TryParse<Check>(row, out var check) ? ((int)check).ToString(CultureInfo.InvariantCulture) : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"{number,-4}{row,-30}{string.Concat(cells.Select(cell => $"{cell,22}"))}");
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"checks that refused nothing: {List(NeverRefused)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"checks never reached: {List(NeverReached)}");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"most allocated by one verification: {MostAllocated} bytes; slowest: {Slowest.TotalMilliseconds:0} ms; stalls: {Stalls}");
        return text.ToString();
    }

    private IEnumerable<string> Rows()
    {
        var all = _refused.Keys.Select(one => one.By).Distinct().ToArray();
        var checks = Enum.GetValues<Check>().Order().Select(check => check.ToString()).Where(all.Contains).ToArray();
        return checks.Concat(all.Except(checks).Order(StringComparer.Ordinal));
    }

    private static string List(IEnumerable<Check> checks) => string.Join(", ", checks) is { Length: > 0 } list ? list : "none";
}
