// Dialogs open from [data-dialog-open="<id>"]; without this script the same link leads to a page.
// Menus (details.menu) close when something else is clicked, or on Escape.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const shown = event.target.closest("dialog[open]");
  const onBackdrop = event.target === shown;
  if (shown && (onBackdrop || event.target.closest("[data-dialog-close]"))) shown.close();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const chose = event.target.closest(".menu__item");
    if (!menu.contains(event.target) || chose) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
