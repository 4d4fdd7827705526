// @ts-check
// The form works without this. With it: the facts follow the service chosen, faults get the focus, a second tap is not sent.

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("join"));
const service = /** @type {HTMLSelectElement | null} */ (document.getElementById("service"));

function showFacts() {
  for (const facts of document.querySelectorAll("#facts > [data-service]")) {
    facts.toggleAttribute("hidden", facts.getAttribute("data-service") !== (service?.value ?? ""));
  }
}

service?.addEventListener("change", showFacts);
showFacts();

form?.addEventListener("submit", (event) => {
  const button = document.getElementById("take");
  if (button?.getAttribute("aria-disabled") === "true") event.preventDefault();
  button?.setAttribute("aria-disabled", "true");
});

// Coming back by the back button finds the form usable again.
window.addEventListener("pageshow", () => document.getElementById("take")?.removeAttribute("aria-disabled"));

document.getElementById("faults")?.focus();
