using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Recovery;
using Sidecar.Upstream;

namespace Sidecar.Pages;

/// <summary>Carries a <see cref="PageState"/> sealed in a cookie; the only place that knows its bytes.</summary>
/// <param name="sealer">Hides and authenticates it.</param>
/// <param name="options">Whether cookies are Secure.</param>
/// <param name="clock">The process's clock.</param>
internal sealed class PageCookie(Sealer sealer, RecoveryOptions options, TimeProvider clock)
{
    private const byte Layout = 1;
    private const int LongestText = 4096;

    /// <summary>Longer than a code lives, a lock lasts by default, and anybody looks for a mail.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>A finished recovery is shown no longer than a reload needs: who comes back later wants to begin.</summary>
    private static readonly TimeSpan DoneLifetime = TimeSpan.FromMinutes(2);

    /// <summary>The state of somebody who comes without one.</summary>
    public static PageState New() => new() { Id = RandomNumberGenerator.GetHexString(32, lowercase: true), Run = NewRun() };

    public static string NewRun() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Null where there is none, or none of ours, or it ended.</summary>
    public PageState? Read(HttpRequest request, ClientAddress client, PageJourney journey)
    {
        var text = request.Cookies[Name(client, journey)];
        if (string.IsNullOrEmpty(text) || text.Length > LongestText || !Base64Url.IsValid(text)
            || !sealer.TryOpen(Label(journey), Base64Url.DecodeFromChars(text), out var plain))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(plain), Encoding.UTF8);
            // A newer release may know steps that this one has no page for.
            return reader.ReadByte() == Layout && Read(reader) is { Step: >= PageStep.Address and <= PageStep.Done } state && state.Ends > clock.GetUtcNow() ? state : null;
        }
        catch (IOException)
        {
            // Sealed by us, but by a release whose cookies read otherwise.
            return null;
        }
    }

    public void Write(HttpContext context, ClientAddress client, PageJourney journey, PageState state)
    {
        state = state with { Ends = clock.GetUtcNow() + (state.Step == PageStep.Done ? DoneLifetime : Lifetime) };
        context.Response.Cookies.Append(
            Name(client, journey),
            Base64Url.EncodeToString(sealer.Seal(Label(journey), Bytes(state))),
            new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = IsSecure(client) });
    }

    private static byte[] Bytes(PageState state)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(Layout);
            writer.Write(state.Id);
            writer.Write(state.Run);
            writer.Write((byte)state.Step);
            writer.Write(state.Address);
            writer.Write(state.Language);
            writer.Write(state.Notice.Key);
            writer.Write(state.Notice.Until.UtcTicks);
            writer.Write(state.ResendAt.UtcTicks);
            writer.Write(state.LockedUntil.UtcTicks);
            writer.Write(state.Ends.UtcTicks);
        }

        return stream.ToArray();
    }

    private static PageState Read(BinaryReader reader) => new()
    {
        Id = reader.ReadString(),
        Run = reader.ReadString(),
        Step = (PageStep)reader.ReadByte(),
        Address = reader.ReadString(),
        Language = reader.ReadString(),
        Notice = new(reader.ReadString(), Instant(reader)),
        ResendAt = Instant(reader),
        LockedUntil = Instant(reader),
        Ends = Instant(reader),
    };

    private static DateTimeOffset Instant(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static string Label(PageJourney journey) => $"page/{journey.Name}";

    private string Name(ClientAddress client, PageJourney journey) => IsSecure(client) ? OwnCookies.HostPrefix + journey.Cookie : journey.Cookie;

    private bool IsSecure(ClientAddress client) => options.SecureCookie ?? client.IsHttps;
}
