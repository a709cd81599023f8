using Nitro.Verifier.Fuzz;
using Nitro.Verifier.Fuzz.Kinds;

return new FuzzCommand(SeedKinds.All(), Console.Out, TimeProvider.System).Run(args);
