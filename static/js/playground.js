// Answers as they come, word by word; the fields of the versions that are chosen. Without it the page reloads itself.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  function follow(card) {
    if (card.dataset.followed) return;
    card.dataset.followed = "yes";
    const answer = $("[data-answer]", card);
    const source = new EventSource(card.dataset.stream);
    let begun = false;
    const ended = () => {
      source.close();
      if (card.isConnected) window.htmx.trigger(card, "run-ended");
    };
    source.addEventListener("message", (event) => {
      if (!card.isConnected) return source.close();
      if (!begun) {
        // What the page came with may be a part of it; the stream begins at the beginning.
        begun = true;
        answer.textContent = "";
        const state = $("[data-state]", card);
        if (state) state.textContent = "answering";
      }
      answer.append(JSON.parse(event.data).text);
    });
    source.addEventListener("end", () => {
      window.previse.announce(`${card.getAttribute("aria-label")} has answered`);
      ended();
    });
    source.addEventListener("error", () => {
      // It connects again by itself, unless it was refused: then the page asks what became of the run.
      if (source.readyState === EventSource.CLOSED) setTimeout(ended, 2000);
    });
  }

  const ready = (root) => {
    if (root.matches?.("[data-stream]")) follow(root);
    $$("[data-stream]", root).forEach(follow);
  };
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) $("#pick", event.target.form)?.click();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("#try-form");
    if (!form) return;
    event.preventDefault();
    $("#run", form)?.click();
  });
})();
