using System.Globalization;
using Nitro.Testing;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>The genuine documents of enclaves.</summary>
internal static class Genuine
{
    /// <summary>AWS's newest certificate profile: instance certificates have key identifiers since July 2024.</summary>
    public static readonly DateTimeOffset NewestProfile = new(2024, 8, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>All documents of enclaves, in debug mode or not, with their files' names; skips the test where there are none.</summary>
    public static List<(string File, Document Document)> Documents()
    {
        var documents = SharedFiles.Documents()
            .Where(row => row.Expected is "valid" or "valid-but-debug-mode")
            .Select(row => (row.File, new Document(row.Read())))
            .ToList();
        Assert.True(documents.Count >= 60, string.Create(CultureInfo.InvariantCulture, $"only {documents.Count} genuine documents"));
        return documents;
    }
}
