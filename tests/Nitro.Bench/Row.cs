namespace Nitro.Bench;

/// <summary>One kind of work: how it is done, and what it must reach.</summary>
/// <param name="Title">For people.</param>
/// <param name="Target">The least ratio, or the least rate where <paramref name="Reference"/> is null.</param>
/// <param name="Of">The reference in words.</param>
/// <param name="Reference">The reference's rate from OpenSSL's two; null for a rate by itself.</param>
/// <param name="Prepare">Makes what one batch needs, outside the measurement; what it returns runs the batch and says how many it was.</param>
internal sealed record Row(string Title, double Target, string Of, Func<double, double, double>? Reference, Func<Func<int>> Prepare)
{
    public List<double> Rates { get; } = [];

    public List<double> Ratios { get; } = [];
}
