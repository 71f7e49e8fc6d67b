using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Registers and maps the module.</summary>
public static class AccountsArea
{
    /// <summary>Adds the module's services and model.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(AccountsOptions.From(configuration));
        services.AddSingleton<IModuleModel, AccountsModel>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Logins>();
        services.AddSingleton<FirstOperator>();
        services.AddSingleton<IUsers, UsersDoor>();
        services.AddSingleton<IUserNames, UserNamesDoor>();
        services.AddSingleton<IAttempts, AttemptsDoor>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<ICallerResolver>(provider => provider.GetRequiredService<Tokens>());
        services.AddHostedService(provider => provider.GetRequiredService<Tokens>());
        services.AddSingleton<IWorkHandler, AccountPurge>();
        services.AddSingleton<IDemoData, AccountsDemo>();
        services.AddSingleton<UsersReads>();
        services.AddSingleton<UsersWrites>();
        services.AddSingleton<OperatorsReads>();
        services.AddSingleton<OperatorsWrites>();
        services.AddSingleton<ProfilesWrites>();
        services.AddSingleton<AddressesReads>();
        services.AddSingleton<AddressesWrites>();
        services.AddSingleton<AuditReads>();
        services.AddSingleton<IAddressBook, AddressBookDoor>();
        services.AddSingleton<UsersData>();
        services.AddSingleton<IPersonalData, AccountsPersonalData>();
        services.AddSiloGrpc<AccountsGrpc>();
        services.AddSiloGrpc<ProfilesGrpc>();
        services.AddSiloGrpc<AddressesGrpc>();
        services.AddSiloGrpc<AccountsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<AccountsGrpc>();
        endpoints.MapSiloGrpc<ProfilesGrpc>();
        endpoints.MapSiloGrpc<AddressesGrpc>();
        endpoints.MapSiloGrpc<AccountsAdminGrpc>();
        return endpoints;
    }

    /// <summary>Makes the first operator where there is none, and says whether it did; awaited after the migration.</summary>
    /// <exception cref="InvalidOperationException">There is none and the configuration names none.</exception>
    public static Task<bool> EnsureFirstOperatorAsync(this IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<FirstOperator>().EnsureAsync(cancellation);
}
