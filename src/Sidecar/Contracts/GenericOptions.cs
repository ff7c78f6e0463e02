using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>What the generic contract has to know of the app.</summary>
/// <param name="ResetPath"><c>generic.reset.path</c>: the app's own route that takes resets with an assertion. Default <c>/user/forget/reset</c>.</param>
internal sealed record GenericOptions(string ResetPath)
{
    public const string Section = "generic";

    public static GenericOptions Read(SettingsSection root)
    {
        var section = root.Section(Section).Section("reset");
        var path = section.Text("path", GenericRoutes.Reset).Trim();
        if (!PathList.IsPlain(path))
        {
            section.Reject("path", "is no path", $"write the app's own route that takes resets, such as {GenericRoutes.Reset}, without a query");
            path = GenericRoutes.Reset;
        }

        return new(path);
    }
}
