// Small conveniences on the other pages: print, copy a quote, show the conversation's number.

import { listenForCopy, showCopyButtons } from "./copy.js";
import { Store } from "./store.js";

showCopyButtons(document);
listenForCopy();

const print = document.querySelector("#print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

const person = document.querySelector("#person");
const number = person && Store.peek().person;
if (number) {
  person.querySelector("code").textContent = number;
  person.hidden = false;
}
