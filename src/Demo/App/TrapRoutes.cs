namespace Sidecar.Demo.App;

/// <summary>
/// Where the app's own insecure recovery handlers live. They do nothing but tell that they were reached, whatever the
/// method: a sidecar in front must never let that happen.
/// </summary>
internal static class TrapRoutes
{
    private static readonly string[] Paths =
    [
        "/v1/user/forget",
        "/v1/user/forget/captcha",
        "/v1/user/forget/otp",
        "/v1/user/forget/verify-otp",
        "/api/v1/auth/password/forgot/captcha",
        "/api/v1/auth/password/forgot/otp",
        "/api/v1/auth/password/forgot/otp/verify",
    ];

    public static void Add(RouteTable routes, TrapHits hits)
    {
        foreach (var path in Paths)
        {
            routes.Add("", path, context =>
            {
                hits.Record(context);
                return Envelope.OkAsync(context, static json => json.WriteBooleanValue(true), "the app's own handler");
            });
        }
    }
}
