using System.Diagnostics;
using System.Globalization;
using Nitro.Verifier;
using Nitro.Verifier.Certificates;

namespace Nitro.Bench;

/// <summary>
/// Every row is measured in slices between runs of <c>openssl speed</c>, so that both see the same machine in the same minute; a row's ratio is the median
/// over the rounds. Rates of one core count CPU time on both sides; those of two cores count the clock on both.
/// </summary>
internal static class Ratios
{
    private const int Rounds = 5;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(700);

    public static int Run(string[] arguments)
    {
        var rounds = arguments is ["--rounds", var count] ? int.Parse(count, CultureInfo.InvariantCulture) : Rounds;
        if (OpenSsl.Version() is not { } version)
        {
            Console.Error.WriteLine("make bench measures against `openssl speed`, and there is no openssl here: install it.");
            return 2;
        }

        using var corpus = new Corpus(leaves: 400, perLeaf: 200, receipts: 2000);
        Console.WriteLine($"{version}; .NET {Environment.Version}; {Environment.ProcessorCount} cores; {Processor()}");
        Console.WriteLine($"documents of {corpus.OneLeaf[0].Length} bytes; {(corpus.GenuineIsAws ? "a genuine" : "no genuine document here: a simulated")} one of {corpus.Genuine.Length} bytes is refused");
        Console.WriteLine();
        var rows = Rows(corpus);
        foreach (var row in rows)
        {
            // Long enough for the second tier of the JIT.
            Measure(row, TimeSpan.FromSeconds(2));
        }

        double[] p384 = new double[rounds], p256 = new double[rounds], multi = new double[rounds], many = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            Progress(round, rounds);
            (p384[round], p256[round]) = OpenSsl.Verify();
            foreach (var row in rows)
            {
                var rate = Measure(row, Slice);
                row.Rates.Add(rate);
                row.Ratios.Add(row.Reference is { } reference ? rate / reference(p384[round], p256[round]) : rate);
            }

            multi[round] = OpenSsl.VerifyElapsed(2) / OpenSsl.VerifyElapsed(1);
            many[round] = Many(corpus);
        }

        Progress(rounds, rounds);
        Console.WriteLine(Line("OpenSSL P-384 verify", Number(Median(p384)), "", "", ""));
        Console.WriteLine(Line("OpenSSL P-256 verify", Number(Median(p256)), "", "", ""));
        Console.WriteLine();
        Console.WriteLine(Line("work", "a second", "ratio", "at least", ""));
        var missed = 0;
        foreach (var row in rows)
        {
            missed += Print(row.Title, Number(Median([.. row.Rates])), row.Reference is null ? "" : Ratio(Median([.. row.Ratios])), row.Reference is null ? Number(row.Target) : $"{Ratio(row.Target)} of {row.Of}", Median([.. row.Ratios]) >= row.Target);
        }

        const double LeastOfMulti = 0.9;
        missed += Print(
            "VerifyMany, gain of 2 cores",
            "",
            Ratio(Median(many)),
            $"{Ratio(LeastOfMulti)} of {Ratio(Median(multi))}, what openssl speed -multi 2 gains",
            Median(many) >= LeastOfMulti * Median(multi));
        const int MostBytes = 8 * 1024;
        var bytes = Allocated(corpus);
        missed += Print("allocated per warm document", $"{Number(bytes)} B", "", $"at most {Number(MostBytes)} B", bytes <= MostBytes);
        var describing = Describing.Measure(rounds, Progress);
        missed += Print("nitro-eif describe, a GiB", $"{Number(describing.MegabytesPerSecond)} MB", Ratio(describing.Ratio), $"{Ratio(Describing.Target)} of openssl dgst -sha384, {Number(describing.OpenSslMegabytesPerSecond)} MB", describing.Ratio >= Describing.Target);
        Console.WriteLine();
        Console.WriteLine(missed == 0 ? "Every target is met." : $"{missed} missed.");
        return missed == 0 ? 0 : 1;
    }

    private static Row[] Rows(Corpus corpus)
    {
        var policy = corpus.Policy;
        var aws = new AttestationVerifier(new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true }));
        var cut = corpus.Genuine.AsMemory(0, corpus.Genuine.Length - 1);
        var otherRoot = WithAnotherRoot(corpus.Genuine);
        var warm = new AttestationVerifier(policy);
        return
        [
            new("cold document", 0.75, "P-384 ÷ 5", (p384, _) => p384 / 5, () =>
            {
                var cold = new AttestationVerifier(policy, new VerifierOptions { IssuerCacheCapacity = 0, SessionCacheCapacity = 0 });
                return () => Each(cold, corpus.NewLeaves.AsSpan(0, 20));
            }),
            new("issuers cached, new leaf", 0.80, "P-384 ÷ 2", (p384, _) => p384 / 2, () =>
            {
                var known = new AttestationVerifier(policy);
                Each(known, corpus.OneLeaf.AsSpan(0, 1));
                return () => Each(known, corpus.NewLeaves);
            }),
            new("same leaf", 0.85, "P-384", (p384, _) => p384, () => () => Each(warm, corpus.OneLeaf)),
            new("session receipt, ES256, session known", 0.80, "P-256", (_, p256) => p256, () => () =>
            {
                foreach (var evidence in corpus.Receipts)
                {
                    Require(warm.VerifyEvidence(evidence, Corpus.Expected, ValidationTime.Archive).Failure, null);
                }

                return corpus.Receipts.Length;
            }),
            new("refused: last byte missing", 150_000, "", null, () => () => Refuse(aws, cut.Span, Check.CoseStructure)),
            new("refused: another root in the bundle", 150_000, "", null, () => () => Refuse(aws, otherRoot, Check.TrustAnchor)),
        ];
    }

    private static DocumentExpectations Anything { get; } = new() { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };

    private static int Each(AttestationVerifier verifier, ReadOnlySpan<byte[]> documents)
    {
        foreach (var document in documents)
        {
            Require(verifier.Verify(document, Anything, ValidationTime.Archive).Failure, null);
        }

        return documents.Length;
    }

    private static int Refuse(AttestationVerifier verifier, ReadOnlySpan<byte> document, Check check)
    {
        const int Batch = 2000;
        for (var i = 0; i < Batch; i++)
        {
            Require(verifier.Verify(document, Anything, ValidationTime.Archive).Failure, check);
        }

        return Batch;
    }

    private static void Require(CheckResult? failure, Check? expected)
    {
        if (failure?.Check != expected)
        {
            throw new InvalidOperationException($"expected {expected?.ToString() ?? "a verified document"}, found {failure}");
        }
    }

    /// <summary>The genuine root stands in the document byte for byte; another one differs from it.</summary>
    private static byte[] WithAnotherRoot(byte[] document)
    {
        var copy = document.ToArray();
        var root = TrustAnchors.AwsNitroEnclavesG1.Der.Span;
        var at = document.AsSpan().IndexOf(root);
        if (at < 0)
        {
            // A simulated document's root is another one as it stands.
            return copy;
        }

        copy[at + root.Length - 1] ^= 1;
        return copy;
    }

    private static double Measure(Row row, TimeSpan least)
    {
        using var self = Process.GetCurrentProcess();
        var (spent, done) = (TimeSpan.Zero, 0);
        while (spent < least)
        {
            var batch = row.Prepare();
            var before = self.TotalProcessorTime;
            self.Refresh();
            before = self.TotalProcessorTime;
            done += batch();
            self.Refresh();
            spent += self.TotalProcessorTime - before;
        }

        return done / spent.TotalSeconds;
    }

    /// <summary>What a second core gains, by the clock: VerifyMany over one thread that does the same and keeps the results too.</summary>
    private static double Many(Corpus corpus)
    {
        const int Repeats = 3;
        DocumentToVerify[] documents = [.. Enumerable.Repeat(corpus.OneLeaf, 20).SelectMany(one => one).Select(one => new DocumentToVerify(one, Anything))];
        var verifier = new AttestationVerifier(corpus.Policy);
        verifier.VerifyMany(documents, ValidationTime.Archive);
        var (alone, together) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            GC.Collect();
            var clock = Stopwatch.StartNew();
            var results = new VerificationResult[documents.Length];
            for (var i = 0; i < documents.Length; i++)
            {
                results[i] = verifier.Verify(documents[i].Document.Span, documents[i].Expected, ValidationTime.Archive);
            }

            alone += clock.Elapsed;
            Require(results[^1].Failure, null);
            GC.Collect();
            clock.Restart();
            results = verifier.VerifyMany(documents, ValidationTime.Archive);
            together += clock.Elapsed;
            Require(results[^1].Failure, null);
        }

        return alone / together;
    }

    private static long Allocated(Corpus corpus)
    {
        var verifier = new AttestationVerifier(corpus.Policy);
        Each(verifier, corpus.OneLeaf);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Each(verifier, corpus.OneLeaf);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / corpus.OneLeaf.Length;
    }

    private static string Processor()
    {
        const string Prefix = "model name";
        var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(one => one.StartsWith(Prefix, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 2)..] ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static void Progress(int done, int all)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write(done == all ? "\r\u001b[K" : $"\rround {done + 1} of {all}");
        }
    }

    private static int Print(string title, string rate, string ratio, string target, bool met)
    {
        Console.WriteLine(Line(title, rate, ratio, target, met ? "met" : "MISSED"));
        return met ? 0 : 1;
    }

    private static string Line(string title, string rate, string ratio, string target, string verdict) => $"{title,-40} {rate,12} {ratio,7}  {target,-46} {verdict}".TrimEnd();

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
