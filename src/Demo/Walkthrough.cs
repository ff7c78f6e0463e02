using Sidecar.Demo.App;

namespace Sidecar.Demo;

/// <summary>
/// The recovery as commands to paste into a shell. All of it stands in one pair of parentheses: the shell reads it whole
/// before it runs, so the question for the captcha cannot swallow the next pasted line, and a failing step ends it without
/// closing the shell. Only curl, openssl, grep and sed are needed; there are no comments, which zsh would take for commands.
/// </summary>
internal static class Walkthrough
{
    public static string Links(DemoPorts ports) => $"""
        open {ports.SidecarUrl}/user/forget     to recover alice's password in the browser; the code comes to the inbox below

        app through the sidecar   {ports.SidecarUrl}/     (alice@example.com / alice-password, bob@example.com / bob-password)
        inbox                     {ports.InboxUrl}/
        sidecar's health          {ports.ManagementUrl}/readyz
        the app itself            {ports.AppUrl}/     (goes past the sidecar)
        From one network an address gets a mail a minute and three an hour; SIDECAR__LIMITS__RECIPIENT_HOUR__MODE=off lifts the latter.
        """;

    /// <summary>A captcha that is already in <c>CAPTCHA</c> is not asked for.</summary>
    public static string Script(DemoPorts ports, AppPaths paths) => $$"""
        (
        set -eu
        SIDECAR={{ports.SidecarUrl}} INBOX={{ports.InboxUrl}} EMAIL=alice@example.com OLD=alice-password NEW=new-password-$RANDOM
        DIR=$(mktemp -d)
        post() { curl -sS -b "$DIR/jar" -c "$DIR/jar" -H 'Content-Type: application/json' -d "$2" "$SIDECAR$1"; echo; }
        encode() { printf %s "$1" | openssl base64 -A; }
        encrypt() { encode "$1" | openssl pkeyutl -encrypt -pubin -inkey "$DIR/public.pem" -pkeyopt rsa_padding_mode:pkcs1 | openssl base64 -A; }
        curl -sS -X DELETE "$INBOX/api/messages"
        curl -sS "$SIDECAR{{paths.PublicKey}}" -o "$DIR/public.pem"
        echo '1. captcha'
        curl -sS -X {{paths.CaptchaMethod}} -b "$DIR/jar" -c "$DIR/jar" "$SIDECAR{{paths.Captcha}}?email=$EMAIL" -o "$DIR/{{(IsGo(paths) ? "captcha.json" : "captcha.jpg")}}"
        {{Unpack(paths)}}if [ -z "${CAPTCHA:-}" ]; then
          { xdg-open "$DIR/captcha.jpg" || open "$DIR/captcha.jpg" || echo "open $DIR/captcha.jpg"; } 2>/dev/null
          printf 'letters of the picture: '
          read -r CAPTCHA
        fi
        echo '2. mail a code'
        post {{paths.Otp}} "{\"email\":\"$EMAIL\",{{(IsGo(paths) ? """\"captcha_id\":\"$CAPTCHA_ID\",""" : "")}}\"captcha\":\"$CAPTCHA\"}"
        echo '3. read it in the inbox'
        CODE= TRIES=0
        while [ -z "$CODE" ] && [ $TRIES -lt 25 ]; do
          TRIES=$((TRIES + 1)); sleep 0.2
          CODE=$(curl -sS "$INBOX/api/messages" | grep -oE '"text":"([^"\\]|\\.)*"' | grep -m 1 -oE '[A-Z]{8}' || true)
        done
        [ -n "$CODE" ] || { echo 'no mail came'; exit 1; }
        echo "$CODE"
        {{Prove(paths)}}
        echo '6. log in with the new one, then with the old one'
        post {{paths.Login}} "{\"email\":\"$EMAIL\",\"password\":\"$(encrypt "$NEW")\"}"
        post {{paths.Login}} "{\"email\":\"$EMAIL\",\"password\":\"$(encrypt "$OLD")\"}"
        )
        """;

    private static bool IsGo(AppPaths paths) => paths.Release == AppRelease.RestGo;

    /// <summary>The Go releases wrap the picture, and name it, in JSON.</summary>
    private static string Unpack(AppPaths paths) => !IsGo(paths) ? "" : """
        CAPTCHA_ID=$(sed 's/.*"captcha_id":"\([^"]*\)".*/\1/' "$DIR/captcha.json")
        sed 's/.*"captcha_image":"data:[^,]*,\([^"]*\)".*/\1/; s/\\u002B/+/g' "$DIR/captcha.json" | openssl base64 -d -A > "$DIR/captcha.jpg"

        """;

    private static string Prove(AppPaths paths) => paths.Verify is { } verify ? $$"""
        echo '4. verify it'
        post {{verify}} "{\"email\":\"$EMAIL\",\"otp\":\"$CODE\"}"
        echo '5. set a new password'
        post {{paths.Reset}} "{\"email\":\"$EMAIL\",\"new_password\":\"$(encrypt "$NEW")\",\"confirm_new_password\":\"$(encrypt "$NEW")\"}"
        """ : $$"""
        echo '4. and 5. verify it and set a new password, which logs in; but these releases keep the old one (defect 14 in docs/ragflow-defects.md)'
        post {{paths.Reset}} "{\"email\":\"$EMAIL\",\"otp\":\"$CODE\",\"new_password\":\"$(encode "$NEW")\",\"confirm_new_password\":\"$(encode "$NEW")\"}"
        """;
}
