using Nitro.Models.Train;

var program = new TrainingProgram(Console.Out, Console.Error, errorIsTerminal: !Console.IsErrorRedirected, TimeProvider.System);
return (int)program.Run(args, TrainingPlan.Committed);
