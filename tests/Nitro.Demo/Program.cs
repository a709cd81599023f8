using System.Runtime.InteropServices;
using Nitro.Demo;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var screen = new Screen(Console.Out, colour: !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
try
{
    using var workspace = Workspace.Create();
    await new Demonstration(screen, workspace).RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    screen.Line();
    screen.Line("Stopped; the enclaves and the host that were started are gone.");
    return 130;
}
catch (Exception exception) when (exception is DemoException or InvalidOperationException or HttpRequestException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"make demo: {exception.Message}");
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
