using System.Runtime.InteropServices;
using Nitro.Demo;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var screen = new Screen(Console.Out, colour: !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
try
{
    await new Demonstration(screen, Workspace.Create()).RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    screen.Line();
    screen.Line("Stopped; the enclaves and the host that were started are gone.");
    return 130;
}
catch (DemoException exception)
{
    Console.Error.WriteLine($"make demo: {exception.Message}");
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
