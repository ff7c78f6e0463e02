using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Hosting;

/// <summary>
/// One atomic step in Lua, with the digest by which a server that has seen it is asked to run it again. Read by its first use:
/// many are for flows that a process may not see for days.
/// </summary>
internal sealed class RedisScript
{
    private readonly Lazy<(string Text, byte[] Digest)> _content;

    public RedisScript(string text)
        : this(() => text)
    {
    }

    private RedisScript(Func<string> read) => _content = new(() =>
    {
        var text = read();
        return (text, DigestOf(text));
    });

    public string Text => _content.Value.Text;

    /// <summary>SHA-1, as Redis names scripts; nothing rests on its strength.</summary>
    public byte[] Digest => _content.Value.Digest;

    /// <summary>A script of this assembly, by its folder and name: <c>Otp.Scripts.issue.lua</c>; of several parts, in their order.</summary>
    public static RedisScript Embedded(params string[] names) => new(() => string.Concat(names.Select(Read)));

    /// <summary>A script that begins with the functions of <c>windows.lua</c>.</summary>
    public static RedisScript WithWindows(string name) => Embedded("Hosting.Scripts.windows.lua", name);

#pragma warning disable CA5350 // Not ours to choose.
    private static byte[] DigestOf(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350

    private static string Read(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"Sidecar.{name}")
            ?? throw new ArgumentException($"There is no script {name} in the assembly.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
