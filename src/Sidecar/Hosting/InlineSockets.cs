using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Sidecar.Hosting;

/// <summary>
/// Lets what a socket has to say be handled on the thread that hears it: forwarding is so little work that handing it to
/// another thread costs more. Whatever is more work has to leave that thread (<see cref="LeaveAsync"/>).
/// </summary>
internal static class InlineSockets
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>The runtime reads it with the first socket and offers no other way; what the operator set stands.</summary>
    public static void Enable()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }

    public static void AddInlineSockets(this IServiceCollection services) => services.Configure<SocketTransportOptions>(static sockets =>
    {
        sockets.UnsafePreferInlineScheduling = true;
        // Waiting without a buffer is one system call more for every request; this is 4 KiB for each idle connection.
        sockets.WaitForDataBeforeAllocatingBuffer = false;
    });

    /// <summary>
    /// Ends a request that had nothing to wait for in the thread pool. A client that sends such requests faster than they are
    /// answered would otherwise keep the thread that hears the sockets, and with it all other connections that it hears.
    /// </summary>
    public static Task Share(Task answer) => answer.IsCompletedSuccessfully ? LeaveAsync() : answer;

    /// <summary>Goes on in the thread pool, for what is the sidecar's own to do.</summary>
    public static async Task LeaveAsync(HttpContext context, Func<Task> run)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var trace = LoggedTrace.Start(context);
        await run();
    }

    private static async Task LeaveAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
