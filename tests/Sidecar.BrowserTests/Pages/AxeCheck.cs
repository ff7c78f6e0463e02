using Microsoft.Playwright;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.BrowserTests.Pages;

/// <summary>axe-core over a page as it stands: every rule it has, best practices too.</summary>
internal static class AxeCheck
{
    private static readonly string Source = File.ReadAllText(RepositoryRoot.Combine("tests", "Sidecar.BrowserTests", "Axe", "axe.min.js"));

    /// <summary>One line for each violation.</summary>
    public static async Task<string[]> RunAsync(IPage page)
    {
        // Evaluated and not added as a script: the pages' policy would refuse that, and rightly.
        await page.EvaluateAsync(Source + "; undefined");
        return await page.EvaluateAsync<string[]>(
            "async () => (await axe.run()).violations.map(found => found.id + ': ' + found.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))");
    }
}
