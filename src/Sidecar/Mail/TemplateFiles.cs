using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The template files of a folder at one moment, by their path below it. Contents and not times are compared: where a mounted
/// volume is swapped, its links keep their names and may keep their times.
/// </summary>
internal sealed class TemplateFiles
{
    public const string TextEnding = ".text.hbs";
    public const string HtmlEnding = ".html.hbs";

    private const int MostBytes = 256 * 1024;

    /// <summary>Leaves out what is hidden, as volumes keep their generations, and what may not be read.</summary>
    private static readonly EnumerationOptions Visible = new();

    private readonly SortedDictionary<string, string?> _files;

    private TemplateFiles(string directory, bool exists, SortedDictionary<string, string?> files) => (Directory, Exists, _files) = (directory, exists, files);

    public string Directory { get; }

    /// <summary>Whether they are the release's own, which its tests have rendered.</summary>
    public bool AreShipped => Directory == MailOptions.ShippedTemplates;

    /// <summary>Whether the folder could be read at all.</summary>
    public bool Exists { get; }

    /// <summary>Paths below the folder: <c>NAME.text.hbs</c> or <c>en/NAME.text.hbs</c>.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>The folders directly below that hold templates.</summary>
    public IEnumerable<string> Folders => _files.Keys.Where(static path => path.Contains('/', StringComparison.Ordinal)).Select(static path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct();

    public static TemplateFiles Read(string directory)
    {
        var files = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        try
        {
            Add(files, directory, "");
            foreach (var folder in System.IO.Directory.EnumerateDirectories(directory, "*", Visible))
            {
                Add(files, folder, Path.GetFileName(folder) + "/");
            }

            return new TemplateFiles(directory, true, files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new TemplateFiles(directory, false, files);
        }
    }

    public bool Has(string path) => _files.ContainsKey(path);

    /// <summary>A file's text with plain line ends; null when it is not there, cannot be read or is longer than 256 KiB.</summary>
    public string? Text(string path) => _files.GetValueOrDefault(path);

    /// <summary>The path as the operator knows it.</summary>
    public string Full(string path) => Path.Combine(Directory, path);

    /// <summary>Stands for what all of them hold.</summary>
    public string Mark() => SettingsReading.Mark(string.Join('\0', _files.Select(static file => $"{file.Key}\0{file.Value}").Prepend(Exists ? "1" : "0")));

    private static void Add(SortedDictionary<string, string?> files, string folder, string prefix)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(folder, "*.hbs", Visible))
        {
            files[prefix + Path.GetFileName(file)] = Content(file);
        }
    }

    private static string? Content(string file)
    {
        try
        {
            return SmallFile.Text(file, MostBytes)?.ReplaceLineEndings("\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
