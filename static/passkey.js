// Passkeys: asks the browser, and sends its answer with the form. Without scripts, or in a browser that knows none,
// these forms stay hidden.
{
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // As `parseCreationOptionsFromJSON` and its like would read it, which not every browser has.
  const read = (form) => {
    const { publicKey, mediation } = JSON.parse(form.dataset.passkey);
    publicKey.challenge = bytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
    for (const list of [publicKey.excludeCredentials, publicKey.allowCredentials]) {
      for (const credential of list ?? []) credential.id = bytes(credential.id);
    }
    return { publicKey, mediation };
  };

  // As `toJSON` would write it, which some password managers leave out.
  const write = ({ id, rawId, type, authenticatorAttachment, response }) => JSON.stringify({
    id,
    rawId: text(rawId),
    type,
    authenticatorAttachment: authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle) || undefined,
    },
  });

  const set_up = (form) => {
    const hint = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    let waiting;

    const ask = async (options) => {
      const { publicKey } = read(form);
      const asked = { publicKey, ...options };
      const credential = publicKey.user
        ? await navigator.credentials.create(asked)
        : await navigator.credentials.get(asked);
      form.elements.response.value = write(credential);
      form.requestSubmit();
    };

    // Offers passkeys where the browser fills in the name, for as long as the page is open.
    // Not after one was refused: what answers by itself would be refused again and again.
    const wait = async () => {
      if (read(form).mediation !== "conditional" || "refused" in form.dataset) return;
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
      waiting = new AbortController();
      try {
        await ask({ mediation: "conditional", signal: waiting.signal });
      } catch {
        // Whoever types a password instead need not hear of it.
      }
    };

    let busy = false;
    button.addEventListener("click", async () => {
      if (busy) return;
      busy = true;
      hint.textContent = "";
      waiting?.abort();
      try {
        await ask({});
      } catch (error) {
        hint.textContent = error.name === "InvalidStateError" ? hint.dataset.present : hint.dataset.cancelled;
        wait();
      }
      busy = false;
    });

    // Sent by the key Enter in a field of the form: there is nothing to send yet. Heard before once.js hears it.
    form.addEventListener("submit", (event) => {
      if (form.elements.response.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      button.click();
    }, { capture: true });

    form.hidden = false;
    wait();
    // Back on this page, which the browser may have kept as it was.
    window.addEventListener("pageshow", (event) => {
      form.elements.response.value = "";
      if (event.persisted) wait();
    });
  };

  if (window.PublicKeyCredential && navigator.credentials) {
    document.querySelectorAll("form[data-passkey]").forEach(set_up);
    document.querySelectorAll("[data-passkey-missing]").forEach((words) => { words.hidden = true; });
    // Tells the server that this device could keep a passkey.
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.().then((able) => {
      for (const field of document.querySelectorAll("input[name=passkeys]")) field.value = able ? "yes" : "";
    });
  }
}
