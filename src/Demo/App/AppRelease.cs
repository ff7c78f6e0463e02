namespace Sidecar.Demo.App;

/// <summary>Which family of RAGFlow's releases the app plays.</summary>
internal enum AppRelease
{
    /// <summary>Both Python contracts at once, lenient about paths: what a newcomer sees, and whoever checks either contract.</summary>
    Any,

    /// <summary>v0.21.1 to v0.22.1: one call resets, and the app itself checks the code.</summary>
    V1Single,

    /// <summary>v0.23.0 to v0.25.0.</summary>
    V1,

    /// <summary>v0.25.1 on, Python.</summary>
    Rest,

    /// <summary>v0.26.0 on, Go.</summary>
    RestGo,
}
