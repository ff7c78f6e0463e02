using System.Net.Http.Headers;

namespace Sidecar.Doctor;

/// <summary>
/// Whether the app takes a reset that nobody signed. The body is empty, so that an app that looks at nothing has nothing to set.
/// </summary>
internal static class UnsignedReset
{
    public static async Task<Finding> LookAsync(HttpMessageInvoker app, Uri reset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, reset) { Content = new StringContent("{}", new MediaTypeHeaderValue("application/json")) };
        try
        {
            using var response = await app.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            return status switch
            {
                404 or 405 or 501 => Finding.Fail($"answers {status} at {reset.AbsolutePath}: there is no reset to hand over to", "check generic.reset.path, and that the app takes POST there"),
                >= 400 and < 500 => Finding.Ok($"refuses a reset without an assertion ({status})"),
                >= 200 and < 300 => Finding.Fail($"takes a reset without an assertion ({status})", "have the app refuse every reset whose assertion it has not verified (docs/generic.md)"),
                _ => Finding.Warn($"answers {status} to a reset without an assertion", "have the app refuse it with 401 or 403, so that a refusal can be told from a failure"),
            };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Finding.Fail("takes the connection and does not answer HTTP", "check scheme and port of listeners[].upstream");
        }
    }
}
