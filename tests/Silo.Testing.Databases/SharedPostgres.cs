using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Silo.Testing.Databases;

/// <summary>
/// The server that test processes share. Everything about it lives in one directory under the system's temporary one:
/// <c>lock</c> guards the rest; <c>users/*</c> are files that each test process keeps locked while it lives, so the
/// operating system itself tells who is still there, even after a crash; <c>port</c> names the server that runs;
/// <c>server-*</c> holds its data. A server without a living user was left by a crashed run: whoever comes next stops
/// it and removes its data before it starts a new one.
/// </summary>
internal sealed class SharedPostgres
{
    private const string Settings = """
        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        shared_buffers = 256MB
        max_connections = 300
        max_prepared_transactions = 0
        checkpoint_timeout = 15min
        max_wal_size = 2GB
        timezone = 'UTC'
        log_timezone = 'UTC'
        """;

    private const string Unprivileged = "postgres";
    private const int Attempts = 5;
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ToolLimit = TimeSpan.FromMinutes(1);

    private readonly string binaries;
    private readonly string root;
    private readonly string users;
    private readonly string portFile;
    private FileStream? membership;

    private SharedPostgres(string binaries)
    {
        this.binaries = binaries;
        // Checkouts with other settings, and other users of the machine, have a server of their own.
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(binaries + Settings)))[..8];
        root = Path.Combine(Path.GetTempPath(), $"silo-test-postgres-{Environment.UserName}-{version}");
        users = Path.Combine(root, "users");
        portFile = Path.Combine(root, "port");
    }

    /// <summary>Joins the server, starting it where it does not run, until this process ends.</summary>
    public static async Task<string> JoinAsync(string binaries)
    {
        var shared = new SharedPostgres(binaries);
        Directory.CreateDirectory(shared.users);
        string connectionString;
        await using (await shared.LockAsync())
        {
            connectionString = await shared.EnterAsync();
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => shared.LeaveAsync().GetAwaiter().GetResult();
        return connectionString;
    }

    private static string ConnectionString(int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = "silo",
        Database = "postgres",
    }.ConnectionString;

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            var once = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 10 };
            await using var connection = new NpgsqlConnection(once.ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<string> EnterAsync()
    {
        var others = LivingUsers();
        membership = TryLock(Path.Combine(users, Guid.CreateVersion7().ToString("N")))
            ?? throw new InvalidOperationException($"A new file in {users} could not be locked.");
        if (others && File.Exists(portFile))
        {
            var running = ConnectionString(int.Parse(await File.ReadAllTextAsync(portFile), CultureInfo.InvariantCulture));
            if (await AnswersAsync(running))
            {
                return running;
            }
        }

        await StopAllAsync();
        return ConnectionString(await StartAsync());
    }

    private async Task LeaveAsync()
    {
        await using var gate = await LockAsync();
        await membership!.DisposeAsync();
        if (!LivingUsers())
        {
            await StopAllAsync();
        }
    }

    /// <summary>Whether another process uses the server; forgets those that are gone. Call it under the lock.</summary>
    private bool LivingUsers()
    {
        var living = false;
        foreach (var user in Directory.GetFiles(users))
        {
            using var free = TryLock(user);
            if (free is null)
            {
                living = true;
            }
            else
            {
                File.Delete(user);
            }
        }

        return living;
    }

    private async Task<int> StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var home = Path.Combine(root, $"server-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
            var data = Path.Combine(home, "data");
            var log = Path.Combine(home, "log");
            Directory.CreateDirectory(home);
            if (Environment.IsPrivilegedProcess)
            {
                // PostgreSQL refuses to run as root.
                Must(await Tool.RunAsync(ToolLimit, "chown", Unprivileged, home), "chown");
            }

            // Not synced: the data of a test run need not survive the machine, only the server's own crash.
            Must(
                await RunAsync(
                    "initdb", "-D", data, "-U", "silo", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"),
                "initdb");
            var port = Ports.Free();
            await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), $"\n{Settings}\nport = {port}\n");
            var (code, output) = await RunAsync("pg_ctl", "start", "-w", "-t", "50", "-D", data, "-l", log);
            if (code == 0)
            {
                await File.WriteAllTextAsync(portFile, port.ToString(CultureInfo.InvariantCulture));
                return port;
            }

            // Another process may have taken the port in between; everything else fails again, and then for good.
            if (attempt == Attempts)
            {
                var written = File.Exists(log) ? await File.ReadAllTextAsync(log) : "";
                throw new InvalidOperationException($"PostgreSQL did not start:\n{output}\n{written}");
            }

            await StopAllAsync();
        }
    }

    private async Task StopAllAsync()
    {
        File.Delete(portFile);
        foreach (var home in Directory.GetDirectories(root, "server-*"))
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!await TryRemoveAsync(home))
            {
                // A test process killed in the middle of a start leaves initdb or pg_ctl behind, which still write.
                if (TimeProvider.System.GetElapsedTime(start) > ToolLimit)
                {
                    throw new TimeoutException($"{home} could not be removed: something still writes there.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }

    private async Task<bool> TryRemoveAsync(string home)
    {
        var data = Path.Combine(home, "data");
        try
        {
            if (await IsRunningAsync(data))
            {
                Must(await RunAsync("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data), "pg_ctl stop");
            }

            Directory.Delete(home, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Whether the data has a live server; a process that merely inherited its number does not count.</summary>
    private static async Task<bool> IsRunningAsync(string data)
    {
        var pidFile = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(pidFile))
        {
            return false;
        }

        if (!Directory.Exists("/proc/self"))
        {
            return true;
        }

        var commandLine = $"/proc/{(await File.ReadAllTextAsync(pidFile)).Split('\n')[0]}/cmdline";
        return File.Exists(commandLine)
            && (await File.ReadAllTextAsync(commandLine)).Contains(data, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(binaries, program);
        return Environment.IsPrivilegedProcess
            ? Tool.RunAsync(ToolLimit, "runuser", ["-u", Unprivileged, "--", path, .. arguments])
            : Tool.RunAsync(ToolLimit, path, arguments);
    }

    private static void Must((int Code, string Output) result, string what)
    {
        if (result.Code != 0)
        {
            throw new InvalidOperationException($"{what} ended with code {result.Code}:\n{result.Output}");
        }
    }

    private async Task<FileStream> LockAsync()
    {
        var path = Path.Combine(root, "lock");
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (true)
        {
            if (TryLock(path) is { } held)
            {
                return held;
            }

            if (clock.GetElapsedTime(start) > LockLimit)
            {
                throw new TimeoutException($"{path} was held by another process for longer than {LockLimit}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), clock);
        }
    }
}
