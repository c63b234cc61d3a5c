// What a sale's page shows at this moment: the face, the line of words above it, and its buttons.
export const root = document.querySelector("[data-sale]");
export const FORMS = "[data-sale-claim], [data-sale-reserve]";

const said = root.querySelector("[data-sale-said]");
const RETRY_MS = 5000;
let coming = 0;

// Faces that were there before a press too, and say nothing of it.
const SAME = ".sale__button, [data-sale-reserve], .sale__panel--held, .sale__panel--paid";

export const panel = () => root.querySelector("[data-sale-panel]");
export const looksTheSame = () => root.querySelector(SAME) !== null;

export function say(text) {
  if (said.textContent !== text) said.textContent = text;
  said.classList.remove("visually-hidden");
  delete root.dataset.refused;
}

// What the face says already is only for whoever listens.
export function tell(answer) {
  say(`${answer.title}. ${answer.detail}`);
  if (panel().dataset.standing === answer.standing) said.classList.add("visually-hidden");
}

// A refusal that leaves the same button has to be read beside it.
export function sayWhy(text) {
  say(text);
  root.dataset.refused = "";
}

root.addEventListener("countdown:left", ({ detail }) => {
  say(detail.seconds > 10 ? root.dataset.minute : root.dataset.ten);
});

export function lock(isLocked) {
  for (const button of root.querySelectorAll(`:is(${FORMS}) button`)) {
    button.disabled = isLocked;
    if (!isLocked) delete button.dataset.busy;
  }
}

export function showPanel() {
  clearTimeout(coming);
  coming = 0;
  // The face says it to the eye; the line stays for whoever listens.
  said.classList.add("visually-hidden");
  return window.htmx.ajax("GET", root.dataset.panelUrl, { target: "#sale-panel", swap: "innerHTML" });
}

// What has changed for a whole crowd is fetched by each at a moment of their own, once.
export function fetchSoon(milliseconds) {
  coming ||= setTimeout(() => showPanel().catch(() => {}), milliseconds);
}

// One that did not come (no connection, a site that starts anew) is asked for until it does: whoever
// was told to leave the page open need not know that it has to be loaded again.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const isPanel = detail.pathInfo.requestPath === root.dataset.panelUrl;
  if (isPanel && !detail.successful) fetchSoon(RETRY_MS * (0.5 + Math.random()));
});

export function showNews(answer) {
  if (answer.draw_step > Number(panel().dataset.drawStep)) fetchSoon(answer.fetch_ms);
}

// Until then the line above says it.
export function showSoon(answer) {
  panel().dataset.outdated = "";
  fetchSoon(answer.fetch_ms);
}

// In words, from what the site answers where it has no standing to tell.
export function problemIn(html) {
  const problem = new DOMParser().parseFromString(html, "text/html").querySelector("[data-problem]");
  const lines = [...(problem?.querySelectorAll(".problem__words > p:not(.button-row)") ?? [])];
  return lines.map((line) => line.textContent.trim()).join(". ") || root.dataset.broken;
}
