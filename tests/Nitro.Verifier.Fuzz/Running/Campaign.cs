using System.Diagnostics;
using System.Globalization;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;

namespace Nitro.Verifier.Fuzz.Running;

/// <summary>
/// Makes cases and holds the verifier to its properties. Each batch is judged twice: in order, with a verifier that one thread has for
/// itself, under the invariant culture; then in another order by eight threads that share one verifier of every configuration, each
/// thread under another culture, all under another time zone. Not thread-safe.
/// </summary>
public sealed class Campaign
{
    /// <summary>Cases that are made, judged and compared together.</summary>
    public const int BatchSize = 2_048;

    private const int SharingThreads = 8;
    private const int Retries = 3;

    private readonly IReadOnlyList<SeedKind> _kinds;
    private readonly int[] _weights;
    private readonly ulong _seed;
    private readonly VerifierSet[] _own;
    private readonly VerifierSet[] _shared;

    /// <summary>Prepares a campaign.</summary>
    /// <param name="kinds">What to fuzz.</param>
    /// <param name="seed">What every case follows from, with its number.</param>
    /// <param name="configurations">Verifiers that must agree; the first judges first.</param>
    public Campaign(IReadOnlyList<SeedKind> kinds, ulong seed, IReadOnlyList<VerifierConfiguration> configurations)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(configurations);
        (_kinds, _seed) = (kinds, seed);
        _weights = [.. kinds.Select(kind => kind.Weight)];
        _own = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new VerifierSet(configurations[0]))];
        _shared = [.. configurations.Select(one => new VerifierSet(one))];
    }

    public Coverage Coverage { get; } = new();

    /// <summary>The number that the next case has.</summary>
    public long Next { get; private set; }

    /// <summary>The case of a number, the same in every run with this seed and these seeds' files.</summary>
    public FuzzCase Make(long number)
    {
        var random = FuzzRandom.ForCase(_seed, number);
        try
        {
            return _kinds[random.PickWeighted(_weights)].Make(random);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"The fuzzer itself cannot make case {number} of seed {_seed:x16}."), exception);
        }
    }

    /// <summary>Makes and judges the next batch.</summary>
    /// <returns>What was found, by number of case.</returns>
    public IReadOnlyList<Finding> RunBatch()
    {
        var first = Next;
        Next += BatchSize;
        var judged = new Judged[BatchSize];
        JudgeAlone(first, judged);
        JudgeTogether(first, judged);
        foreach (var one in judged)
        {
            if (one.Verdict is { } verdict)
            {
                Coverage.Add(one.Case.Kind, verdict, one.Allocated, one.Time);
                Coverage.AddStalls(one.Stalls);
            }
        }

        return [.. judged.SelectMany(one => one.Findings).OrderBy(one => one.Number)];
    }

    /// <summary>Judges one case by itself, twice by every configuration.</summary>
    /// <returns>What was found.</returns>
    public IReadOnlyList<Finding> RunOne(long number, FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        var judged = JudgeFirst(number, one, _own[0]);
        if (judged.Verdict is { } verdict)
        {
            for (var i = 0; i < Surroundings.Cultures.Count; i++)
            {
                Surroundings.SetTimeZone(Surroundings.TimeZones[i % Surroundings.TimeZones.Count]);
                Under(Surroundings.Cultures[i], () => Array.ForEach(_shared, set => Compare(number, one, verdict, set, judged.Findings)));
            }

            Surroundings.RestoreTimeZone();
        }

        return judged.Findings;
    }

    /// <summary>What is said of a case.</summary>
    public Verdict Judge(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return KindOf(one).Judge(one, _own[0]);
    }

    private void JudgeAlone(long first, Judged[] judged)
    {
        var share = (BatchSize + _own.Length - 1) / _own.Length;
        RunThreads(_own.Length, worker => Under(CultureInfo.InvariantCulture, () =>
        {
            for (var i = worker * share; i < Math.Min(BatchSize, (worker + 1) * share); i++)
            {
                judged[i] = JudgeFirst(first + i, Make(first + i), _own[worker]);
            }
        }));
    }

    private void JudgeTogether(long first, Judged[] judged)
    {
        int[] order = [.. Enumerable.Range(0, BatchSize)];
        FuzzRandom.ForCase(_seed, ~first).Shuffle(order);
        var taken = -1;
        Surroundings.SetTimeZone(Surroundings.TimeZones[(int)(first / BatchSize % Surroundings.TimeZones.Count)]);
        try
        {
            RunThreads(SharingThreads, worker => Under(Surroundings.Cultures[worker % Surroundings.Cultures.Count], () =>
            {
                for (var at = Interlocked.Increment(ref taken); at < BatchSize; at = Interlocked.Increment(ref taken))
                {
                    var one = judged[order[at]];
                    if (one.Verdict is { } verdict)
                    {
                        Array.ForEach(_shared, set => Compare(first + order[at], one.Case, verdict, set, one.Findings));
                    }
                }
            }));
        }
        finally
        {
            Surroundings.RestoreTimeZone();
        }
    }

    private Judged JudgeFirst(long number, FuzzCase one, VerifierSet verifiers)
    {
        var judged = new Judged(one);
        for (var attempt = 1; ; attempt++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.GetTimestamp();
            try
            {
                judged.Verdict = KindOf(one).Judge(one, verifiers);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                judged.Findings.Add(new Finding(number, Properties.NoException, exception.ToString(), one));
                return judged;
            }

            judged.Time = Stopwatch.GetElapsedTime(watch);
            judged.Allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (judged.Time <= Bounds.Time || attempt == Retries)
            {
                judged.Stalls = attempt - 1;
                break;
            }
        }

        Require(
            judged.Time <= Bounds.Time,
            number,
            Properties.BoundedTime,
            $"{judged.Time.TotalMilliseconds} ms, {Retries} times in a row",
            judged);
        Require(
            judged.Allocated <= Bounds.Allocation(one.Bytes.Length), number, Properties.BoundedMemory,
            $"{judged.Allocated} bytes for {one.Bytes.Length}, where {Bounds.Allocation(one.Bytes.Length)} are allowed", judged);
        if (judged.Verdict.Accepted && KindOf(one).Recheck(one) is { } problem)
        {
            Require(false, number, Properties.SignedContent, $"{problem}", judged);
        }

        return judged;
    }

    private void Compare(long number, FuzzCase one, Verdict verdict, VerifierSet verifiers, List<Finding> findings)
    {
        try
        {
            var again = KindOf(one).Judge(one, verifiers);
            if (again.Fingerprint != verdict.Fingerprint)
            {
                var details = $"{verifiers.Configuration.Name}:\n{again.Describe()}\nat first:\n{verdict.Describe()}";
                findings.Add(new Finding(number, Properties.SameVerdict, $"under {CultureInfo.CurrentCulture}, {details}", one));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            findings.Add(new Finding(number, Properties.NoException, $"under {CultureInfo.CurrentCulture}: {exception}", one));
        }
    }

    private SeedKind KindOf(FuzzCase one) => _kinds.First(kind => kind.Name == one.Kind);

    private static void Require(bool holds, long number, string property, FormattableString details, Judged judged)
    {
        if (!holds)
        {
            judged.Findings.Add(new Finding(number, property, FormattableString.Invariant(details), judged.Case));
        }
    }

    private static void Under(CultureInfo culture, Action action)
    {
        var (before, beforeUi) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            action();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUi);
        }
    }

    private static void RunThreads(int count, Action<int> work)
    {
        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, count).Select(worker => new Thread(() =>
        {
            try
            {
                work(worker);
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add(exception);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failures.Count > 0)
        {
            throw new InvalidOperationException("The fuzzer itself failed; this is no finding.", failures[0]);
        }
    }

    private sealed class Judged(FuzzCase one)
    {
        public FuzzCase Case { get; } = one;

        public Verdict? Verdict { get; set; }

        public long Allocated { get; set; }

        public TimeSpan Time { get; set; }

        /// <summary>How often it took too long before it did not.</summary>
        public int Stalls { get; set; }

        public List<Finding> Findings { get; } = [];
    }
}
