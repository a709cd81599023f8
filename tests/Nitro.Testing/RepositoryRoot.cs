namespace Nitro.Testing;

/// <summary>Where the source tree lies, found from where the test binary lies.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds Nitro.sln.</summary>
    public static string Path { get; } = Find();

    /// <summary>A path below the root.</summary>
    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Nitro.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Nitro.sln: run the tests from the source tree.");
    }
}
