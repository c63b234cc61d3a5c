// The number that a sale asks of each browser, sought by a worker while its person waits. How far
// it is: so many of all browsers would have found theirs by now.
const seekers = new Map();

export function nonce({ token, workBits, workUrl }) {
  if (!token || !Number(workBits)) return Promise.resolve("");
  if (!seekers.has(token)) seekers.set(token, seek(token, Number(workBits), workUrl));
  const seeker = seekers.get(token);
  show(seeker);
  return seeker.found;
}

function seek(text, bits, url) {
  const seeker = { share: 0, isDone: false };
  seeker.found = new Promise((resolve, reject) => {
    const worker = new Worker(url);
    worker.addEventListener("error", () => {
      seekers.delete(text); // whoever presses again tries again
      reject(new Error("The worker could not be started."));
    });
    worker.addEventListener("message", ({ data }) => {
      seeker.isDone = data.number !== undefined;
      seeker.share = seeker.isDone ? 1 : 1 - Math.exp(-data.tried / 2 ** bits);
      show(seeker);
      if (!seeker.isDone) return;
      resolve(data.number);
      worker.terminate();
    });
    worker.postMessage({ text, bits });
  });
  return seeker;
}

function show({ share, isDone }) {
  for (const place of document.querySelectorAll("[data-sale-work]")) {
    place.querySelector("progress").value = share;
    const words = place.querySelector("[data-words]");
    const text = isDone ? place.dataset.done : place.dataset.running;
    if (words.textContent !== text) words.textContent = text;
  }
}
