// Runs before the first paint: marks that scripts are there, and keeps the choice of light or
// dark in a cookie, so that the server writes it into the page and nothing flashes.
(() => {
  "use strict";
  const root = document.documentElement;
  root.dataset.js = "";

  const isDark = () =>
    root.dataset.theme
      ? root.dataset.theme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;

  const markSwitches = () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(isDark()));
    }
  };

  document.addEventListener("DOMContentLoaded", markSwitches);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    root.dataset.theme = isDark() ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    markSwitches();
  });
})();
