// [data-copy="text"] copies and says so. The button is .only-js: without a script it is not there.
import { show } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  show(document.getElementById("toasts").dataset.copied, "success");
});
