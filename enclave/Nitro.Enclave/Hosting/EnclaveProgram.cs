using System.CommandLine;
using Nitro.CommandLines;

namespace Nitro.Enclave.Hosting;

/// <summary>
/// What every enclave executable does with its command line: start, say that it is ready, serve until it is told to stop.
/// </summary>
public static class EnclaveProgram
{
    /// <summary>How long requests under way have to end after SIGTERM or SIGINT.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Runs an enclave. One line, <c>ready ADDRESS</c>, goes to the output once it serves; the log and any error go to the error output.
    /// </summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="description">What the executable is, for its help.</param>
    /// <param name="addOptions">Adds the executable's own options to the command.</param>
    /// <param name="prepare">Makes the environment from command line and log; it may throw <see cref="EnclaveStartException"/>.</param>
    /// <param name="output">Where the ready line goes.</param>
    /// <param name="errors">Where the log and errors go.</param>
    /// <param name="stop">Stops the enclave, beside the signals.</param>
    /// <returns>The exit code: 0 stopped as asked, 2 wrong usage or unreadable model, 3 the environment.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        string description,
        Action<Command> addOptions,
        Func<ParseResult, EnclaveLog, EnclaveEnvironment> prepare,
        TextWriter output,
        TextWriter errors,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(addOptions);
        ArgumentNullException.ThrowIfNull(prepare);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        var command = new RootCommand(description);
        var options = new EnclaveOptions();
        options.AddTo(command);
        addOptions(command);
        command.Add(DescribeCommand.Create(output, errors));
        command.SetAction((parsed, cancellation) => ServeAsync(parsed, options, prepare, output, errors, cancellation));
        var parsed = command.Parse(arguments);
        if (CommandMistakes.Of(parsed) is { Count: > 0 } mistakes)
        {
            foreach (var mistake in mistakes)
            {
                Refuse(errors, mistake, EnclaveStartException.UsageExitCode);
            }

            await errors.WriteLineAsync($"Try: {command.Name} --help").ConfigureAwait(false);
            return EnclaveStartException.UsageExitCode;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTime,
        };
        return await parsed.InvokeAsync(invocation, stop).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(
        ParseResult parsed,
        EnclaveOptions options,
        Func<ParseResult, EnclaveLog, EnclaveEnvironment> prepare,
        TextWriter output,
        TextWriter errors,
        CancellationToken stop)
    {
        try
        {
            var settings = options.ReadSettings(parsed);
            var address = options.ReadAddress(parsed);
            var log = new EnclaveLog(errors, TimeProvider.System);
            var enclave = await EnclaveWorkload.StartAsync(settings, address, prepare(parsed, log), stop).ConfigureAwait(false);
            await using (enclave.ConfigureAwait(false))
            {
                await output.WriteLineAsync($"ready {address}").ConfigureAwait(false);
                await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                log.Information("stopping");
            }

            return 0;
        }
        catch (EnclaveStartException exception)
        {
            return Refuse(errors, exception.Message, exception.ExitCode);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>Says in one line why there is no enclave.</summary>
    internal static int Refuse(TextWriter errors, string message, int exitCode)
    {
        errors.WriteLine($"error: {PlainText.Clean(message, 4 * PlainText.MaximumMessage)}");
        errors.Flush();
        return exitCode;
    }
}
