using Nitro.Host;

return await ServeCommand.BuildRoot().Parse(args).InvokeAsync();
