using System.CommandLine;
using System.Globalization;
using Nitro.Verifier.Cli.Policies;
using Nitro.Verifier.RevocationLists;

namespace Nitro.Verifier.Cli;

/// <summary>The options that verifying commands share.</summary>
internal sealed class SharedOptions
{
    public Option<string> Policy { get; } = new("--policy", "-p") { Description = "The policy file (JSON, docs/policy.md).", Required = true, HelpName = "FILE" };

    public Option<string?> PolicyKey { get; } = new("--policy-key") { Description = "The public key (PEM or DER) that must have signed the policy.", HelpName = "FILE" };

    public Option<ulong> PolicyVersion { get; } = new("--policy-version-at-least") { Description = "The least version of a signed policy: the one you accepted last.", HelpName = "NUMBER" };

    public Option<bool> Live { get; } = new("--live") { Description = "Verify as of now: bounds ages and asks for --nonce. Without it, saved evidence is verified as of its own time." };

    public Option<string?> At { get; } = new("--at") { Description = "With --live: the time to take for now, like 2026-01-31T23:59:59Z, instead of the machine's clock.", HelpName = "TIME" };

    public Option<string[]> Crl { get; } = new("--crl") { Description = "A certificate revocation list, DER or PEM, or a folder of *.crl; may be repeated. Nothing is ever fetched.", HelpName = "FILE", Arity = ArgumentArity.ZeroOrMore };

    public Option<string?> CrlTime { get; } = new("--crl-time") { Description = "Saved evidence: the time at which revocation lists must be current. Without it, any that was not out of date at the document's time counts, newer ones too.", HelpName = "TIME" };

    public Option<string?> Witnessed { get; } = new("--witnessed") { Description = "Saved evidence: a time at which someone else saw it, such as a block's. What was compromised only later still counts.", HelpName = "TIME" };

    public Option<string?> Nonce { get; } = new("--nonce") { Description = "The nonce that was sent: hexadecimal, or base64:…, or text:…", HelpName = "BYTES" };

    public Option<bool> NoNonce { get; } = new("--no-nonce") { Description = "Expect that no nonce was sent." };

    public Option<bool> AnyNonceUnsafe { get; } = new("--any-nonce-unsafe") { Description = "With --live: do without a nonce, so that an old answer can pass for a new one." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object per file." };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Print nothing: the exit code says it." };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Print every check on a line of its own." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Policy, PolicyKey, PolicyVersion, Live, At, Crl, CrlTime, Witnessed, Nonce, NoNonce, AnyNonceUnsafe, Verbose, Json, Quiet })
        {
            command.Add(option);
        }
    }

    public VerificationPolicy ReadPolicy(ParseResult parsed, Inputs inputs) =>
        PolicyFile.Read(parsed.GetValue(Policy)!, inputs, parsed.GetValue(PolicyKey), parsed.GetValue(PolicyVersion)).Policy;

    public ValidationTime ReadTime(ParseResult parsed, TimeProvider clock)
    {
        var at = ReadMoment(parsed, At);
        var witnessed = ReadMoment(parsed, Witnessed);
        var listTime = ReadMoment(parsed, CrlTime);
        if (parsed.GetValue(Live))
        {
            return witnessed is null && listTime is null
                ? ValidationTime.Live(at ?? clock.GetUtcNow())
                : throw new UsageException("--witnessed and --crl-time are for saved evidence: --live takes the present for both");
        }

        var time = at is null ? ValidationTime.Archive : throw new UsageException("--at goes with --live");
        time = witnessed is { } seen ? time.WitnessedAt(seen) : time;
        return listTime is { } moment ? time.WithRevocationListsAt(moment) : time;
    }

    /// <summary>The revocation lists that were named; a file that is none is a usage error, since a list that is not read protects nobody.</summary>
    public VerifierOptions ReadOptions(ParseResult parsed, Inputs inputs)
    {
        var lists = new List<CertificateRevocationList>();
        foreach (var file in parsed.GetValue(Crl) is { Length: > 0 } files ? Inputs.Expand(files, "*.crl") : [])
        {
            lists.Add(CertificateRevocationList.TryRead(inputs.Read(file), out var list, out var error)
                ? list
                : throw new UsageException($"--crl {Inputs.Shown(file)}: {error}"));
        }

        return new VerifierOptions { RevocationLists = lists };
    }

    private static DateTimeOffset? ReadMoment(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", DateTimeFormatInfo.InvariantInfo, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"{option.Name}: \"{text}\" is not a moment like 2026-01-31T23:59:59Z");
    }

    /// <summary>A nonce proves freshness: live verification insists on a decision, saved evidence of others is commonly verified without.</summary>
    public ByteExpectation ReadNonce(ParseResult parsed)
    {
        var nonce = parsed.GetValue(Nonce);
        var (absent, any) = (parsed.GetValue(NoNonce), parsed.GetValue(AnyNonceUnsafe));
        if ((nonce is null ? 0 : 1) + (absent ? 1 : 0) + (any ? 1 : 0) > 1)
        {
            throw new UsageException("state one of --nonce, --no-nonce and --any-nonce-unsafe");
        }

        if (parsed.GetValue(Live) && nonce is null && !any)
        {
            throw new UsageException("--live asks for --nonce, since without it an old answer can pass for a new one (or say --any-nonce-unsafe)");
        }

        return ReadBytes(nonce, absent, "--nonce");
    }

    /// <summary>The bytes of an option, the field's absence, or no expectation at all.</summary>
    public static ByteExpectation ReadBytes(string? value, bool absent, string option) => (value, absent) switch
    {
        ({ } given, _) => ByteExpectation.Exactly(InputForm.DecodeOption(given, option)),
        (null, true) => ByteExpectation.Absent,
        _ => ByteExpectation.AnyUnsafe,
    };

    public ReportStyle ReadStyle(ParseResult parsed) => new(
        parsed.GetValue(Json),
        parsed.GetValue(Quiet),
        parsed.GetValue(Verbose),
        Colour: !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
}
