"use strict";
// Drag and drop, and a word about the chosen file. The page does the same work without this script.
(() => {
  const form = document.getElementById("check");
  const input = document.getElementById("file");
  const said = document.getElementById("chosen");
  if (!form || !input || !said) {
    return;
  }
  const tell = () => {
    said.textContent = input.files.length ? "Chosen: " + input.files[0].name : "";
  };
  input.addEventListener("change", tell);
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer && event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
    }
  });
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer && event.dataTransfer.files.length === 1) {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      tell();
      form.requestSubmit();
    }
  });
})();
