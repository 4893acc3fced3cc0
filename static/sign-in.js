// Lets people look at the password they typed. Without scripts, the button stays hidden.
const field = document.getElementById("password");
const button = document.querySelector(".reveal");
button.hidden = false;
button.addEventListener("click", () => {
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  field.focus();
});
// Hidden again before it is sent, so that no browser offers to remember it as a plain text.
field.form.addEventListener("submit", () => {
  field.type = "password";
});
