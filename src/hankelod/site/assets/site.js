// Script of every page: copy buttons, and language links that keep query and fragment.
"use strict";

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const from = button.dataset.copyFrom;
    const text = from ? document.getElementById(from).textContent.trim() : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      button.after(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// The form opens with the record of the page, behind the number sign, which no server sees.
const correct = document.getElementById("correct");
if (correct) correct.href += `#record=${encodeURIComponent(document.getElementById("record").textContent)}`;

const turns = document.querySelectorAll(".languages a");
for (const turn of turns) turn.dataset.page = turn.getAttribute("href");
addEventListener("click", (event) => {
  const turn = event.target.closest?.(".languages a");
  if (turn) turn.setAttribute("href", turn.dataset.page + location.search + location.hash);
}, true);
