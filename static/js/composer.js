// The composer: how much room is left, previews of pictures, a field of words for each of them.
// Everything is sent by the plain form; without this module all fields are simply there.
import { weightedLength } from "./weight.js";

function showCount(form) {
  const count = form.querySelector("[data-composer-count]");
  const left = form.dataset.lengthMax - weightedLength(form.elements.text.value);
  count.value = form.elements.text.value ? String(left) : "";
  count.toggleAttribute("data-over", left < 0);
}

function keepFirst(input, most) {
  if (input.files.length <= most) return;
  const kept = new DataTransfer();
  for (const file of Array.from(input.files).slice(0, most)) kept.items.add(file);
  input.files = kept.files;
}

function showPictures(form) {
  const input = form.elements.pictures;
  keepFirst(input, Number(form.dataset.picturesMax));
  form.querySelectorAll("[data-composer-picture]").forEach((place, index) => {
    const file = input.files[index];
    const preview = place.querySelector("img");
    URL.revokeObjectURL(preview.src);
    place.toggleAttribute("data-shown", Boolean(file));
    preview.hidden = !file;
    if (file) preview.src = URL.createObjectURL(file);
  });
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (form && event.target.name === "text") showCount(form);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-composer]");
  if (form && event.target.name === "pictures") showPictures(form);
});

// Ctrl or Command and Enter sends, as everywhere where people write.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

document.querySelectorAll("[data-composer]").forEach(showCount);
