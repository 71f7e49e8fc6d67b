using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The demo shop's shopper, with a profile and an address.</summary>
internal sealed class AccountsDemo(IUnits units, IUsers users, Passwords passwords, AddressesWrites addresses) : IDemoData
{
    public const string UserName = "demo";
    private const string Password = "demo-shop";

    public async Task LoadAsync(CancellationToken cancellation)
    {
        var hash = await passwords.HashAsync(Password, cancellation);
        await units.StageAsync<bool>(
            stage =>
            {
                var there = stage.Read<UserRow, string>(u => u.NormalisedName, [UserName]);
                return rows =>
                {
                    if (there.Only is null)
                    {
                        rows.Append(new UserRow
                        {
                            Id = stage.NewId(),
                            UserName = UserName,
                            NormalisedName = UserName,
                            PasswordHash = hash.Value!,
                            Nick = "演示用户",
                            Gender = (int)V1.Gender.Female,
                            Birthday = "1990-01-01",
                            Province = "广东",
                            City = "深圳",
                            ExtraJson = """{"尺码":"M"}""",
                            CreatedAt = stage.NowMs,
                        });
                    }

                    return true;
                };
            },
            cancellation);
        await addresses.AddAsync(
            (await users.DemoUserAsync(cancellation))!.Value,
            new()
            {
                LinkMan = "演示用户",
                Mobile = "13800138000",
                ProvinceId = "440000000000",
                CityId = "440300000000",
                DistrictId = "440305000000",
                StreetId = "440305007000",
                Detail = "科技园路1号",
                PostCode = "518057",
                RequestId = "demo",
            },
            cancellation);
    }
}
