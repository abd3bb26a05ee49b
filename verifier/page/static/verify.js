"use strict";
// Drop, paste of a picture, and a word about the chosen file. The page does the same work without this script.
(() => {
  const form = document.getElementById("check");
  const input = document.getElementById("file");
  const link = document.getElementById("url");
  const text = document.getElementById("text");
  const said = document.getElementById("chosen");
  const hint = document.getElementById("drop");
  if (!form || !input || !link || !text || !said || !hint) {
    return;
  }
  hint.hidden = false;
  const tell = () => {
    said.textContent = input.files.length ? "Chosen: " + input.files[0].name : "";
  };
  // What is dropped takes the place of what was given before: one credential is checked at a time.
  const send = (files, address) => {
    link.value = address;
    text.value = "";
    if (files) {
      input.files = files;
    } else {
      input.value = "";
    }
    tell();
    form.requestSubmit();
  };
  const address = (data) => data.getData("text/uri-list").split(/\r?\n/).find((line) => /^https:/i.test(line)) || "";
  input.addEventListener("change", tell);
  document.addEventListener("dragover", (event) => {
    const types = event.dataTransfer ? event.dataTransfer.types : [];
    if (types.includes("Files") || types.includes("text/uri-list")) {
      event.preventDefault();
      document.body.classList.add("dropping");
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) {
      document.body.classList.remove("dropping");
    }
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    const data = event.dataTransfer;
    if (!data) {
      return;
    }
    if (data.files.length) {
      event.preventDefault();
      if (data.files.length === 1) {
        send(data.files, "");
      } else {
        said.textContent = "One file at a time: " + data.files.length + " were dropped.";
      }
    } else if (address(data)) {
      event.preventDefault();
      send(null, address(data));
    }
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData ? event.clipboardData.files : [];
    if (files.length === 1) {
      event.preventDefault();
      send(files, "");
    }
  });
})();
