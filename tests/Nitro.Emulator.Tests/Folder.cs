namespace Nitro.Emulator.Tests;

/// <summary>A temporary folder with a short path, since Unix sockets lie in it.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ne-").FullName;

    public static string operator /(Folder folder, string name) => System.IO.Path.Combine(folder.Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
