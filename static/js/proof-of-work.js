// The number that a sale asks of each browser, sought by a worker while its person waits.
const found = new Map();

export function nonce({ token, workBits, workUrl }) {
  if (!token || !Number(workBits)) return Promise.resolve("");
  if (!found.has(token)) {
    found.set(
      token,
      new Promise((resolve) => {
        const worker = new Worker(workUrl);
        worker.addEventListener("message", ({ data }) => {
          resolve(data);
          worker.terminate();
        });
        worker.postMessage({ text: token, bits: Number(workBits) });
      }),
    );
  }
  return found.get(token);
}
