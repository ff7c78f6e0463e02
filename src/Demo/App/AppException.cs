namespace Sidecar.Demo.App;

/// <summary>Where the app's own code would throw: ends as code 100 with these words.</summary>
internal sealed class AppException(string message) : Exception(message);
