// Every [data-countdown] runs to data-until on the server's clock: the browser's own may be wrong.
// It says "countdown:left" at one minute and at ten seconds, and "countdown:over" once, at the end.
const started = new WeakMap();
const MILESTONES = [60, 10];

function begin(element) {
  const until = Number(element.dataset.until) * 1000;
  const server = Number(element.dataset.serverNow) * 1000;
  const clock = { ends: performance.now() + (until - server), said: Infinity, over: false };
  started.set(element, clock);
  return clock;
}

function digits(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [days, rest] = [Math.floor(seconds / 86400), seconds % 86400];
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60)];
  // As the server writes it (clock_digits), so that nothing jumps when the script takes over.
  if (!days && !hours) return `${minutes}:${two(rest % 60)}`;
  const text = `${hours}:${two(minutes)}:${two(rest % 60)}`;
  return days ? `${days}d ${text}` : text;
}

function say(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

function show(element) {
  const clock = started.get(element) ?? begin(element);
  if (clock.over) return;
  const seconds = Math.max(0, Math.ceil((clock.ends - performance.now()) / 1000));
  const text = digits(seconds);
  if (element.textContent !== text) element.textContent = text;
  const milestone = MILESTONES.find((each) => seconds === each && each < clock.said);
  if (milestone) {
    clock.said = milestone;
    say(element, "countdown:left", { seconds });
  }
  if (seconds === 0) {
    clock.over = true;
    say(element, "countdown:over", {});
  }
}

function showAll() {
  document.querySelectorAll("[data-countdown]").forEach(show);
}

showAll();
setInterval(showAll, 200);
