using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sidecar.Tests.House;

public sealed class LoggersTests
{
    [Fact]
    public void AddLoggers_EveryLogThatAPartAsksFor_IsThere()
    {
        var services = new ServiceCollection().AddLoggers();
        var asked = typeof(SidecarLoggers).Assembly.GetTypes()
            .SelectMany(static type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .SelectMany(static constructor => constructor.GetParameters())
            .Select(static parameter => parameter.ParameterType)
            .Where(static type => type is { IsGenericType: true, ContainsGenericParameters: false } && type.GetGenericTypeDefinition() == typeof(ILogger<>))
            .ToHashSet();

        Assert.NotEmpty(asked);
        Assert.Equal([], asked.Except(services.Select(static service => service.ServiceType)).Select(static type => type.GenericTypeArguments[0].Name).Order());
    }
}
