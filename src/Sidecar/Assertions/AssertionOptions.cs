using System.Buffers;
using Sidecar.Hosting;

namespace Sidecar.Assertions;

/// <summary>How the app is told, by signed assertions, what was proven.</summary>
/// <param name="Keys">
/// The first signs, all are published. Empty: nothing is asserted.
/// <c>assertion.keys[].id</c>: a name for the key, by which the app finds it. Keys are required with <c>generic</c> and with <c>verification.assert.paths</c>.
/// <c>assertion.keys[].file</c>: PEM file, relative to the settings, of an EC private key on P-256.
/// <c>assertion.keys[].pem</c>: its text, instead of the file.
/// <c>assertion.keys[].secret</c>: with hs256, base64 of at least 32 bytes.
/// <c>assertion.algorithm</c>: <c>es256</c> (a key pair) or <c>hs256</c> (a secret that the app holds too).
/// </param>
/// <param name="Issuer"><c>assertion.issuer</c>: <c>iss</c>, which the app checks. Default <c>sidecar</c>.</param>
/// <param name="Audience"><c>assertion.audience</c>: <c>aud</c>, which the app must check. Default <c>app</c>.</param>
/// <param name="Header"><c>assertion.header</c>: a request header of its own: letters, digits, dashes. Never taken from clients. Default <c>Sidecar-Assertion</c>.</param>
/// <param name="Lifetime"><c>assertion.lifetime</c>: from <c>iat</c> to <c>exp</c>. 5s to 60s; default 60s.</param>
internal sealed record AssertionOptions(IReadOnlyList<AssertionKey> Keys, string Issuer, string Audience, string Header, TimeSpan Lifetime)
{
    public const string Section = "assertion";

    private static readonly SearchValues<char> HeaderLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary>What requests carry anyway: taken from clients, their own words would be lost.</summary>
    private static readonly string[] NotOurs =
    [
        "host", "connection", "authorization", "cookie", "origin", "referer", "range", "upgrade", "trailer", "expect", "from", "date", "via", "te",
        "keep-alive", "transfer-encoding", "user-agent", "cache-control", "sidecar-ticket", "forwarded", "x-real-ip", "proxy-authorization",
    ];

    private static readonly string[] NotOursBeginnings = ["content-", "accept", "if-", "sec-", "x-forwarded-", "access-control-"];

    /// <param name="root">All settings.</param>
    /// <param name="directory">The folder of the settings; relative paths start there.</param>
    /// <param name="defaultHeader">The header where none is named.</param>
    public static AssertionOptions Read(SettingsSection root, string directory, string defaultHeader)
    {
        var section = root.Section(Section);
        return new(
            AssertionKeyReader.Read(section, directory),
            Text(section, "issuer", "sidecar"),
            Text(section, "audience", "app"),
            ReadHeader(section, defaultHeader),
            section.Duration("lifetime", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)));
    }

    private static string Text(SettingsSection section, string key, string fallback) => section.Text(key, fallback) is { Length: > 0 } text ? text : fallback;

    private static string ReadHeader(SettingsSection section, string fallback)
    {
        var name = Text(section, "header", fallback).Trim();
        if (name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && !name.AsSpan().ContainsAnyExcept(HeaderLetters)
            && !NotOurs.Contains(name, StringComparer.OrdinalIgnoreCase) && !NotOursBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)))
        {
            return name;
        }

        section.Reject("header", "is no name for a header of the sidecar's own", $"write letters, digits and dashes that no other header has, such as {fallback}");
        return fallback;
    }
}
