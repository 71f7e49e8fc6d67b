using Silo.Storage;

namespace Silo.Modules.Tests;

/// <summary>Runs a handler as the runner does.</summary>
internal static class WorkCalls
{
    /// <summary>Runs an item with its payload as it is stored.</summary>
    public static Task<WorkOutcome> RunAsync<TPayload>(this WorkHandler<TPayload> handler, string key, TPayload payload, int attempt = 1)
    {
        IWorkHandler runner = handler;
        return runner.RunAsync(new WorkItem(runner.Kind, key, 0, attempt), Payloads.Write(payload), CancellationToken.None);
    }

    /// <summary>Runs recurring work once.</summary>
    public static Task<WorkOutcome> RunAsync(this RecurringWork work) => work.RunAsync("recurring", NoPayload.Value);
}
