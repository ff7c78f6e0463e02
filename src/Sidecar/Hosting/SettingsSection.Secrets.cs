namespace Sidecar.Hosting;

/// <summary>Secrets, which may stand in files of their own.</summary>
internal sealed partial class SettingsSection
{
    private const int MostSecretBytes = 64 * 1024;

    /// <summary>
    /// A secret: the key itself, or the content of the file that its twin <c>KEY_file</c> names. What is mounted as a file can be
    /// exchanged while the process runs; what stands in its environment cannot.
    /// </summary>
    public string Secret(string key)
    {
        var twin = $"{key}_file";
        var file = Text(twin).Trim();
        if (file.Length > 0)
        {
            ReadSecret(key, twin, file);
        }

        return Text(key, secret: true);
    }

    /// <summary>
    /// Whether the password in one of the app's sections is encrypted: <c>encrypt_password</c> of its file has a module of its own undo it,
    /// which needs the app. Asked of the top.
    /// </summary>
    /// <param name="section">The section's key.</param>
    public bool IsEncrypted(string section) =>
        Find("encrypt_password")?.Text is { Length: > 0 } flag && !flag.Equals("false", StringComparison.OrdinalIgnoreCase) && flag != "0"
        && Find(section) is { Map: { } map } && map.TryGetValue("password", out var password) && !string.IsNullOrEmpty(password.Text)
        && SettingsLoader.IsTheApps(password.Source);

    private void ReadSecret(string key, string twin, string file)
    {
        var (written, named) = (Find(key), Find(twin)!);
        // One that stands in a stronger place than the other means to be the one that holds.
        var strength = string.IsNullOrEmpty(written?.Text) ? -1 : SettingsLoader.Strength(written.Source).CompareTo(SettingsLoader.Strength(named.Source));
        if (strength > 0)
        {
            return;
        }

        if (strength == 0)
        {
            Add(named, twin, false, $"and `{key}` are both given", "keep one of the two");
            return;
        }

        var path = Reading.Full(file);
        Reading.Files.Add(path);
        try
        {
            var text = SmallFile.Text(path, MostSecretBytes) ?? "";
            // Editors and `echo` end a file with a line's end that is no part of the secret.
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            if (text.Length > 0)
            {
                _fromFiles[key] = SettingNode.Scalar(path, text);
                return;
            }

            Add(named, twin, false, "names a file that is empty, or far too long for a secret", "write the secret alone into it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Add(named, twin, false, error is NoFileException ? "names what is a pipe, a socket or a device, and no file" : "cannot be read", "name a file that the sidecar's user can read; relative paths start at the settings' folder");
        }
    }
}
