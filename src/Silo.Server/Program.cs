using Silo.Server;

return await SiloServer.RunAsync(args);
