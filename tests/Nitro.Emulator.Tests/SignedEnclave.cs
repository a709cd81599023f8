using Nitro.Eif;

namespace Nitro.Emulator.Tests;

/// <summary>One boot of the signed production image, shared by the tests that do not harm it.</summary>
public sealed class SignedEnclave : IAsyncLifetime
{
    private readonly Folder _folder = new();

    private Emulator? _emulator;

    /// <summary>The machine; a test that asks for it is skipped where there is none.</summary>
    internal Emulator Emulator => _emulator ?? throw new InvalidOperationException($"no machine for {Emulator.Image}");

    internal EifMeasurements Measurements { get; private set; } = null!;

    internal string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    /// <summary>A line for docs/performance.md, printed by make test-emulator.</summary>
    internal void Report(string line) => File.AppendAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Emulator.Image)!, "emulator.txt"), line + "\n");

    public async ValueTask InitializeAsync()
    {
        // A fixture cannot skip; its tests do.
        if (!Emulator.IsSetUp)
        {
            return;
        }

        var signed = Path("signed.eif");
        Images.Sign(Emulator.Image, signed);
        Measurements = Images.Read(signed).Measurements;
        _emulator = await Emulator.BootEnclaveAsync(signed, Path("vm"), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_emulator is not null)
        {
            await _emulator.DisposeAsync();
        }

        _folder.Dispose();
    }
}
