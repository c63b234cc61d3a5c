// Where a refusal goes: into the [data-problem-slot] of the form that asked, else into a toast.
// A lost connection and a broken server are said too; htmx alone would stay silent.
import { show } from "./toasts.js";

const words = document.getElementById("toasts").dataset;

function readProblem(text) {
  const content = new DOMParser().parseFromString(text, "text/html");
  return content.querySelector("[data-problem]");
}

function place(problem, asker) {
  const slot = asker.closest("form, [data-problem-scope]")?.querySelector("[data-problem-slot]");
  if (slot) {
    slot.replaceChildren(problem);
    slot.scrollIntoView({ block: "nearest" });
  } else {
    show(problem, "error");
  }
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  const problem = readProblem(xhr.responseText);
  if (problem) {
    event.detail.shouldSwap = false;
    place(problem, requestConfig.elt);
  } else if (xhr.status !== 422) {
    show(words.broken, "error");
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form, [data-problem-scope]");
  form?.querySelector("[data-problem-slot]")?.replaceChildren();
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => show(words.offline, "error"));
}
