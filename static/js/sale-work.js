// A worker of its own: looks for the number that gives SHA-256("<token>.<number>") so many leading
// zero bits. Against robots a sale may ask that of every browser while its person waits. Written
// out, because the browser's own digest answers a thousand times slower than it computes.
const K = new Uint32Array(64);
const START = new Uint32Array(8);

function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
primes(64).forEach((prime, i) => {
  K[i] = fraction(Math.cbrt(prime));
  if (i < 8) START[i] = fraction(Math.sqrt(prime));
});

const W = new Uint32Array(64);
const TOLD_EVERY = 2 ** 15; // tries: some times a second on an old phone
const turn = (x, by) => (x >>> by) | (x << (32 - by));

function compress(state, view, at) {
  for (let i = 0; i < 16; i++) W[i] = view.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const [a, b] = [W[i - 15], W[i - 2]];
    W[i] = W[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + W[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
}

function find(text, bits) {
  const prefix = new TextEncoder().encode(`${text}.`);
  const whole = prefix.length - (prefix.length % 64);
  const first = START.slice();
  for (let at = 0; at < whole; at += 64) compress(first, new DataView(prefix.buffer), at);
  const rest = prefix.subarray(whole);
  const block = new Uint8Array(128);
  const view = new DataView(block.buffer);
  const state = new Uint32Array(8);
  for (let number = 0; ; number++) {
    if (number % TOLD_EVERY === 0) postMessage({ tried: number });
    const digits = String(number);
    const length = rest.length + digits.length;
    const end = length < 56 ? 64 : 128;
    block.fill(0);
    block.set(rest);
    for (let i = 0; i < digits.length; i++) block[rest.length + i] = digits.charCodeAt(i);
    block[length] = 0x80;
    view.setUint32(end - 4, (whole + length) * 8);
    state.set(first);
    for (let at = 0; at < end; at += 64) compress(state, view, at);
    if (Math.clz32(state[0]) >= bits) return digits; // a sale asks for 22 bits at most
  }
}

addEventListener("message", ({ data }) => postMessage({ number: find(data.text, data.bits) }));
