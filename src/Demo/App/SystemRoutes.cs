namespace Sidecar.Demo.App;

/// <summary>
/// What the frontend asks before it shows a login. <c>disablePasswordLogin</c> is for the frontend alone: the login of a release that
/// has it answers as before.
/// </summary>
internal static class SystemRoutes
{
    public static void Add(RouteTable routes, AppPaths paths, bool disablePasswordLogin) => routes.Add("GET, HEAD", paths.Config, context =>
    {
        var isGo = paths.Release == AppRelease.RestGo;
        return Envelope.SendAsync(
            context,
            200,
            json => Envelope.Write(json, 0, data =>
            {
                data.WriteStartObject();
                if (isGo)
                {
                    data.WriteBoolean("registerEnabled", true);
                }
                else
                {
                    data.WriteNumber("registerEnabled", 1);
                }

                if (paths.Release != AppRelease.V1Single)
                {
                    data.WriteBoolean("disablePasswordLogin", disablePasswordLogin);
                }

                data.WriteEndObject();
            }, "success"),
            isGo ? GoEnvelope.Type : Envelope.Type);
    });
}
