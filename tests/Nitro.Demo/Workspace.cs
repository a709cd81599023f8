using Nitro.Testing;

namespace Nitro.Demo;

/// <summary>The folder in which the demo leaves its files: .demo in the source tree, made anew each time but for the simulated PKI.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly FileStream _lock;
    private string? _sockets;

    private Workspace(string root, FileStream ownership)
    {
        Root = root;
        _lock = ownership;
    }

    public string Root { get; }

    public string Pki => Path.Combine(Root, "pki");

    public string Store => Path.Combine(Root, "store");

    public string Evidence => Path.Combine(Root, "evidence");

    public string Policy => Path.Combine(Root, "policy.json");

    /// <summary>A path as the user would type it from the root of the tree.</summary>
    public static string Relative(string path) => Path.GetRelativePath(RepositoryRoot.Path, path);

    /// <exception cref="DemoException">Another demo uses the folder.</exception>
    public static Workspace Create()
    {
        var root = RepositoryRoot.Combine(".demo");
        Directory.CreateDirectory(root);
        var workspace = new Workspace(root, Own(root));
        foreach (var folder in new[] { workspace.Store, workspace.Evidence })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        Directory.CreateDirectory(workspace.Evidence);
        return workspace;
    }

    /// <summary>The path of an enclave's socket. It lies in the temporary folder, since a socket's path may have 107 bytes and the tree may lie deeper.</summary>
    public string Socket(string name)
    {
        _sockets ??= Directory.CreateTempSubdirectory("nitro-demo-").FullName;
        return Path.Combine(_sockets, name + ".sock");
    }

    public void Dispose()
    {
        if (_sockets is not null)
        {
            Directory.Delete(_sockets, recursive: true);
        }

        _lock.Dispose();
    }

    private static FileStream Own(string root)
    {
        try
        {
            return new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DemoException($"another demo is using {root}: wait for it, or stop it");
        }
        catch (UnauthorizedAccessException)
        {
            throw new DemoException($"{root} belongs to another user: remove it, or run the demo as that user");
        }
    }
}
