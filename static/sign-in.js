// Lets people look at the password they typed. Without scripts, the button stays hidden.
const field = document.getElementById("password");
const button = document.querySelector(".reveal");

button.hidden = false;
button.addEventListener("click", (event) => {
  const shows = field.type === "password";
  field.type = shows ? "text" : "password";
  button.setAttribute("aria-pressed", String(shows));
  // A pointer goes on typing; the keyboard stays where it is.
  if (event.detail > 0) field.focus();
});

// Hidden again before it is sent, so that no browser remembers it as a plain text.
field.form.addEventListener("submit", () => {
  field.type = "password";
  button.setAttribute("aria-pressed", "false");
});
