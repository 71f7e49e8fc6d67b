using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Points;

/// <summary>Something that happened to a user and for which the shop may give points.</summary>
public sealed record PointsGrant
{
    /// <summary>Who gets the points.</summary>
    public required long UserId { get; init; }

    /// <summary>What happened.</summary>
    public required PointsEvent Event { get; init; }

    /// <summary>What it happened to, such as <c>order:12</c>; unique within the event; at most 32 characters.</summary>
    public required string Reference { get; init; }

    /// <summary>The amount that decides between the rules of the event, in cents; 0 for none.</summary>
    public long AmountCents { get; init; }

    /// <summary>A note for the user; may be empty.</summary>
    public string Remark { get; init; } = "";
}

/// <summary>The door through which other modules give points by the shop's rules. It stages, see <see cref="Stage"/>.</summary>
public interface IPoints
{
    /// <summary>Gives what the rules say of an event, once: a repeat is answered as the first.</summary>
    /// <param name="stage">The command.</param>
    /// <param name="grant">What happened.</param>
    /// <returns>
    /// Decides, and answers the points, 0 where no rule is met or the day's limit is reached; or
    /// <see cref="WalletsRefusals.WalletFull"/>.
    /// </returns>
    Func<Rows, Result<long>> Grant(Stage stage, PointsGrant grant);

    /// <summary>
    /// Takes points back in proportion, because so much of the amount was: in all, so that a repeat takes nothing. Of an
    /// event without an amount they go back whole. What the user no longer has becomes a debt, which their next points pay.
    /// </summary>
    /// <param name="stage">The command.</param>
    /// <param name="userId">Whom the points were given to.</param>
    /// <param name="happened">What the points were given for.</param>
    /// <param name="reference">The reference of the grant; of one that gave nothing nothing is taken.</param>
    /// <param name="backCents">How much of the grant's amount was given back in all, in cents.</param>
    /// <returns>
    /// Decides, and answers the points that this call took; or <see cref="WalletsRefusals.WalletFull"/> where the debt were
    /// too large.
    /// </returns>
    Func<Rows, Result<long>> TakeBack(Stage stage, long userId, PointsEvent happened, string reference, long backCents);
}
