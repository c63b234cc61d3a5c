// The sale's page goes through its phases without a reload: it sends the one button, asks for the
// person's standing at the interval that the server sets, and fetches the next face when it is known.
import { nonce } from "./proof-of-work.js";
import { FORMS, fetchSoon, lock, looksTheSame, panel, problemIn, root, say, sayWhy, showNews, showPanel, showSoon, tell } from "./sale-face.js";
import "./sale-window.js";

const RETRY_MS = 2000;
const [IN_LINE, DROPPED] = [["in_line", "placed"], ["none", "restoring"]];
// `wish` sends once more what was pressed, as long as it may not have arrived.
let [asking, wish, slot] = [0, null, "1"];

function later(act, milliseconds) {
  clearTimeout(asking);
  // Some spread, so that a crowd that started together does not ask together.
  asking = setTimeout(act, milliseconds * (0.8 + 0.4 * Math.random()));
}

function offline() {
  say(root.dataset.offline);
  later(ask, RETRY_MS);
}

async function refuse(text) {
  wish = null;
  await showPanel();
  if (text) sayWhy(text);
}

async function ask() {
  try {
    const headers = { "Sale-Token": panel().dataset.token };
    const response = await fetch(`${root.dataset.stateUrl}?slot=${slot}`, { headers });
    if (!response.ok) return await refuse("");
    const answer = await response.json();
    // Lost with the gate, or never arrived: the receipt in the cookie brings the same place back.
    await (wish && DROPPED.includes(answer.standing) ? wish() : settle(answer));
  } catch {
    offline();
  }
}

async function claim(body) {
  try {
    body.set("nonce", await nonce({ ...root.dataset, token: panel().dataset.token }));
  } catch {
    return await refuse(root.dataset.workless);
  }
  await send(root.dataset.claimUrl, body);
}

async function send(url, body) {
  try {
    const headers = { Accept: "application/json", "HX-Request": "true" };
    const response = await fetch(url, { method: "POST", body, headers });
    if (response.headers.get("Content-Type") === "application/json") await settle(await response.json());
    else await refuse(problemIn(await response.text()));
  } catch {
    offline();
  }
}

async function settle(answer) {
  const text = `${answer.title}. ${answer.detail}`;
  root.dataset.waiting = answer.poll_ms ? answer.standing : "";
  if (answer.poll_ms) {
    tell(answer);
    later(ask, answer.poll_ms);
    showNews(answer);
  } else if (answer.retry_after_seconds && wish) {
    // Not taken, and nothing lost: until then a second press changes nothing.
    say(`${text} ${root.dataset.again}`);
    later(wish, answer.retry_after_seconds * 1250);
  } else {
    wish = null;
    say(text);
    if (answer.wait_ms) lock(false);
    else await conclude(answer, text);
  }
}

async function conclude(answer, text) {
  if (answer.fetch_ms) return showSoon(answer);
  await showPanel();
  const isSaid = answer.unit || ["none", panel().dataset.standing].includes(answer.standing);
  if (looksTheSame() && !isSaid) sayWhy(text);
}

function prepare() {
  const { token, standing } = panel().dataset;
  if (!wish) slot = panel().dataset.slot;
  if (IN_LINE.includes(standing)) wish ??= () => claim(new URLSearchParams({ token, slot }));
  for (const button of root.querySelectorAll("form[data-waits] button")) button.disabled = true;
  if (wish) lock(true);
  // Begun while its person waits; whoever presses hears of a failure.
  if (root.querySelector("[data-sale-claim]")) nonce({ ...root.dataset, token }).catch(() => {});
  if (panel().hasAttribute("data-under-way")) later(ask, 300);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(FORMS)) return;
  event.preventDefault();
  if (wish) return;
  const body = new URLSearchParams(new FormData(form));
  slot = body.get("slot") ?? slot;
  wish = form.matches("[data-sale-claim]") ? () => claim(body) : () => send(form.action, body);
  lock(true);
  wish();
});

root.addEventListener("countdown:over", () => {
  const waiting = root.querySelectorAll("form[data-waits]");
  for (const form of waiting) delete form.dataset.waits;
  if (waiting.length) lock(wish !== null);
  else fetchSoon(300 + 1700 * Math.random());
});

root.addEventListener("htmx:afterSwap", prepare);
prepare();
