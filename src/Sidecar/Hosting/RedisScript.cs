using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Hosting;

/// <summary>One atomic step in Lua, with the digest by which a server that has seen it is asked to run it again.</summary>
internal sealed class RedisScript(string text)
{
    public string Text { get; } = text;

    /// <summary>SHA-1, as Redis names scripts; nothing rests on its strength.</summary>
#pragma warning disable CA5350 // Not ours to choose.
    public byte[] Digest { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350

    /// <summary>A script of this assembly, by its folder and name: <c>Otp.Scripts.issue.lua</c>; of several parts, in their order.</summary>
    public static RedisScript Embedded(params string[] names) => new(string.Concat(names.Select(Read)));

    /// <summary>A script that begins with the functions of <c>windows.lua</c>.</summary>
    public static RedisScript WithWindows(string name) => Embedded("Hosting.Scripts.windows.lua", name);

    private static string Read(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"Sidecar.{name}")
            ?? throw new ArgumentException($"There is no script {name} in the assembly.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
