using Nitro.Eif;

namespace Nitro.Emulator.Tests;

/// <summary>One boot of the signed production image, shared by the tests that do not harm it.</summary>
public sealed class SignedEnclave : IAsyncLifetime
{
    private readonly Folder _folder = new();

    internal Emulator Emulator { get; private set; } = null!;

    internal EifMeasurements Measurements { get; private set; } = null!;

    internal string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    /// <summary>A line for docs/performance.md, printed by make test-emulator.</summary>
    internal void Report(string line) => File.AppendAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Emulator.Image)!, "emulator.txt"), line + "\n");

    public async ValueTask InitializeAsync()
    {
        var signed = Path("signed.eif");
        Images.Sign(Emulator.Image, signed);
        Measurements = Images.Read(signed).Measurements;
        Emulator = await Emulator.BootEnclaveAsync(signed, Path("vm"), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Emulator is not null)
        {
            await Emulator.DisposeAsync();
        }

        _folder.Dispose();
    }
}
