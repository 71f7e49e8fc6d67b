using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Files;

/// <summary>Registers and maps the module.</summary>
public static class FilesArea
{
    /// <summary>Adds the module's services and model.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static IServiceCollection AddFiles(this IServiceCollection services, IConfiguration configuration)
    {
        var options = FilesOptions.From(configuration);
        services.AddSingleton(options);
        services.AddSingleton<IModuleModel, FilesModel>();
        services.AddSingleton<IFileStore>(_ => options.S3 is { } s3 ? new S3FileStore(s3) : new LocalFileStore(options));
        services.AddSingleton<IFiles, FilesDoor>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<IDemoPictures, DemoPicturesDoor>();
        services.AddSingleton<FilesReads>();
        services.AddSingleton<FilesWrites>();
        services.AddSingleton<FileServing>();
        services.AddSingleton<IPersonalData, FilesPersonalData>();
        services.AddSingleton<IWorkHandler, FileTidying>();
        services.AddSingleton<IWorkHandler, FileExpiry>();
        services.AddSingleton<IWorkHandler, FileCleaningStart>();
        services.AddSingleton<IWorkHandler, FileCleaning>();
        services.AddSiloGrpc<FilesGrpc>();
        services.AddSiloGrpc<FilesAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs, and the files themselves.</summary>
    public static IEndpointRouteBuilder MapFiles(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<FilesGrpc>();
        endpoints.MapSiloGrpc<FilesAdminGrpc>();
        endpoints.MapMethods(
            FilesRules.Path + "{name}",
            [HttpMethods.Get, HttpMethods.Head],
            (string name, HttpContext http, FileServing serving) => serving.ServeAsync(name, http));
        return endpoints;
    }
}
