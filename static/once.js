// Sends a form once: the second click of a double click is no second answer. Without scripts, the server tells them apart.
for (const form of document.forms) {
  let sent = false;
  const release = () => { sent = false; };
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    // An answer that never comes must not lock the form.
    setTimeout(release, 5000);
  });
  // Back on this page, which the browser may have kept as it was.
  window.addEventListener("pageshow", release);
}
