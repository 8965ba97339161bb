// Passkeys. The forms carry data-passkey="login | add | check"; the answer of the key goes in
// their hidden field « credential », as JSON with base64url texts.

function fromText(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (keys) => (keys ?? []).map((key) => ({ ...key, id: fromText(key.id) }));

function answer(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: toText(credential.rawId), type: credential.type,
    response: parts, clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function create(options, alone) {
  const { publicKey } = options;
  return navigator.credentials.create({ publicKey: {
    ...publicKey,
    challenge: fromText(publicKey.challenge),
    user: { ...publicKey.user, id: fromText(publicKey.user.id) },
    excludeCredentials: withBytes(publicKey.excludeCredentials),
    authenticatorSelection: {
      ...publicKey.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      ...(alone ? { userVerification: "required" } : {}),
    },
  } });
}

async function check(options) {
  const { publicKey } = options;
  return navigator.credentials.get({ publicKey: {
    ...publicKey,
    challenge: fromText(publicKey.challenge),
    allowCredentials: withBytes(publicKey.allowCredentials),
  } });
}

function written() {
  return JSON.parse(document.getElementById("passkey-options").textContent);
}

const acts = {
  async login(form) {
    const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(`passkey options: ${reply.status}`);
    return check((await reply.json()).request_options);
  },
  add: (form) => create(written().creation_options, form.elements.passwordless?.checked ?? false),
  check: () => check(written().request_options),
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = document.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (problem) problem.hidden = true;
    try {
      form.elements.credential.value = answer(await acts[form.dataset.passkey](form));
      form.submit();
    } catch (error) {
      console.warn(error);
      if (problem) { problem.hidden = false; problem.focus(); }
    }
  });
}
