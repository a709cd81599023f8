using Xunit;

namespace Nitro.Testing;

/// <summary>
/// The genuine AWS documents, roots and published vectors that lie beside the tree and are never copied into it.
/// A test that needs them is skipped, with the reason, where they are absent, unless NITRO_REQUIRE_SHARED=1, which CI sets.
/// </summary>
public static class SharedFiles
{
    /// <summary>The folder: ../shared from the root of the tree.</summary>
    public static string Root { get; } = System.IO.Path.GetFullPath(RepositoryRoot.Combine("..", "shared"));

    /// <summary>Whether the folder is there.</summary>
    public static bool Present => Directory.Exists(Root);

    /// <summary>The path of one shared file; skips the running test when there is none.</summary>
    public static string Path(params string[] parts)
    {
        var path = System.IO.Path.Combine([Root, .. parts]);
        if (!System.IO.Path.Exists(path))
        {
            if (Environment.GetEnvironmentVariable("NITRO_REQUIRE_SHARED") == "1")
            {
                Assert.Fail($"{path} is absent, and NITRO_REQUIRE_SHARED=1 says it must not be.");
            }

            Assert.Skip($"{path} is absent: the genuine documents and published vectors lie beside the tree, not in it.");
        }

        return path;
    }

    /// <summary>The bytes of one shared file; skips the running test when there is none.</summary>
    public static byte[] Read(params string[] parts) => File.ReadAllBytes(Path(parts));

    /// <summary>The rows of attestations/index.tsv; skips the running test when there are none.</summary>
    public static IReadOnlyList<GenuineDocument> Documents()
    {
        var rows = File.ReadAllLines(Path("attestations", "index.tsv"));
        var names = rows[0].Split('\t');
        int Column(string name) => Array.IndexOf(names, name);
        return
        [
            .. rows.Skip(1).Where(row => row.Length > 0).Select(row => row.Split('\t')).Select(cells => new GenuineDocument(
                cells[Column("file")],
                cells[Column("expected")],
                long.TryParse(cells[Column("timestamp_ms")], out var time) ? time : null,
                cells[Column("module_id")])),
        ];
    }
}
