namespace Sidecar.Hosting;

/// <summary>The store did not answer in time. Says nothing of the request: texts of it reach logs.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
