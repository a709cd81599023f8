namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>What was done to make a case, in order, for whoever reads a finding. Not thread-safe.</summary>
public sealed class Story
{
    private readonly List<string> _steps = [];

    public void Add(FormattableString step) => _steps.Add(FormattableString.Invariant(step));

    public void Add(string step) => _steps.Add(step);

    public override string ToString() => _steps.Count == 0 ? "unchanged" : string.Join("; ", _steps);
}
