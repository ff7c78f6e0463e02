using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>A gibibyte each way passes through a process that never holds more than a little of it.</summary>
public sealed class LargeBodyTests
{
    private const long Gibibyte = 1L << 30;
    private const int MostResidentMebibytes = 250;

    [Fact]
    public async Task Upload_OfAGibibyte_StreamsThroughFlatMemory()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        using var content = new PatternContent(Gibibyte);

        using var answer = await client.PostAsync(new Uri(sidecar.BaseUrl, "/demo/upload"), content, cancellation);

        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        Assert.Equal(Gibibyte, json.RootElement.GetProperty("bytes").GetInt64());
        Assert.Equal(content.Sha256, json.RootElement.GetProperty("sha256").GetString());
        Assert.InRange(PeakResidentMebibytes(sidecar), 1, MostResidentMebibytes);
    }

    [Fact]
    public async Task Download_OfAGibibyte_StreamsThroughFlatMemory()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };

        await using var body = await client.GetStreamAsync(new Uri(sidecar.BaseUrl, $"/demo/download?bytes={Gibibyte}"), cancellation);

        long at = 0;
        var buffer = new byte[256 * 1024];
        var pattern = PatternContent.Pattern(buffer.Length + 251);
        while (await body.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            // The app's byte i is i modulo 251, counted anew in each of its blocks of 251 * 256: the same thing.
            Assert.True(buffer.AsSpan(0, count).SequenceEqual(pattern.AsSpan((int)(at % 251), count)), $"Other bytes than the app's after {at}.");
            at += count;
        }

        Assert.Equal(Gibibyte, at);
        Assert.InRange(PeakResidentMebibytes(sidecar), 1, MostResidentMebibytes);
    }

    /// <summary>The most the process ever had, so that no sample can miss it.</summary>
    private static long PeakResidentMebibytes(SidecarProcess sidecar)
    {
        var line = File.ReadLines($"/proc/{sidecar.Id}/status").Single(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Byte i is i modulo 251, made while it is sent, without a length: chunked.</summary>
    private sealed class PatternContent(long length) : HttpContent
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public string Sha256 => Convert.ToHexStringLower(hash.GetCurrentHash());

        public static byte[] Pattern(int length)
        {
            var pattern = new byte[length];
            for (var i = 0; i < length; i++)
            {
                pattern[i] = (byte)(i % 251);
            }

            return pattern;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var pattern = Pattern(251 * 1024);
            for (var left = length; left > 0;)
            {
                var count = (int)Math.Min(left, pattern.Length);
                hash.AppendData(pattern, 0, count);
                await stream.WriteAsync(pattern.AsMemory(0, count));
                left -= count;
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
