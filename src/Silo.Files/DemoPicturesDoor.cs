using Microsoft.EntityFrameworkCore;
using Silo.Storage;
using SkiaSharp;

namespace Silo.Files;

/// <summary>Draws patterns whose colours follow from their names, so that each is another one and every start draws the same.</summary>
internal sealed class DemoPicturesDoor(IUnits units, IFiles files, Uploads uploads) : IDemoPictures
{
    private const int Side = 400;
    private const int Quality = 80;

    public async Task<IReadOnlyDictionary<string, string>> DrawAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var there = await units.ReadAsync(
            r => r.Query<FileRow>().Where(f => f.UserId == 0 && names.Contains(f.ShownName))
                .Select(f => new { f.ShownName, f.Name }).ToListAsync(cancellation),
            cancellation);
        var known = there.DistinctBy(f => f.ShownName).ToDictionary(f => f.ShownName, f => f.Name);
        var drawn = names.Where(n => !known.ContainsKey(n)).Select(n => new OwnPicture(n, Draw(n), Side, Side)).ToList();
        foreach (var row in await uploads.KeepAsync(drawn, cancellation))
        {
            known[row.ShownName] = row.Name;
        }

        return known.ToDictionary(f => f.Key, f => files.UrlOf(f.Value));
    }

    private static byte[] Draw(string name)
    {
        var random = new Random(name.Aggregate(17, (hash, c) => unchecked((hash * 31) + c)));
        using var surface = SKSurface.Create(new SKImageInfo(Side, Side));
        var hue = random.Next(360);
        using var ground = SKShader.CreateLinearGradient(
            new(0, 0), new(Side, Side), [SKColor.FromHsl(hue, 55, 80), SKColor.FromHsl((hue + 40) % 360, 60, 55)], SKShaderTileMode.Clamp);
        using (var paint = new SKPaint { Shader = ground })
        {
            surface.Canvas.DrawPaint(paint);
        }

        for (var i = 0; i < 6; i++)
        {
            using var paint = new SKPaint { IsAntialias = true, Color = SKColor.FromHsl((hue + random.Next(90)) % 360, 60, 65).WithAlpha(150) };
            surface.Canvas.DrawCircle(random.Next(Side), random.Next(Side), random.Next(30, 120), paint);
        }

        using var image = surface.Snapshot();
        using var encoded = image.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }
}
