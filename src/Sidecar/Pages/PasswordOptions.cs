using System.Security.Cryptography;
using Sidecar.Contracts;
using Sidecar.Hosting;

namespace Sidecar.Pages;

/// <summary>What <c>pages.password</c> says. It holds for the pages alone: what comes by the API is encrypted for the app.</summary>
internal sealed record PasswordOptions
{
    public const string Section = "password";

    private const string KeyFile = "public.pem";

    /// <summary><c>pages.password.min_length</c>: fewest characters of a new password. 8 to 64, default 8.</summary>
    public int MinLength { get; init; } = 8;

    /// <summary><c>pages.password.common</c>: <c>refuse</c> (default) or <c>allow</c> passwords that everybody tries first.</summary>
    public bool RefusesCommon { get; init; } = true;

    /// <summary>
    /// <c>pages.password.encoding</c>: <c>ragflow-rsa</c> (as RAGFlow's frontend does; to <c>ragflow-v1-single</c>, which decrypts nothing, without the RSA), or <c>plain</c>, which is the default to the generic contract.
    /// <c>pages.password.public_key</c>: PEM file of the app's public key. Default: <c>public.pem</c> beside the settings, else the key that RAGFlow ships.
    /// </summary>
    public PasswordEncoding? Encoding { get; init; } = PasswordEncoding.Plain;

    /// <summary>Whether <c>encoding</c> was left to the contract: the generic one sends a password as it was typed.</summary>
    public bool FollowsContract { get; init; }

    /// <summary>How the app of that contract wants a password; null when its key is not to be had.</summary>
    public PasswordEncoding? EncodingFor(string contract) =>
        FollowsContract && contract == GenericRoutes.Contract ? PasswordEncoding.Plain
        : contract == RagflowRoutes.V1Single && Encoding != PasswordEncoding.Plain ? PasswordEncoding.Base64
        : Encoding;

    /// <param name="section">The section <c>pages.password</c>.</param>
    /// <param name="directory">The folder of the settings; relative paths start there.</param>
    /// <param name="contracts">The contracts that are served; the generic one alone needs no key.</param>
    public static PasswordOptions Read(SettingsSection section, string directory, IReadOnlyCollection<string> contracts)
    {
        var isPlain = section.Choice("encoding", !contracts.Any(RagflowRoutes.Contracts.Contains), ("ragflow-rsa", false), ("plain", true));
        var file = section.Text("public_key").Trim();
        return new()
        {
            MinLength = section.Int("min_length", 8, 8, 64),
            RefusesCommon = section.Choice("common", true, ("refuse", true), ("allow", false)),
            FollowsContract = !section.Has("encoding"),
            Encoding = isPlain ? PasswordEncoding.Plain : ReadKey(section, file, directory),
        };
    }

    /// <summary>Another key than the app's own is worse than none: what it encrypts, the app takes for some other password.</summary>
    private static PasswordEncoding? ReadKey(SettingsSection section, string file, string directory)
    {
        var beside = Path.Combine(directory, KeyFile);
        var path = file.Length > 0 ? Path.GetFullPath(file, Path.GetFullPath(directory))
            : File.Exists(beside) ? beside
            : Path.Combine(AppContext.BaseDirectory, "conf", "ragflow-public.pem");
        section.Refers("public_key", path);
        try
        {
            return PasswordEncoding.RagflowRsa(SmallFile.Text(path) ?? "");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Reject("public_key", $"{SmallFile.Problem(error)} ({path})", "give the path of the app's conf/public.pem, readable for the sidecar's user");
        }
        catch (CryptographicException)
        {
            section.Reject("public_key", $"holds no public RSA key of 2048 bits or more ({path})", "give the path of the app's conf/public.pem");
        }

        return null;
    }
}
