// Draws what was said. Replies come from the service as HTML that is already escaped; what the visitor wrote is only
// ever set as text.

import { showCopyButtons } from "./copy.js";

const RATED = new Set(["answer", "related", "no_answer", "outcome"]);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function said(item) {
  const words = element("p");
  words.textContent = item.text;
  const article = element("article", { class: "you", "data-event": item.id }, heading("Du skrev"), words);
  if (item.state) {
    article.append(element("span", { class: "state" }, item.state));
    article.classList.toggle("failed", item.failed === true);
  }
  return article;
}

function heading(text) {
  return element("h3", { class: "visually-hidden" }, text);
}

function rating(item) {
  const english = item.language === "en";
  const thanks = element("span", { role: "status" });
  const row = element("div", { class: "rate", role: "group", "aria-label": english ? "Rate the answer" : "Tyck till om svaret" });
  if (item.rated) {
    thanks.textContent = item.thanks || "Tack!";
  } else {
    const up = english ? "The answer helped me" : "Svaret hjälpte mig";
    const down = english ? "The answer is not right" : "Svaret stämmer inte";
    row.append(
      element("button", { type: "button", "data-rate": "up", "data-reply": item.id }, up),
      element("button", { type: "button", "data-rate": "down", "data-reply": item.id }, down),
    );
  }
  row.append(thanks);
  return row;
}

function answered(item) {
  const reply = element("div", { class: "reply" });
  reply.innerHTML = item.html;
  const english = item.language === "en";
  const article = element(
    "article",
    { class: "bot", "data-id": item.id, tabindex: "-1", lang: english ? "en" : undefined },
    heading(english ? "IOP-lotsen answers" : "IOP-lotsen svarar"),
    reply,
  );
  showCopyButtons(article);
  if (RATED.has(item.kind)) article.append(rating(item));
  return article;
}

export function draw(item) {
  return item.who === "you" ? said(item) : answered(item);
}

// Where the open dialog stands after all that was said. A press that could not be taken (a command without a dialog
// came back) leaves it where it was.
function openFlow(items) {
  let flow = null;
  let pressed = false;
  for (const item of items) {
    if (item.who === "you") pressed = Boolean(item.pressed);
    else if (item.flow || !(pressed && item.kind === "command")) flow = item.flow;
  }
  return flow;
}

// Only the choices of the question that is open now can be pressed, where it was asked last; older ones are answered.
export function settleChoices(log, items) {
  const last = items.filter((item) => item.who === "bot").pop();
  const flow = openFlow(items);
  let shown = false;
  for (const group of [...log.querySelectorAll("[data-choices]")].reverse()) {
    const button = group.querySelector("[data-press], input");
    const press = button ? JSON.parse(button.value) : {};
    const newest = last && group.closest("article")?.dataset.id === last.id;
    const open = press.flow
      ? flow && flow.id === press.flow && flow.question === press.question && flow.answered === press.answered
      : newest;
    group.hidden = !open || shown;
    shown ||= Boolean(open);
  }
}
