namespace Sidecar.Demo.App;

/// <summary>
/// The app's only page: log in, or recover the password by the same calls that the app's own frontend would make. Opened
/// through the sidecar, these calls are the sidecar's; the page does not know the difference.
/// </summary>
/// <param name="paths">Where its release serves what.</param>
/// <param name="disablePasswordLogin">True: the form is not shown.</param>
internal sealed class LoginPage(AppPaths paths, bool disablePasswordLogin)
{
    private readonly string _html = Html
        .Replace("{{hidden}}", disablePasswordLogin ? " hidden" : "", StringComparison.Ordinal)
        .Replace("{{said}}", disablePasswordLogin ? "Password login is disabled." : "", StringComparison.Ordinal)
        .Replace("{{login}}", paths.Login, StringComparison.Ordinal)
        .Replace("{{key}}", paths.PublicKey, StringComparison.Ordinal)
        .Replace("{{method}}", paths.CaptchaMethod, StringComparison.Ordinal)
        .Replace("{{captcha}}", paths.Captcha, StringComparison.Ordinal)
        .Replace("{{otp}}", paths.Otp, StringComparison.Ordinal)
        .Replace("{{verify}}", paths.Verify, StringComparison.Ordinal)
        .Replace("{{reset}}", paths.Reset, StringComparison.Ordinal);

    public Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(_html, context.RequestAborted);
    }

    // RSA by hand: WebCrypto does not offer PKCS #1 v1.5. The key is RSA-2048 with exponent 65537, so its modulus has a
    // fixed place in the DER, and the exponent is sixteen squarings and a multiplication.
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Demo app</title>
        <link rel="icon" href="data:,">
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 24rem; margin: 10vh auto; padding: 0 1rem; }
        form { display: grid; gap: .6rem; } form[hidden] { display: none; }
        label { display: grid; gap: .2rem; }
        p { margin: 0; }
        input, button { font: inherit; padding: .5rem .6rem; border: 1px solid #8888; border-radius: .4rem; }
        button { background: #1d4ed8; border-color: #1d4ed8; color: #fff; cursor: pointer; }
        button[type=button] { background: none; border: none; color: LinkText; text-decoration: underline; }
        img { width: 300px; max-width: 100%; height: auto; aspect-ratio: 5 / 2; border: 1px solid #8888; border-radius: .4rem; cursor: pointer; }
        output { display: block; min-height: 3rem; margin-top: 1rem; overflow-wrap: anywhere; }
        </style>
        </head>
        <body>
        <h1>Demo app</h1>
        <form id="login"{{hidden}}>
          <label>E-mail <input name="email" type="email" autocomplete="username" required value="alice@example.com"></label>
          <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
          <button>Log in</button>
          <a href="/user/forget">Forgot your password?</a>
          <button type="button" id="forgot">Recover it right here, by the app's own calls</button>
        </form>
        <form id="captcha" hidden>
          <p>Type the letters of the picture; a code is then mailed to you. Press the picture for another.</p>
          <img alt="Letters to type. Press to get others." id="picture">
          <label>Letters <input name="captcha" autocomplete="off" required></label>
          <button>Send the code</button>
        </form>
        <form id="verify" hidden>
          <label>Code from the mail <input name="otp" autocomplete="one-time-code" required></label>
          <button>Go on</button>
        </form>
        <form id="reset" hidden>
          <label>New password <input name="password" type="password" autocomplete="new-password" minlength="8" required></label>
          <button>Set it and log in</button>
        </form>
        <output id="said">{{said}}</output>
        <script>
        const $ = id => document.getElementById(id), said = $('said');
        const show = id => {
          document.querySelectorAll('form').forEach(form => form.hidden = form.id !== id);
          $(id).querySelector('input:not([type=email])').focus();
        };
        const email = () => $('login').email.value;
        const post = async (path, body) => {
          const answer = await fetch(path, {
            method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email: email(), ...body }) });
          const result = await answer.json();
          said.textContent = result.message;
          return result.code === 0;
        };
        const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
        const hex = data => [...data].map(b => b.toString(16).padStart(2, '0')).join('');
        const encode = password => btoa(String.fromCharCode(...new TextEncoder().encode(password)));
        async function encrypt(password) {
          const pem = await (await fetch('{{key}}')).text();
          const n = BigInt('0x' + hex(bytes(pem.replace(/-----[^-]+-----|\s/g, '')).slice(33, 289)));
          const inner = encode(password);
          if (inner.length > 245) throw new Error('That password is too long.');
          const block = new Uint8Array(256);
          block[1] = 2;
          for (let i = 2; i < 255 - inner.length; i++)
            do crypto.getRandomValues(block.subarray(i, i + 1)); while (!block[i]);
          for (let i = 0; i < inner.length; i++) block[256 - inner.length + i] = inner.charCodeAt(i);
          const m = BigInt('0x' + hex(block));
          let c = m;
          for (let i = 0; i < 16; i++) c = c * c % n;
          c = c * m % n;
          return btoa(c.toString(16).padStart(512, '0').replace(/../g, h => String.fromCharCode(parseInt(h, 16))));
        }
        let more = {};
        const loadPicture = async () => {
          const answer = await fetch('{{captcha}}?email=' + encodeURIComponent(email()), { method: '{{method}}', cache: 'no-store' });
          if (answer.headers.get('Content-Type').startsWith('image/')) {
            $('picture').src = URL.createObjectURL(await answer.blob());
            return;
          }
          const { data, message } = await answer.json();
          if (!data) { said.textContent = message; return; }
          more = { captcha_id: data.captcha_id };
          $('picture').src = data.captcha_image;
        };
        const newPicture = () => loadPicture().catch(() => said.textContent = 'No picture came; press it to try again.');
        const onSubmit = (id, step) => $(id).addEventListener('submit', async event => {
          event.preventDefault();
          said.textContent = '…';
          try { await step($(id)); } catch (error) { said.textContent = error.message; }
        });
        $('forgot').onclick = () => { if (!$('login').email.reportValidity()) return; said.textContent = ''; newPicture(); show('captcha'); };
        $('picture').onclick = newPicture;
        onSubmit('login', async form => post('{{login}}', { password: await encrypt(form.password.value) }));
        onSubmit('captcha', async form => {
          if (await post('{{otp}}', { ...more, captcha: form.captcha.value })) show('verify');
          else { form.captcha.value = ''; newPicture(); }
        });
        onSubmit('verify', async form => {
          if (!'{{verify}}') { more = { otp: form.otp.value.trim() }; show('reset'); }
          else if (await post('{{verify}}', { otp: form.otp.value.trim() })) { more = {}; show('reset'); }
        });
        onSubmit('reset', async form => {
          const password = form.password.value, send = '{{verify}}' ? encrypt : encode;
          if (await post('{{reset}}', { ...more, new_password: await send(password), confirm_new_password: await send(password) })) {
            $('login').password.value = ''; show('login');
          }
        });
        </script>
        </body>
        </html>
        """;
}
