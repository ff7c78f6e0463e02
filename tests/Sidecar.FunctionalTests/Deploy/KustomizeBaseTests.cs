using System.Collections;
using Sidecar.Hosting;
using YamlDotNet.RepresentationModel;
using static Sidecar.FunctionalTests.Deploy.Manifests;

namespace Sidecar.FunctionalTests.Deploy;

public sealed class KustomizeBaseTests(Manifests manifests) : IClassFixture<Manifests>
{
    [Fact]
    public void Sidecar_InThePod_IsNativeAndServesItsOwnPorts()
    {
        var sidecar = manifests.SidecarContainer;

        Assert.Equal("Always", Text(sidecar, "restartPolicy"));
        Assert.Equal(["sidecar=8080", "management=9090"], List(sidecar, "ports").Select(static port => $"{Text(port, "name")}={Text(port, "containerPort")}"));
    }

    [Theory]
    [InlineData("startupProbe", "/startupz")]
    [InlineData("readinessProbe", "/readyz")]
    [InlineData("livenessProbe", "/livez")]
    public void Sidecar_Probe_AsksTheManagementPort(string probe, string path)
    {
        Assert.Equal(path, Text(manifests.SidecarContainer, probe, "httpGet", "path"));
        Assert.Equal("management", Text(manifests.SidecarContainer, probe, "httpGet", "port"));
    }

    [Fact]
    public void Service_Port_LeadsToTheSidecar()
    {
        var port = Assert.Single(List(manifests.Only("Service"), "spec", "ports"));

        Assert.Equal("sidecar", Text(port, "targetPort"));
        Assert.DoesNotContain(List(manifests.AppContainer, "ports"), static p => Text(p, "name") == "sidecar");
        Assert.Equal(
            At(manifests.Only("Service"), "spec", "selector").ToString(),
            At(manifests.Only("Deployment"), "spec", "template", "metadata", "labels").ToString());
    }

    [Fact]
    public void App_PreStop_SleepsWithinTheGracePeriod()
    {
        var sleep = int.Parse(Text(manifests.AppContainer, "lifecycle", "preStop", "sleep", "seconds")!);

        Assert.InRange(sleep, 3, 20);
        Assert.True(int.Parse(Text(manifests.Pod, "terminationGracePeriodSeconds")!) >= sleep + 30);
        Assert.Null(Find(manifests.SidecarContainer, "lifecycle"));
    }

    [Fact]
    public void Containers_All_MeetTheRestrictedStandard()
    {
        Assert.Equal("true", Text(manifests.Pod, "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", Text(manifests.Pod, "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Text(manifests.Pod, "automountServiceAccountToken"));
        Assert.All(List(manifests.Pod, "initContainers").Concat(List(manifests.Pod, "containers")), static container =>
        {
            Assert.Equal("false", Text(container, "securityContext", "allowPrivilegeEscalation"));
            Assert.Equal("true", Text(container, "securityContext", "readOnlyRootFilesystem"));
            Assert.NotEqual(0, int.Parse(Text(container, "securityContext", "runAsUser")!));
            Assert.Equal("ALL", Assert.Single(((YamlSequenceNode)Find(container, "securityContext", "capabilities", "drop")!).Children).ToString());
            Assert.NotNull(Text(container, "resources", "requests", "memory"));
            Assert.NotNull(Text(container, "resources", "limits", "memory"));
        });
    }

    [Fact]
    public void Secrets_InTheBase_AreReferencesOnly()
    {
        var variables = List(manifests.SidecarContainer, "env").ToArray();

        Assert.DoesNotContain(manifests.All, static document => Text(document, "kind") == "Secret");
        Assert.All(variables, static variable => Assert.Null(Text(variable, "value")));
        Assert.All(variables, static variable => Assert.NotNull(Text(variable, "valueFrom", "secretKeyRef", "key")));
        Assert.Equal(
            ["SIDECAR__KEYS__0__ID", "SIDECAR__KEYS__0__SECRET", "SIDECAR__PEPPER", "SIDECAR__REDIS__PASSWORD", "SIDECAR__SMTP__MAIL_PASSWORD"],
            variables.Select(static variable => Text(variable, "name")!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Settings_OfTheBase_LoadWithoutFaultAndMatchThePorts()
    {
        var mount = List(manifests.SidecarContainer, "volumeMounts").Single(static m => Text(m, "name") == "sidecar-conf");
        var volume = List(manifests.Pod, "volumes").Single(static v => Text(v, "name") == "sidecar-conf");
        var map = manifests.All.Single(document => Text(document, "kind") == "ConfigMap" && Text(document, "metadata", "name") == Text(volume, "configMap", "name"));
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var (name, content) in At(map, "data").Children)
            {
                File.WriteAllText(Path.Combine(folder.FullName, name.ToString()), content.ToString());
            }

            var settings = SettingsLoader.Load(folder.FullName, [], new Hashtable());

            Assert.Empty(settings.Faults);
            Assert.Equal(8080, Assert.Single(settings.Sections("listeners")).Int("port", 0, 1, 65535));
            Assert.Equal(9090, settings.Section("management").Int("port", 0, 1, 65535));
            Assert.Contains(Text(mount, "mountPath"), ((YamlSequenceNode)Find(manifests.SidecarContainer, "args")!).Children.Select(static a => a.ToString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
