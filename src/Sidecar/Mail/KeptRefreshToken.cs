using System.Buffers;
using System.Text.Json;

namespace Sidecar.Mail;

/// <summary>
/// The file in which a refresh token outlives the process that got it: a provider that exchanges them at every use takes the
/// configured one only once. It counts only for the sign-in it comes from, so that a new one in the settings wins.
/// </summary>
internal static class KeptRefreshToken
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The token kept for <paramref name="options"/>; null where there is none, or none that can be read.</summary>
    public static string? Read(OAuth2Options options)
    {
        if (options.RefreshTokenFile is not { } file)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            return root.TryGetProperty("origin", out var origin) && origin.ValueEquals(options.Origin)
                && root.TryGetProperty("refresh_token", out var token) && token.GetString() is { Length: > 0 } kept ? kept : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Keeps <paramref name="token"/> in one step: whoever reads sees the old one or the new one. False where that fails.</summary>
    public static bool TryWrite(OAuth2Options options, string token)
    {
        if (options.RefreshTokenFile is not { } file)
        {
            return true;
        }

        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteString("origin", options.Origin);
            json.WriteString("refresh_token", token);
            json.WriteEndObject();
        }

        var draft = DraftOf(file);
        try
        {
            using (var stream = Create(draft))
            {
                stream.Write(content.WrittenSpan);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Remove(draft);
            return false;
        }
    }

    /// <summary>What is in the way of writing <paramref name="file"/>; null when nothing is.</summary>
    public static string? Obstacle(string file)
    {
        if (Directory.Exists(file))
        {
            return "is a folder";
        }

        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            return "lies in a folder that does not exist";
        }

        var draft = DraftOf(file);
        try
        {
            Create(draft).Dispose();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "lies in a folder that cannot be written to";
        }
        finally
        {
            Remove(draft);
        }
    }

    /// <summary>Beside the file, since only there the move is one step; of this process, since replicas may share the folder.</summary>
    private static string DraftOf(string file) => $"{file}.{Environment.ProcessId}.tmp";

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It could not be made either.
        }
    }
}
