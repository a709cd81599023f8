using Nitro.Host;

return await CommandLine.RunAsync(args, Console.Error);
