using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Grpc.Net.Client;

namespace Silo.Testing;

/// <summary>
/// The built server as a process of its own, on free loopback ports, in a directory of its own. It can be killed,
/// terminated and started again over the same data and ports.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Keeps the directories of servers (data and log) where it is set to 1.</summary>
    public const string KeepVariable = "SILO_TEST_KEEP";

    /// <summary>Names the server's assembly where it is not the one that was built beside the tests.</summary>
    public const string ProgramVariable = "SILO_TEST_SERVER";

    /// <summary>The first operator of servers with <see cref="Sqlite"/> or <see cref="PostgreSql"/> settings.</summary>
    public const string OperatorUserName = "owner";

    /// <summary>That operator's password; not a secret, its servers answer this machine only and live for one test.</summary>
    public const string OperatorPassword = "a password for tests 1";

    private const int Terminate = 15;
    private const int Attempts = 3;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly string[] Ambient =
        ["Silo__", "Kestrel__", "ConnectionStrings__", "Logging__", "ASPNETCORE_", "DOTNET_ENVIRONMENT"];

    private readonly Dictionary<string, string> settings;
    private readonly ServerOutput output;
    private Process? process;

    private ServerProcess(IEnumerable<KeyValuePair<string, string>> settings)
    {
        HomeDirectory = Directory.CreateTempSubdirectory("silo-server-").FullName;
        output = new ServerOutput(Path.Combine(HomeDirectory, "output.log"));
        this.settings = new(settings.Select(setting => KeyValuePair.Create(Variable(setting.Key), setting.Value)));
        this.settings.TryAdd("Silo__DataDirectory", Path.Combine(HomeDirectory, "data"));
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    /// <summary>HTTP/1.1: gRPC-Web, the facade, health and metrics.</summary>
    public Uri Http { get; private set; } = new("http://127.0.0.1");

    /// <summary>gRPC over HTTP/2 in clear text.</summary>
    public Uri Grpc { get; private set; } = new("http://127.0.0.1");

    /// <summary>The directory that the server is started in; removed with this object.</summary>
    public string HomeDirectory { get; }

    /// <summary>Where its embedded database and other local files are.</summary>
    public string DataDirectory => settings["Silo__DataDirectory"];

    /// <summary>Everything that it has printed, over all its starts.</summary>
    public string LogFile => output.File;

    /// <summary>The newest lines that it has printed.</summary>
    public string Output => output.Newest;

    /// <summary>The number of the process that runs or ran last.</summary>
    public int ProcessId => Current.Id;

    private static string Program => Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } given
        ? given
        : typeof(ServerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "SiloServer").Value!;

    private Process Current => process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="settings">Configuration keys, with <c>:</c> or <c>__</c>, and their values.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerStartException">It ended, or was not ready in time; the message has what it printed.</exception>
    public static async Task<ServerProcess> StartAsync(
        IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var server = new ServerProcess(settings);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                server.ChoosePorts();
                try
                {
                    await server.StartAgainAsync(cancellation);
                    return server;
                }
                catch (ServerStartException exception)
                    when (attempt < Attempts && exception.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
                {
                    // Somebody else took a port between the choice and the start.
                }
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a server that is expected to end by itself, and returns its exit code and what it printed.</summary>
    /// <param name="settings">Configuration keys, with <c>:</c> or <c>__</c>, and their values.</param>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="TimeoutException">It still ran after two minutes.</exception>
    public static async Task<(int Code, string Output)> RunToExitAsync(
        IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await using var server = new ServerProcess(settings);
        server.ChoosePorts();
        server.Launch(arguments);
        await server.ExitAsync(StartLimit, CancellationToken.None);
        return (server.Current.ExitCode, server.Output);
    }

    /// <summary>Starts a server and kills it (SIGKILL) after a delay, however far it is then; returns what it printed.</summary>
    public static async Task<string> KillDuringStartAsync(
        IEnumerable<KeyValuePair<string, string>> settings, TimeSpan delay, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await using var server = new ServerProcess(settings);
        server.ChoosePorts();
        server.Launch();
        await Task.Delay(delay, TimeProvider.System, cancellation);
        await server.KillAsync();
        return server.Output;
    }

    /// <summary>Settings of a server on the embedded database, with an operator.</summary>
    public static Dictionary<string, string> Sqlite() => new()
    {
        ["Silo__Database__Provider"] = "Sqlite",
        ["Silo__Operator__UserName"] = OperatorUserName,
        ["Silo__Operator__Password"] = OperatorPassword,
    };

    /// <summary>Settings of a server on PostgreSQL, with an operator.</summary>
    public static Dictionary<string, string> PostgreSql(string connectionString) => new()
    {
        ["Silo__Database__Provider"] = "PostgreSql",
        ["ConnectionStrings__Silo"] = connectionString,
        ["Silo__Operator__UserName"] = OperatorUserName,
        ["Silo__Operator__Password"] = OperatorPassword,
    };

    /// <summary>A channel for the generated clients; the caller disposes it.</summary>
    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Grpc);

    /// <summary>Kills exactly this process at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        Current.Kill(entireProcessTree: false);
        await ExitAsync(StopLimit, CancellationToken.None);
    }

    /// <summary>Asks it to end (SIGTERM), waits until it has, and returns its exit code.</summary>
    /// <exception cref="TimeoutException">It had not ended after a minute; it was killed then.</exception>
    public async Task<int> TerminateAsync()
    {
        if (!Current.HasExited && Signal(Current.Id, Terminate) != 0)
        {
            throw new InvalidOperationException($"SIGTERM could not be sent to {Current.Id}.");
        }

        await ExitAsync(StopLimit, CancellationToken.None);
        return Current.ExitCode;
    }

    /// <summary>Starts it again after it has ended, with the same settings, data and ports.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        if (!Current.HasExited)
        {
            throw new InvalidOperationException("Kill or terminate the server before starting it again.");
        }

        await StartAgainAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        if (process is { HasExited: false })
        {
            await KillAsync();
        }

        process?.Dispose();
        output.Dispose();
        if (Environment.GetEnvironmentVariable(KeepVariable) != "1" && Directory.Exists(HomeDirectory))
        {
            Directory.Delete(HomeDirectory, recursive: true);
        }
    }

    // The process is always our own child, so its number cannot have been given to another one before it was awaited.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);

    private void ChoosePorts()
    {
        Http = new($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");
        do
        {
            Grpc = new($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");
        }
        while (Grpc == Http);
    }

    private async Task StartAgainAsync(CancellationToken cancellation)
    {
        Launch();
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        using var client = new HttpClient { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(10) };
        while (!await IsReadyAsync(client, cancellation))
        {
            if (Current.HasExited)
            {
                await ExitAsync(StopLimit, cancellation);
                throw new ServerStartException($"The server ended with code {Current.ExitCode}:\n{Output}");
            }

            if (clock.GetElapsedTime(start) > StartLimit)
            {
                await KillAsync();
                throw new ServerStartException($"The server was not ready after {StartLimit}:\n{Output}");
            }

            await Task.Delay(Poll, clock, cancellation);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Launch(params string[] arguments)
    {
        if (!File.Exists(Program))
        {
            throw new ServerStartException($"{Program} is not built.");
        }

        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program, .. arguments])
        {
            WorkingDirectory = HomeDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the developer's own shell says about a server must not reach the tests'.
        foreach (var ambient in start.Environment.Keys.Where(IsConfiguration).ToArray())
        {
            start.Environment.Remove(ambient);
        }

        start.Environment["Kestrel__Endpoints__Http__Url"] = Http.ToString();
        start.Environment["Kestrel__Endpoints__Grpc__Url"] = Grpc.ToString();
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        process?.Dispose();
        process = new Process { StartInfo = start };
        process.OutputDataReceived += output.Keep;
        process.ErrorDataReceived += output.Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>How the environment spells a configuration key.</summary>
    private static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    private static bool IsConfiguration(string variable) =>
        Ambient.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Waits for the end of the process and of its output; kills it when that takes too long.</summary>
    private async Task ExitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await Current.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Current.Kill(entireProcessTree: false);
            throw new TimeoutException($"The server had not ended after {limit}:\n{Output}");
        }
    }

    private void KillAtExit(object? sender, EventArgs arguments)
    {
        // The test process ends without having disposed this: a server must not outlive its test run.
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: false);
        }
    }
}

/// <summary>The server did not become ready.</summary>
public sealed class ServerStartException(string message) : Exception(message);
