using System.Text;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>A transcript is pasted into tickets, so nothing of it may open an account or name a person.</summary>
public sealed class SmtpTranscriptTests
{
    private readonly SmtpTranscript _transcript = new("mailer", "hunter2-secret");

    [Fact]
    public void Login_Plain_LeavesTheMechanismOnly()
    {
        Client("AUTH PLAIN AG1haWxlcgBodW50ZXIyLXNlY3JldA==\r\n");
        Server("235 2.7.0 ok\r\n");

        Assert.Equal(["C: AUTH PLAIN ***", "S: 235 2.7.0 ok"], _transcript.Lines);
        Assert.Equal("PLAIN", _transcript.Mechanism);
    }

    [Fact]
    public void Login_WithChallenges_LeavesNeitherSide()
    {
        Client("AUTH LOGIN\r\n");
        Server("334 VXNlcm5hbWU6\r\n");
        Client("bWFpbGVy\r\n");
        Server("334 UGFzc3dvcmQ6\r\n");
        Client("aHVudGVyMi1zZWNyZXQ=\r\n");
        Server("535 5.7.8 no, mailer\r\n");
        Client("QUIT\r\n");

        Assert.Equal(["C: AUTH LOGIN", "S: 334 ***", "C: ***", "S: 334 ***", "C: ***", "S: 535 5.7.8 no, ***", "C: QUIT"], _transcript.Lines);
    }

    [Theory]
    [InlineData("no: AUTH PLAIN AG1haWxlcgBodW50ZXIyLXNlY3JldA==", "no: AUTH PLAIN ***")]
    [InlineData("no: AG1haWxlcgBodW50ZXIyLXNlY3", "no: ***")]
    [InlineData("no: hunter2-secret", "no: ***")]
    [InlineData("no: 5b1f17b1804b1-3a - gsmtp", "no: 5b1f17b1804b1-3a - gsmtp")]
    public void Login_RepeatedByTheRelay_IsLeftOut(string reply, string expected)
    {
        var transcript = new SmtpTranscript();
        transcript.Client("AUTH PLAIN AG1haWxlcgBodW50ZXIyLXNlY3JldA==\r\n"u8);
        transcript.Server(Encoding.UTF8.GetBytes($"535 5.7.8 {reply}\r\n"));

        Assert.Equal($"S: 535 5.7.8 {expected}", transcript.Lines[^1]);
    }

    [Fact]
    public void Login_TokenRepeatedByTheRelay_IsLeftOut()
    {
        var shown = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user=mailer@acme.io\u0001auth=Bearer ya29.{new string('t', 900)}\u0001\u0001"));
        Client($"AUTH XOAUTH2 {shown}\r\n");
        Server($"535 5.7.8 XOAUTH2 {shown}\r\n535 5.7.8 {shown[40..]}\r\n535 5.7.8 ya29.{new string('t', 900)}\r\n");

        Assert.Equal(["C: AUTH XOAUTH2 ***", "S: 535 5.7.8 XOAUTH2 ***", "S: 535 5.7.8 ***", "S: 535 5.7.8 ***"], _transcript.Lines);
    }

    [Fact]
    public void Addresses_OfBothSides_KeepLetterAndDomain()
    {
        Client("MAIL FROM:<noreply@acme.io> SIZE=9\r\nRCPT TO:<alice.smith@example.org>\r\n");
        Server("250 ok\r\n550 5.1.1 <alice.smith@example.org>: unknown, HUNTER2-SECRET\r\n");

        Assert.Equal(["C: MAIL FROM:<n***@acme.io> SIZE=9", "C: RCPT TO:<a***@example.org>", "S: 250 ok", "S: 550 5.1.1 <a***@example.org>: unknown, ***"], _transcript.Lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Message_InPiecesOfAnySize_IsLeftOut(int piece)
    {
        Client("DATA\r\n");
        Server("354 go on\r\n");
        var body = Encoding.UTF8.GetBytes("Subject: QWMZKTRB\r\n\r\nAUTH PLAIN nonsense\r\nto alice@example.org\r\n.\r\n");
        for (var at = 0; at < body.Length; at += piece)
        {
            _transcript.Client(body.AsSpan(at, Math.Min(piece, body.Length - at)));
        }

        Server("250 queued\r\n");

        Assert.Equal(["C: DATA", "S: 354 go on", $"C: (the message, {body.Length} bytes)", "S: 250 queued"], _transcript.Lines);
    }

    private void Client(string text) => _transcript.Client(Encoding.UTF8.GetBytes(text));

    private void Server(string text) => _transcript.Server(Encoding.UTF8.GetBytes(text));
}
