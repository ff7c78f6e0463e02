using Sidecar.Commands;
using Sidecar.Hosting;

InlineSockets.Enable();
var arguments = CommandLine.Parse(args);
return arguments.Command switch
{
    "run" => await RunCommand.RunAsync(arguments),
    "check-config" => CheckConfigCommand.Run(arguments),
    "check" => await CheckCommand.RunAsync(arguments),
    "render" => RenderCommand.Run(arguments),
    "keygen" => KeygenCommand.Run(),
    "health" => await HealthCommand.RunAsync(arguments),
    "--version" => UsageCommand.Version(),
    "--help" or "-h" => UsageCommand.Help(),
    _ => UsageCommand.Wrong(arguments),
};
