// Asks the device for a passkey and sends its answer with the form.
const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("[type=submit]");
const { create, get } = navigator.credentials ?? {};
const PK = window.PublicKeyCredential;

async function answer() {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const asked = await (await fetch(form.dataset.url, { method: "POST", body })).json();
  if (form.dataset.passkey === "creation") {
    return create.call(navigator.credentials, { publicKey: PK.parseCreationOptionsFromJSON(asked) });
  }
  return get.call(navigator.credentials, { publicKey: PK.parseRequestOptionsFromJSON(asked) });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!form.reportValidity()) return;
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await answer());
    form.submit();
  } catch {
    form.querySelector("[data-failed]").hidden = false;
    button.disabled = false;
  }
});
button.disabled = false;
