// The card is typed on this page, into a frame of the card service; its number never reaches us.
// Whatever fails before the frame stands, the form stays hidden and the hosted page is the way.
// Source: https://docs.stripe.com/js/setup_intents/confirm_setup
const form = document.querySelector("[data-payment-element]");
const frame = form.querySelector("[data-payment-element-frame]");
const said = form.querySelector("[data-payment-element-said]");
const button = form.querySelector("button");

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

async function begin() {
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(form.action, { method: "POST", body });
  if (!response.ok) throw new Error(`${form.action} answered ${response.status}`);
  return response.json();
}

async function confirm(stripe, elements, returnUrl) {
  button.disabled = true;
  said.textContent = "";
  const confirmParams = { return_url: returnUrl };
  const { error } = await stripe.confirmSetup({ elements, confirmParams });
  // Who comes this far was refused: a card that is taken leads away, to the return address.
  said.textContent = error.message;
  button.disabled = false;
}

async function mount() {
  const stripe = window.Stripe(form.dataset.key);
  const { client_secret: clientSecret, return_url: returnUrl } = await begin();
  const appearance = { theme: isDark() ? "night" : "stripe" };
  const elements = stripe.elements({ clientSecret, appearance });
  const element = elements.create("payment");
  element.on("loaderror", () => { form.hidden = true; });
  form.hidden = false;
  element.mount(frame);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    confirm(stripe, elements, returnUrl);
  });
}

if (window.Stripe) mount().catch((error) => console.info(error.message));
