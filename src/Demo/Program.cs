using System.Runtime.InteropServices;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;

if (!DemoArguments.TryParse(args, out var arguments, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

if (arguments.IsHelp)
{
    Console.WriteLine(DemoArguments.Help);
    return 0;
}

var ports = arguments.Ports;
var paths = AppPaths.Of(arguments.Release);
if (ports.Taken() is { Count: > 0 } taken)
{
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, taken));
    return 1;
}

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var inbox = new Inbox(TimeProvider.System);
var flags = new InProcessFlags(TimeProvider.System);
await using var app = await DemoApp.StartAsync(new DemoAppOptions(flags) { Port = ports.App, Store = flags.Store, Release = arguments.Release, DisablePasswordLogin = arguments.DisablePasswordLogin });
await using var sink = SmtpSink.Start(ports.Smtp, inbox);
await using var inboxSite = await InboxSite.StartAsync(ports.Inbox, inbox);
await using var sidecar = await DemoSidecar.StartAsync(ports, arguments.Release, flags, app.Cipher.PublicKeyPem);
await Readiness.WaitAsync(ports);

Console.WriteLine(Walkthrough.Links(ports));
Console.WriteLine($"\nRecover alice's password from a shell (or press \"Recover it right here\" in the app):\n\n{Walkthrough.Script(ports, paths)}\n");
Console.WriteLine($"ready: {ports.SidecarUrl}");
await stop.Task;
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}
