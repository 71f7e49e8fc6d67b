namespace Silo.Storage;

/// <summary>Where tests break or hold up a group commit and what it is decided on. Nothing is set in production.</summary>
internal sealed class CommitFaults
{
    /// <summary>Runs before anything is sent; throwing is a certain rollback.</summary>
    public Action? BeforeSend { get; set; }

    /// <summary>Runs while the answer to the commit is outstanding; throwing loses the answer.</summary>
    public Func<Task, Task>? AfterSend { get; set; }

    /// <summary>Runs after the commit is durable and before anybody knows; throwing loses the answer.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>Runs between a read of states and its use; what it awaits keeps the answer back.</summary>
    public Func<Task>? AfterStateRead { get; set; }
}

/// <summary>A unique key of an appended row is taken, or the guard of an update failed; the transaction is over.</summary>
internal sealed class ConflictException(Exception? inner = null) : Exception("What the rows were based on has moved.", inner);
