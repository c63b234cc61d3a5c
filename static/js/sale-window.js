// What pressing means before, inside and after the opening window of a sale, as it is at this
// moment on the server's clock: nobody of a crowd has to ask for it.
const clocks = new WeakMap();

function serverNow(place) {
  if (!clocks.has(place)) clocks.set(place, Number(place.dataset.serverNow) * 1000 - performance.now());
  return clocks.get(place) + performance.now();
}

function show(place) {
  const now = serverNow(place) / 1000;
  const { starts, ends } = place.dataset;
  const part = now < Number(starts) ? "before" : now < Number(ends) ? "inside" : "over";
  for (const words of place.children) words.hidden = words.dataset.part !== part;
}

setInterval(() => document.querySelectorAll("[data-window]").forEach(show), 200);
