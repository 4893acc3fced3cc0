// Helps to keep recovery codes: copies, saves or prints them. Without scripts, the buttons stay hidden.
const keep = document.getElementById("recovery-codes-keep");
const said = document.getElementById("recovery-codes-said");
const codes = [...document.querySelectorAll("#recovery-codes code")].map((code) => code.textContent.trim());
const text = codes.join("\n") + "\n";

const copy = document.getElementById("recovery-codes-copy");
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(text);
  copy.textContent = said.textContent = copy.dataset.done;
});

document.getElementById("recovery-codes-download").addEventListener("click", (event) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = event.currentTarget.dataset.file;
  link.click();
  URL.revokeObjectURL(link.href);
});

document.getElementById("recovery-codes-print").addEventListener("click", () => print());
keep.hidden = false;
