// An app with a login and no way to recover a password, behind the sidecar: all it adds is the route that believes an assertion.
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import express from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { PORT = "3000", SIDECAR_JWKS = "http://127.0.0.1:9090/.well-known/jwks.json", LOOKUP_SECRET = "change-me" } = process.env;

const users = new Map();
const hash = (password, salt) => scryptSync(password, salt, 32);
const setPassword = (email, password) => {
  const salt = randomBytes(16);
  users.set(email, { salt, hash: hash(password, salt) });
};
setPassword("alice@example.com", "alice-password");

// Fetches the key set when it needs one, keeps it, and fetches it anew for a key it does not know.
const keys = createRemoteJWKSet(new URL(SIDECAR_JWKS));

// Assertions that were used, until they end. With several replicas this belongs into your database, behind a unique index.
const used = new Map();
function takeOnce({ jti, exp }) {
  const now = Date.now() / 1000;
  for (const [id, end] of used) if (end < now - 60) used.delete(id);
  if (used.has(jti)) return false;
  used.set(jti, exp);
  return true;
}

// Whose address the sidecar says is proven; undefined when it does not.
async function provenAddress(req, purpose) {
  try {
    const { payload } = await jwtVerify(req.get("Sidecar-Assertion") ?? "", keys, {
      algorithms: ["ES256"],
      issuer: "sidecar",
      audience: "app",
      requiredClaims: ["sub", "exp", "jti"],
      clockTolerance: 5,
    });
    return payload.purpose === purpose && takeOnce(payload) ? payload.sub : undefined;
  } catch (error) {
    console.error(`assertion refused: ${error.code}`);
    return undefined;
  }
}

const app = express().disable("x-powered-by").use(express.json());

app.post("/user/forget/reset", async (req, res) => {
  const { password } = req.body ?? {};
  // First what the person can mend, so that the proof is not used up by it: a 4xx gives it back.
  if (typeof password !== "string" || password.length < 8) return res.status(422).json({ error: "at least 8 characters" });
  // The address is the assertion's: the body's is only what somebody typed.
  const email = await provenAddress(req, "recovery");
  if (!email || !users.has(email)) return res.status(403).json({ error: "not proven" });
  setPassword(email, password);
  res.json({ done: true });
});

app.post("/login", (req, res) => {
  const { email, password } = req.body ?? {};
  const user = users.get(String(email).toLowerCase());
  const right = user && timingSafeEqual(user.hash, hash(String(password), user.salt));
  res.status(right ? 200 : 401).json({ right: Boolean(right) });
});

// For accounts.kind: http. It tells who has an account, so only the sidecar may ask.
app.get("/internal/accounts", (req, res) => {
  if (req.get("Authorization") !== `Bearer ${LOOKUP_SECRET}`) return res.sendStatus(401);
  res.sendStatus(users.has(String(req.query.email).toLowerCase()) ? 200 : 404);
});

app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
