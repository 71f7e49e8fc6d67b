using Silo.Storage;

namespace Silo.Accounts;

/// <summary>What another module does when a shopper registers; every module that does something registers one.</summary>
public interface IOnRegistered
{
    /// <summary>
    /// Runs in the unit that adds the account. What it gives belongs into a work row, so that nothing that is given can
    /// fail the registration.
    /// </summary>
    /// <param name="unit">The registration's unit.</param>
    /// <param name="userId">Who registered.</param>
    /// <param name="referrerId">Who invited them; 0 for nobody.</param>
    /// <param name="cancellation">Abandons the unit.</param>
    Task RegisteredAsync(Unit unit, long userId, long referrerId, CancellationToken cancellation);
}
