using System.Net.WebSockets;
using System.Security.Cryptography;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Sockets are tunnelled, whatever is said in them.</summary>
public sealed class WebSocketTests(ForwardingWorld world)
{
    [Fact]
    public async Task Socket_EightMebibytesAndAClose_ComeBackAsSent()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(world.Sidecar.BaseUrl) { Scheme = "ws", Path = "/demo/ws" }.Uri, cancellation);
        var message = RandomNumberGenerator.GetBytes(8 << 20);

        // Beside the reading: the echo is as long as what is sent, and neither side may have to buffer it.
        var sending = socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        var echo = await ReceiveAsync(socket, cancellation);
        await sending;

        Assert.Equal(message, echo);
        await socket.CloseAsync((WebSocketCloseStatus)4321, "enough", cancellation);
        Assert.Equal(4321, (int)socket.CloseStatus!);
        Assert.Equal("enough", socket.CloseStatusDescription);
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            Assert.Equal(WebSocketMessageType.Binary, part.MessageType);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }
}
