using System.Text.Json.Nodes;

namespace Silo.Storage;

/// <summary>
/// What a module holds of shoppers: every module with rows that name one registers this, so that all of it can be exported
/// and what is personal can be erased.
/// </summary>
public interface IPersonalData
{
    /// <summary>Names the module in an export, such as <c>wallets</c>.</summary>
    string Name { get; }

    /// <summary>Everything that the module holds of a shopper, in the shape of the API's messages.</summary>
    Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation);

    /// <summary>
    /// Erases what is personal, in the unit that deletes the account; done twice it changes nothing more. What must stay
    /// stays under the user id alone.
    /// </summary>
    Task EraseAsync(Unit unit, long userId, CancellationToken cancellation);
}
