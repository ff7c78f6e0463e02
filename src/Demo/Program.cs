using System.Runtime.InteropServices;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;

if (!DemoPorts.TryParse(args, out var ports, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

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
await using var app = await DemoApp.StartAsync(new DemoAppOptions(flags) { Port = ports.App });
await using var sink = SmtpSink.Start(ports.Smtp, inbox);
await using var inboxSite = await InboxSite.StartAsync(ports.Inbox, inbox);
await using var sidecar = await DemoSidecar.StartAsync(ports, flags, app.Cipher.PublicKeyPem);
await Readiness.WaitAsync(ports);

Console.WriteLine(Walkthrough.Links(ports));
Console.WriteLine($"\nRecover alice's password from a shell (or press \"Recover it right here\" in the app):\n\n{Walkthrough.Script(ports)}\n");
Console.WriteLine($"ready: {ports.SidecarUrl}");
await stop.Task;
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}
