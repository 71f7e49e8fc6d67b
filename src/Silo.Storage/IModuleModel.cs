using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>
/// One module's part of the one database model. The entity types are internal to the module, so no other module can name
/// them; the tables carry the module's prefix.
/// </summary>
public interface IModuleModel
{
    /// <summary>Adds the module's entity types and their mapping.</summary>
    void Configure(ModelBuilder model);
}
