// The chat page: what the visitor does becomes items in the store and in the queue; replies come back into the log.

import { listenForCopy } from "./copy.js";
import { Delivery } from "./delivery.js";
import { draw, settleChoices } from "./log.js";
import { randomId, Store } from "./store.js";

const find = (id) => document.getElementById(id);
const chat = find("chat");
const log = find("log");
const text = find("text");
const most = Number(chat.dataset.max);
const mostInFile = Number(chat.dataset.maxFile);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const store = new Store(Number(chat.dataset.days));
let slowTimer = 0;
let focusReply = false;

const delivery = new Delivery(chat.dataset.base, store, {
  replies: showReplies,
  refused(item, message) {
    if (item.silent) return;
    mark(item.event, "Meddelandet kunde inte tas emot.", true);
    find("problem").textContent = message;
  },
  trouble(offline) {
    const why = offline ? "Du verkar vara utan nät." : "Ingen kontakt med tjänsten just nu.";
    tell(`${why} Det du har skrivit är sparat och skickas så snart det går.`);
    find("retry").hidden = false;
    const waiting = store.read().queue[0];
    if (waiting) mark(waiting.event, "Inte skickat ännu");
  },
  well() {
    find("retry").hidden = true;
    tell("");
  },
  notice: (message) => tell(message),
  slow: () => wait("Det tar lite längre tid än vanligt"),
  busy(yes) {
    clearTimeout(slowTimer);
    if (yes) slowTimer = setTimeout(() => wait("Söker i källorna"), 400);
    else wait("");
  },
});

// Status regions are only written when something changes, so that screen readers say it once.
function put(id, words) {
  if (find(id).textContent !== words) find(id).textContent = words;
}

function tell(words) {
  put("connection-text", words);
  find("connection").classList.toggle("on", words !== "");
}

function wait(words) {
  put("waiting", words);
}

function scrollTo(element) {
  element.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

function articleOf(id) {
  return [...log.children].find((article) => article.dataset.event === id || article.dataset.id === id);
}

function redraw() {
  log.setAttribute("aria-live", "off");
  log.replaceChildren(...store.state.items.map(draw));
  settle();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function settle() {
  settleChoices(log, store.state.items);
  const talking = store.state.items.length > 0;
  chat.classList.toggle("talking", talking);
  find("clear").hidden = !talking;
}

// Change an item that is already shown, in the store and on the page.
function mark(id, state, failed = false) {
  store.change((all) => {
    for (const item of all.items) if (item.id === id) Object.assign(item, { state, failed });
  });
  const item = store.state.items.find((one) => one.id === id);
  if (item) articleOf(id)?.replaceWith(draw(item));
}

function append(item) {
  store.change((all) => {
    if (!all.items.some((other) => other.id === item.id)) all.items.push(item);
  });
  if (!articleOf(item.id)) log.append(draw(item));
}

function send(body, words) {
  const event = randomId();
  find("problem").textContent = "";
  append({ id: event, who: "you", text: words, pressed: Boolean(body.press) });
  settle();
  articleOf(event).scrollIntoView({ block: "nearest" });
  delivery.add({ conversation: store.state.conversation, event, body });
}

function showReplies(item, replies, person) {
  if (item.silent || item.conversation !== store.read().conversation) return;
  if (person) store.change((all) => Object.assign(all, { person }));
  if (item.body.feedback && thank(item.body.feedback, replies)) return;
  mark(item.event, "");
  for (const reply of replies) append({ ...reply, who: "bot" });
  settle();
  if (replies.length) bringIntoView(articleOf(item.event), articleOf(replies[0].id));
}

// The start of the answer is what is to be seen, with the question above it if there is room for both.
function bringIntoView(question, answer) {
  const small = question && question.offsetHeight < window.innerHeight * 0.3;
  scrollTo(small ? question : answer);
  if (focusReply) answer.focus({ preventScroll: true });
  focusReply = false;
}

function thank(feedback, replies) {
  const answer = articleOf(feedback.reply);
  const place = answer?.querySelector(".rate [role='status']");
  const holder = document.createElement("div");
  holder.innerHTML = replies.map((reply) => reply.html).join(" ");
  if (!place || holder.querySelector("button, input, a, figure")) return false;
  const thanks = holder.textContent.replace(/\s+/g, " ").trim() || "Tack!";
  place.textContent = thanks;
  store.change((all) => {
    for (const one of all.items) if (one.id === feedback.reply) Object.assign(one, { rated: feedback.value, thanks });
  });
  return true;
}

function rate(button) {
  const row = button.closest(".rate");
  const feedback = { value: button.dataset.rate, reply: button.dataset.reply };
  for (const other of row.querySelectorAll("button")) other.remove();
  const place = row.querySelector("[role='status']");
  place.textContent = "Tack!";
  place.tabIndex = -1;
  place.focus();
  store.change((all) => {
    for (const one of all.items) if (one.id === feedback.reply) one.rated = feedback.value;
  });
  delivery.add({ conversation: store.state.conversation, event: randomId(), body: { feedback } });
}

function pressMany(button) {
  const ticked = [...button.closest("fieldset").querySelectorAll("input:checked")];
  if (!ticked.length) {
    find("problem").textContent = "Välj minst ett alternativ, eller skriv ditt svar.";
    return;
  }
  const presses = ticked.map((box) => JSON.parse(box.value));
  const press = { ...presses[0], value: presses.map((one) => one.value).join(",") };
  byButton({ press }, ticked.map((box) => box.dataset.label).join(", "));
}

// Whoever presses a button goes on from the reply: with the keyboard, the next choices are one step away.
function byButton(body, words) {
  focusReply = true;
  log.focus({ preventScroll: true });
  send(body, words);
}

function submitText() {
  const words = text.value.trim();
  const length = [...words].length;
  text.setAttribute("aria-invalid", String(length > most));
  if (!words) {
    find("problem").textContent = "Skriv din fråga först.";
    return;
  }
  if (length > most) {
    find("problem").textContent = `Meddelandet är ${length} tecken långt. Det får vara högst ${most}. Korta det, eller dela upp det.`;
    return;
  }
  text.value = "";
  keepDraft();
  focusReply = false;
  send({ text: words }, words);
}

// A file that was kept of an earlier dialog; the service checks what it holds.
async function goOnFrom(file) {
  if (!file) return;
  const kept = await file.text();
  find("file").value = "";
  if (!kept || kept.length > mostInFile) {
    find("problem").textContent = "Filen är inget sparat samtal från den här tjänsten.";
    return;
  }
  byButton({ file: kept }, `Fortsätt från ${file.name}`);
}

function keepDraft() {
  store.change((all) => Object.assign(all, { draft: text.value }));
}

function clear() {
  const { conversation, items } = store.read();
  const farewell = items.length
    ? [{ conversation, event: randomId(), body: { text: "radera mina uppgifter" }, silent: true }]
    : [];
  store.reset(farewell);
  text.value = "";
  find("problem").textContent = "";
  redraw();
  delivery.kick();
  text.focus();
  window.scrollTo({ top: 0 });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.form?.id === "pick") event.preventDefault();
  if (button.matches("[data-say]")) byButton({ text: button.value }, button.value);
  else if (button.matches("[data-press]")) byButton({ press: JSON.parse(button.value) }, button.dataset.label);
  else if (button.matches("[data-many]")) pressMany(button);
  else if (button.matches("[data-rate]")) rate(button);
});

find("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  submitText();
});
find("pick").addEventListener("submit", (event) => event.preventDefault());

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submitText();
});
text.addEventListener("input", () => {
  if (find("problem").textContent) find("problem").textContent = "";
  keepDraft();
});

const dialog = find("clear-dialog");
find("clear").addEventListener("click", () => dialog.showModal());
find("clear-no").addEventListener("click", () => dialog.close());
find("clear-yes").addEventListener("click", () => {
  dialog.close();
  clear();
});

document.querySelector(".go-on").hidden = false;
find("open-file").addEventListener("click", () => find("file").click());
find("file").addEventListener("change", () => goOnFrom(find("file").files[0]));
find("retry").addEventListener("click", () => delivery.kick());
window.addEventListener("online", () => delivery.kick());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") delivery.kick();
  else delivery.confirmLeaving();
});
window.addEventListener("storage", (event) => {
  if (!Store.isOurs(event)) return;
  store.state = store.read();
  redraw();
});

// Coming back from a source the reader finds the place again; otherwise the last question and its answer are shown.
window.addEventListener("pagehide", () => sessionStorage.setItem("iop-lotsen-scroll", String(window.scrollY)));

function begin() {
  listenForCopy();
  history.scrollRestoration = "manual";
  redraw();
  if (store.state.draft && !text.value) text.value = store.state.draft;
  const place = sessionStorage.getItem("iop-lotsen-scroll");
  const asked = [...log.querySelectorAll("article.you")].pop();
  if (place !== null) window.scrollTo({ top: Number(place), behavior: "instant" });
  else if (asked) asked.scrollIntoView({ block: "start", behavior: "instant" });
  document.documentElement.dataset.ready = "true";
  delivery.kick();
  delivery.confirm();
}

begin();
