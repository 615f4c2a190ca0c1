// Comfort only: everything works without it. Nothing here decides anything or asks anybody.
"use strict";

// What is wrong comes first.
const alert_ = document.getElementById("alert");
if (alert_) alert_.focus();

// A button that has been pressed waits; pressing twice would act once anyway.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

// A page brought back by the way back can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

// A menu closes when something else is pressed, or by Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.me[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Choosing a way to pay shows what it costs at once.
document.documentElement.classList.add("has-script");
for (const form of document.querySelectorAll("form[data-choose]")) form.addEventListener("change", () => form.requestSubmit());

// Of a form with several ways, only the fields of the chosen way are shown; those of no way are all shown.
for (const field of document.querySelectorAll("select[name=form]")) {
  const show = () => {
    for (const part of field.form.querySelectorAll("[data-for]"))
      part.hidden = field.value !== "" && !part.dataset.for.split(" ").includes(field.value);
  };
  field.addEventListener("change", show);
  show();
}
