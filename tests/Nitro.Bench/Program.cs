using Nitro.Bench;

return args is ["--details", ..] ? Details.Run(args[1..]) : Ratios.Run(args);
