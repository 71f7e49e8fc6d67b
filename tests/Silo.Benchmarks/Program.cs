using Silo.Benchmarks;

return args is ["serve", ..] ? await ServeRole.RunAsync(args[1..]) : await Driver.RunAsync(args);
