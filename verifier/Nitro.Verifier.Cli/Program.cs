using Nitro.Verifier.Cli;

return CommandLine.Build(TimeProvider.System).Run(args, Console.Out, Console.Error, Console.OpenStandardInput());
