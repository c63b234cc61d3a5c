// The sale's page goes through its phases without a reload: it sends the one button, asks for the
// person's standing at the interval that the server sets, and fetches the next face when it is known.
import { nonce } from "./proof-of-work.js";

const root = document.querySelector("[data-sale]");
const said = root.querySelector("[data-sale-said]");
const RETRY_MS = 2000;
const IN_LINE = ["in_line", "placed"];
let [asking, inLine, slot] = [0, false, "1"];

const panel = () => root.querySelector("[data-sale-panel]");

function say(text) {
  if (said.textContent !== text) said.textContent = text;
  said.classList.remove("visually-hidden");
}

function showPanel() {
  // The face says it to the eye; the line stays for whoever listens.
  said.classList.add("visually-hidden");
  return window.htmx.ajax("GET", root.dataset.panelUrl, { target: "#sale-panel", swap: "innerHTML" });
}

function later(act, milliseconds) {
  clearTimeout(asking);
  // Some spread, so that a crowd that started together does not ask together.
  asking = setTimeout(act, milliseconds * (0.8 + 0.4 * Math.random()));
}

const wait = (milliseconds) => later(ask, milliseconds);

async function ask() {
  try {
    const headers = { "Sale-Token": panel().dataset.token };
    const response = await fetch(`${root.dataset.stateUrl}?slot=${slot}`, { headers });
    if (!response.ok) return await showPanel();
    await follow(await response.json());
  } catch {
    say(root.dataset.offline);
    wait(RETRY_MS);
  }
}

// Whoever was in line when the gate was lost is in no line now: sent again, the receipt in the
// cookie brings the same place back.
async function follow(answer) {
  const dropped = answer.standing === "none" || answer.standing === "restoring";
  if (!inLine || !dropped) return settle(answer);
  await claim(new URLSearchParams({ token: panel().dataset.token, slot }));
}

async function claim(body) {
  const { token } = panel().dataset;
  if (Number(root.dataset.workBits)) say(root.dataset.working);
  body.set("nonce", await nonce({ ...root.dataset, token }));
  await send(root.dataset.claimUrl, body);
}

async function send(url, body) {
  try {
    const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.headers.get("Content-Type") !== "application/json") return await showPanel();
    const answer = await response.json();
    await settle(answer);
    // Not taken, and nothing lost: the same is sent again when the server wants it.
    if (answer.retry_after_seconds) later(() => send(url, body), answer.retry_after_seconds * 1250);
  } catch {
    say(root.dataset.offline);
    wait(RETRY_MS);
  }
}

async function settle(answer) {
  say(`${answer.title}. ${answer.detail}`);
  inLine ||= IN_LINE.includes(answer.standing);
  root.dataset.waiting = answer.poll_ms ? answer.standing : "";
  if (answer.poll_ms) {
    wait(answer.poll_ms);
  } else if (answer.wait_ms) {
    unlock();
  } else if (!answer.retry_after_seconds) {
    await showPanel();
  }
}

function unlock() {
  for (const form of root.querySelectorAll("form[data-waits]")) delete form.dataset.waits;
  for (const button of root.querySelectorAll(".sale__button")) button.disabled = false;
}

function prepare() {
  for (const button of root.querySelectorAll("form[data-waits] .sale__button")) button.disabled = true;
  inLine = IN_LINE.includes(panel().dataset.standing);
  slot = panel().dataset.slot;
  if (root.querySelector("[data-sale-claim]")) nonce({ ...root.dataset, token: panel().dataset.token });
  if (panel().hasAttribute("data-under-way")) wait(300);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-sale-claim], [data-sale-reserve]")) return;
  event.preventDefault();
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const body = new URLSearchParams(new FormData(form));
  slot = body.get("slot") ?? slot;
  if (form.matches("[data-sale-claim]")) claim(body);
  else send(form.action, body);
});

root.addEventListener("countdown:left", (event) => {
  say(event.detail.seconds > 10 ? root.dataset.minute : root.dataset.ten);
});

root.addEventListener("countdown:over", () => {
  if (root.querySelector("form[data-waits]")) unlock();
  else setTimeout(showPanel, 300 + 1700 * Math.random());
});

root.addEventListener("htmx:afterSwap", prepare);
prepare();
