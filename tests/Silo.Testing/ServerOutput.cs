using System.Diagnostics;

namespace Silo.Testing;

/// <summary>What a server prints: the newest lines in memory, everything in a file.</summary>
internal sealed class ServerOutput : IDisposable
{
    private const int MaxLines = 2_000;
    private readonly Lock gate = new();
    private readonly Queue<string> lines = new();
    private readonly StreamWriter writer;
    private bool closed;

    public ServerOutput(string file)
    {
        File = file;
        // Tests read the file while it is written.
        writer = new StreamWriter(new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
    }

    public string File { get; }

    public string Newest
    {
        get
        {
            lock (gate)
            {
                return string.Join('\n', lines);
            }
        }
    }

    public void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (gate)
        {
            if (line.Data is null || closed)
            {
                return;
            }

            writer.WriteLine(line.Data);
            lines.Enqueue(line.Data);
            if (lines.Count > MaxLines)
            {
                lines.Dequeue();
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            writer.Dispose();
        }
    }
}
