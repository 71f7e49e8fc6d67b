using Microsoft.EntityFrameworkCore;

namespace Silo.Storage;

/// <summary>
/// One room's part of the one database model. The entity types are internal to the room, so no other room can name
/// them; the tables carry the room's prefix.
/// </summary>
public interface IRoomModel
{
    /// <summary>Adds the room's entity types and their mapping.</summary>
    void Configure(ModelBuilder model);
}
