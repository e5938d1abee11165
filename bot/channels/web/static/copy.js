// «Kopiera citat»: the words and their full reference, with the address of the very passage.

async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const helper = document.createElement("textarea");
  helper.value = text;
  helper.className = "visually-hidden";
  document.body.append(helper);
  helper.select();
  const copied = document.execCommand("copy");
  helper.remove();
  if (!copied) throw new Error("not copied");
}

async function copyQuote(button) {
  const figure = button.closest("figure");
  const status = figure.querySelector(".copied");
  const address = new URL(figure.querySelector("a.context").getAttribute("href"), location.href).href;
  const english = Boolean(button.closest("[lang='en']"));
  try {
    await toClipboard(`${button.dataset.copy}\n${address}`);
    status.textContent = english ? "Copied" : "Kopierat";
  } catch {
    status.textContent = english ? "Could not copy" : "Det gick inte att kopiera";
  }
  button.focus();
  setTimeout(() => {
    status.textContent = "";
  }, 4000);
}

export function showCopyButtons(within) {
  for (const button of within.querySelectorAll("button.copy")) button.hidden = false;
}

export function listenForCopy() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copyQuote(button);
  });
}
