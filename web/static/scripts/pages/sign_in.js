// @ts-check
// The form works without this; the script only lets a person read what was typed.
const reveal = document.getElementById("reveal");
const password = document.getElementById("password");

if (reveal && password instanceof HTMLInputElement) {
  reveal.hidden = false;
  reveal.addEventListener("click", () => {
    const shown = password.type === "text";
    password.type = shown ? "password" : "text";
    reveal.textContent = (shown ? reveal.dataset.show : reveal.dataset.hide) ?? "";
    password.focus();
  });
  // A password manager and the browser's memory expect a password field when the form goes out.
  password.form?.addEventListener("submit", () => (password.type = "password"));
}
