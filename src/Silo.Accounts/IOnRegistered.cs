using Silo.Storage;

namespace Silo.Accounts;

/// <summary>What another module does when a shopper registers; every module that does something registers one.</summary>
public interface IOnRegistered
{
    /// <summary>
    /// Adds to what is written with the account. What it gives belongs into a work row, so that nothing that is given can
    /// fail the registration.
    /// </summary>
    /// <param name="rows">What the registration writes.</param>
    /// <param name="userId">Who registered.</param>
    /// <param name="referrerId">Who invited them; 0 for nobody.</param>
    /// <param name="nowMs">When, in unix milliseconds.</param>
    void Registered(Rows rows, long userId, long referrerId, long nowMs);
}
