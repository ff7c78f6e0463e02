// The bill of materials of the image, as CycloneDX 1.6: what is linked into the binary or lies beside it.
//   dotnet run deploy/image/sbom.cs -- src/Sidecar/obj/project.assets.json sbom.cdx.json
// Versions and hashes are those that NuGet restored, licences those that the packages state; a package that states none stops it.
using System.Text.Json;
using System.Xml.Linq;

using var assets = JsonDocument.Parse(File.ReadAllBytes(args[0]));
var root = assets.RootElement;
var cache = root.GetProperty("packageFolders").EnumerateObject().First().Name;
var target = root.GetProperty("targets").EnumerateObject().Single(static t => t.Name.Contains('/', StringComparison.Ordinal)).Value;
var packages = target.EnumerateObject().Where(static p => Ships(p.Value)).Select(static p => p.Name)
    // The runtime and the framework, which the compiler links in.
    .Concat(root.GetProperty("project").GetProperty("frameworks").EnumerateObject().First().Value.GetProperty("downloadDependencies").EnumerateArray()
        .Select(static pack => (Name: pack.GetProperty("name").GetString()!, Version: pack.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0]))
        .Where(static pack => pack.Name.StartsWith("Microsoft.AspNetCore.App.Runtime.", StringComparison.Ordinal) || pack.Name.StartsWith("Microsoft.NETCore.App.Runtime.NativeAOT.", StringComparison.Ordinal))
        .Select(static pack => $"{pack.Name}/{pack.Version}"))
    .Distinct().Order(StringComparer.Ordinal);

using var output = File.Create(args[1]);
using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
json.WriteStartObject();
json.WriteString("bomFormat", "CycloneDX");
json.WriteString("specVersion", "1.6");
json.WriteNumber("version", 1);
json.WriteStartObject("metadata");
json.WriteStartObject("component");
var version = root.GetProperty("project").GetProperty("version").GetString()!;
Identify("application", "sidecar", version, $"pkg:generic/sidecar@{version}", "MIT");
json.WriteEndObject();
json.WriteEndObject();
json.WriteStartArray("components");
foreach (var package in packages)
{
    var (name, of) = (package.Split('/')[0], package.Split('/')[1]);
    var folder = Path.Combine(cache, name.ToLowerInvariant(), of.ToLowerInvariant());
    json.WriteStartObject();
    Identify("library", name, of, $"pkg:nuget/{name}@{of}", Licence(Path.Combine(folder, name.ToLowerInvariant() + ".nuspec")));
    json.WriteStartArray("hashes");
    json.WriteStartObject();
    json.WriteString("alg", "SHA-512");
    json.WriteString("content", Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(Directory.GetFiles(folder, "*.nupkg.sha512").Single()))));
    json.WriteEndObject();
    json.WriteEndArray();
    json.WriteEndObject();
}

// What is embedded; each has its licence beside it in the sources.
json.WriteStartObject();
Identify("data", "DejaVu Sans Bold", "2.37", "pkg:generic/dejavu-sans-bold@2.37", "Bitstream-Vera");
json.WriteEndObject();
json.WriteStartObject();
Identify("data", "@zxcvbn-ts/language-common", "4.1.3", "pkg:npm/%40zxcvbn-ts/language-common@4.1.3", "MIT");
json.WriteEndObject();
json.WriteEndArray();
json.WriteEndObject();

static bool Ships(JsonElement package) => HasFiles(package, "runtime") || HasFiles(package, "native");

static bool HasFiles(JsonElement package, string kind) =>
    package.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(static file => !file.Name.EndsWith("/_._", StringComparison.Ordinal));

static string Licence(string nuspec) =>
    XDocument.Load(nuspec).Descendants().FirstOrDefault(static e => e.Name.LocalName == "license" && (string?)e.Attribute("type") == "expression")?.Value
    ?? throw new InvalidDataException($"{nuspec} states no licence.");

void Identify(string type, string name, string version, string purl, string licence)
{
    json.WriteString("type", type);
    json.WriteString("bom-ref", purl);
    json.WriteString("name", name);
    json.WriteString("version", version);
    json.WriteString("purl", purl);
    json.WriteStartArray("licenses");
    json.WriteStartObject();
    if (licence.Contains(' ', StringComparison.Ordinal))
    {
        json.WriteString("expression", licence);
    }
    else
    {
        json.WriteStartObject("license");
        json.WriteString("id", licence);
        json.WriteEndObject();
    }

    json.WriteEndObject();
    json.WriteEndArray();
}
