using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Sidecar.Hosting;

/// <summary>Options of the framework that are known when the process is put together, and that nothing changes later.</summary>
internal sealed class FixedOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}

/// <summary>
/// Makes the framework's options the short way. The container's own is to make up four generic types for each while the process
/// starts, by reflection.
/// </summary>
internal static class FixedOptionsServices
{
    public static IServiceCollection AddFixed<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(this IServiceCollection services, T value)
        where T : class => services.AddSingleton(Options.Create(value));

    /// <summary>The same for who would hear of changes.</summary>
    public static IServiceCollection AddFixedMonitor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(this IServiceCollection services, T value)
        where T : class => services.AddSingleton<IOptionsMonitor<T>>(new FixedOptions<T>(value));

    /// <summary>Options that several configure.</summary>
    public static IServiceCollection AddConfigured<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(this IServiceCollection services)
        where T : class, new() => services.AddSingleton(static provider =>
            Options.Create(new OptionsFactory<T>(provider.GetServices<IConfigureOptions<T>>(), [], []).Create(Options.DefaultName)));

    /// <summary>Nothing is validated by the container, and what would do it pulls in more.</summary>
    public static IServiceCollection WithoutStartupValidation(this IServiceCollection services) => services.RemoveAll<IStartupValidator>();
}
