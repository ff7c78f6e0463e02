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
    public static string Script(DemoPorts ports) => $$"""
        (
        set -eu
        SIDECAR={{ports.SidecarUrl}} INBOX={{ports.InboxUrl}} EMAIL=alice@example.com OLD=alice-password NEW=new-password-$RANDOM
        DIR=$(mktemp -d)
        post() { curl -sS -b "$DIR/jar" -c "$DIR/jar" -H 'Content-Type: application/json' -d "$2" "$SIDECAR$1"; echo; }
        encrypt() { printf %s "$1" | openssl base64 -A | openssl pkeyutl -encrypt -pubin -inkey "$DIR/public.pem" -pkeyopt rsa_padding_mode:pkcs1 | openssl base64 -A; }
        curl -sS -X DELETE "$INBOX/api/messages"
        curl -sS "$SIDECAR/v1/user/public-key" -o "$DIR/public.pem"
        echo '1. captcha'
        curl -sS -b "$DIR/jar" -c "$DIR/jar" "$SIDECAR/v1/user/forget/captcha?email=$EMAIL" -o "$DIR/captcha.jpg"
        if [ -z "${CAPTCHA:-}" ]; then
          { xdg-open "$DIR/captcha.jpg" || open "$DIR/captcha.jpg" || echo "open $DIR/captcha.jpg"; } 2>/dev/null
          printf 'letters of the picture: '
          read -r CAPTCHA
        fi
        echo '2. mail a code'
        post /v1/user/forget/otp "{\"email\":\"$EMAIL\",\"captcha\":\"$CAPTCHA\"}"
        echo '3. read it in the inbox'
        CODE= TRIES=0
        while [ -z "$CODE" ] && [ $TRIES -lt 25 ]; do
          TRIES=$((TRIES + 1)); sleep 0.2
          CODE=$(curl -sS "$INBOX/api/messages" | grep -oE '"text":"([^"\\]|\\.)*"' | grep -m 1 -oE '[A-Z]{8}' || true)
        done
        [ -n "$CODE" ] || { echo 'no mail came'; exit 1; }
        echo "$CODE"
        echo '4. verify it'
        post /v1/user/forget/verify-otp "{\"email\":\"$EMAIL\",\"otp\":\"$CODE\"}"
        echo '5. set a new password'
        post /v1/user/forget/reset-password "{\"email\":\"$EMAIL\",\"new_password\":\"$(encrypt "$NEW")\",\"confirm_new_password\":\"$(encrypt "$NEW")\"}"
        echo '6. log in with the new one, then with the old one'
        post /v1/user/login "{\"email\":\"$EMAIL\",\"password\":\"$(encrypt "$NEW")\"}"
        post /v1/user/login "{\"email\":\"$EMAIL\",\"password\":\"$(encrypt "$OLD")\"}"
        )
        """;
}
