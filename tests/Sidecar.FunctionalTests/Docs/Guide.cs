using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>The guides, of which each is there in each language, and the mark that each of their shell blocks begins with.</summary>
internal static partial class Guide
{
    public static readonly string[] Languages = ["en", "zh"];

    public static readonly string[] Names = ["any-app", "operations", "ragflow-compose", "ragflow-helm", "troubleshooting"];

    public static string[] Files(string language) => [.. Directory.GetFiles(RepositoryRoot.Combine("docs", "guides", language)).Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static MarkdownPage Read(string language, string name) => new($"docs/guides/{language}/{name}.md");

    public static bool IsRun(string code) => Run().IsMatch(code);

    /// <summary>Whether the first line says that the block is run, or that it is not and what it would need.</summary>
    public static bool IsMarked(string code) => Run().IsMatch(code) || NotRun().IsMatch(code);

    /// <summary>The code as a shell or YAML reads it, without comments.</summary>
    public static string Bare(string code) => string.Join('\n', code.Split('\n').Select(static line => Comment().Replace(line, "").TrimEnd()));

    [GeneratedRegex("^# (run by the tests|测试会执行)(: .+|：.+)?\n")]
    private static partial Regex Run();

    [GeneratedRegex("^# (not run by the tests: .+|测试不执行：.+)\n")]
    private static partial Regex NotRun();

    [GeneratedRegex(@"(^|\s+)#(\s.*)?$")]
    private static partial Regex Comment();
}
