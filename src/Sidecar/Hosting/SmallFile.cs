namespace Sidecar.Hosting;

/// <summary>
/// Reads files that are small when they are what they should be. Whatever else stands in such a place by mistake must not take
/// the memory of the process that carries the app's traffic.
/// </summary>
internal static class SmallFile
{
    /// <summary>More than any settings or certificates are.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>What a file holds, behind whatever links; null when that is longer than it may be.</summary>
    public static byte[]? Bytes(string path, int most = MostBytes)
    {
        using var file = File.OpenRead(path);
        if (file.CanSeek && file.Length > most)
        {
            return null;
        }

        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The same as text.</summary>
    public static string? Text(string path, int most = MostBytes)
    {
        if (Bytes(path, most) is not { } bytes)
        {
            return null;
        }

        using var reader = new StreamReader(new MemoryStream(bytes));
        return reader.ReadToEnd();
    }
}
