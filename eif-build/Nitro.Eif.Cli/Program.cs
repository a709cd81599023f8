using Nitro.Eif.Cli;

return new CommandLine(TimeProvider.System, !Console.IsErrorRedirected).Run(args, Console.Out, Console.Error, Console.OpenStandardInput());
