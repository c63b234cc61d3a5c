// Toasts leave by themselves after a while, unless one is being read or used.
const SHOWN_MS = 6_000;
const SHOWN_WITH_UNDO_MS = 12_000;

const region = document.getElementById("toasts");

function dismissLater(toast) {
  const shown = toast.querySelector("form, a, .problem") ? SHOWN_WITH_UNDO_MS : SHOWN_MS;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, SHOWN_MS);
    else toast.remove();
  };
  setTimeout(leave, shown);
}

export function show(content, kind = "") {
  const toast = document.createElement("div");
  toast.className = `toast ${kind && `toast--${kind}`}`;
  toast.dataset.toast = "";
  if (typeof content === "string") {
    const words = document.createElement("p");
    words.className = "toast__text";
    words.textContent = content;
    toast.append(words);
  } else {
    toast.append(content);
  }
  toast.append(closeButton());
  region.append(toast);
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--icon";
  button.dataset.toastClose = "";
  button.setAttribute("aria-label", region.dataset.dismiss);
  button.textContent = "×";
  return button;
}

region.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

region.querySelectorAll("[data-toast]").forEach(dismissLater);
new MutationObserver((records) => {
  for (const record of records) {
    for (const node of record.addedNodes) if (node.matches?.("[data-toast]")) dismissLater(node);
  }
}).observe(region, { childList: true });
