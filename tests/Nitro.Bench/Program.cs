using Nitro.Bench;

return Ratios.Run(args);
