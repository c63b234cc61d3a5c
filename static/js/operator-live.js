// The operator's figures, asked for each second while the page is looked at, and their charts.
// Chart.js comes with the admin's frame as a global. Without this script the page reloads itself.
const EVERY_MS = 1000;
const COLOURS = ["#d4452a", "#2f7fd1", "#2b9d63"];

function chartOf(canvas) {
  const ink = getComputedStyle(canvas).color;
  const names = canvas.dataset.names.split(",");
  const grid = { color: "rgb(128 128 128 / 25%)" };
  const axis = { beginAtZero: true, grid, ticks: { color: ink, precision: 0 } };
  return new window.Chart(canvas, {
    type: "line",
    data: {
      labels: [],
      datasets: canvas.dataset.chart.split(",").map((key, place) => ({
        key,
        label: names[place],
        data: [],
        borderColor: COLOURS[place],
        borderDash: place ? [4 * place, 3] : [], // told apart without colours too
        borderWidth: 2,
        pointRadius: 0,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { labels: { color: ink } } },
      scales: { x: { grid: { display: false }, ticks: { color: ink, maxTicksLimit: 6, maxRotation: 0 } }, y: axis },
    },
  });
}

function fill(chart, columns) {
  chart.data.labels = columns.at;
  chart.data.datasets.forEach((line) => {
    line.data = columns[line.key];
  });
  chart.update("none");
}

function show(root, said) {
  root.querySelector("[data-live-phase]").textContent = said.phase_words;
  root.querySelector("[data-live-at]").textContent = said.at;
  for (const [code, figure] of Object.entries(said.figures)) {
    const place = root.querySelector(`[data-figure="${code}"]`);
    if (!place) continue;
    place.dataset.tone = figure.tone;
    place.querySelector("[data-value]").textContent = figure.value;
    place.querySelector("[data-note]").textContent = figure.note;
  }
}

async function ask(root, charts, state) {
  const lost = root.querySelector("[data-live-lost]");
  try {
    const response = await fetch(root.dataset.live, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    const said = await response.json();
    if (lost.textContent) lost.textContent = "";
    // Another state allows other acts: the page knows which.
    if (state.was && state.was !== said.state) window.location.reload();
    state.was = said.state;
    show(root, said);
    charts.forEach((chart) => fill(chart, said.chart));
  } catch {
    if (!lost.textContent) lost.textContent = root.dataset.lost;
  }
}

function watch(root) {
  const charts = [...root.querySelectorAll("canvas")].map(chartOf);
  const state = {};
  let busy = false;
  const turn = async () => {
    if (busy || document.hidden) return;
    busy = true;
    await ask(root, charts, state);
    busy = false;
  };
  turn();
  window.setInterval(turn, EVERY_MS);
}

function still(root) {
  const columns = JSON.parse(document.getElementById(root.dataset.still).textContent);
  root.querySelectorAll("canvas").forEach((canvas) => fill(chartOf(canvas), columns));
}

document.querySelectorAll("[data-live]").forEach(watch);
document.querySelectorAll("[data-still]").forEach(still);
