// Pages of sections: the list at their side says in which one is; in a JSON box, Enter keeps the indentation.
(() => {
  "use strict";

  function tellPlace() {
    const sections = [...document.querySelectorAll(".secs > .sec")];
    const here = sections.findLast((section) => section.getBoundingClientRect().top < 160) ?? sections[0];
    const atEnd = window.scrollY > 0 && window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const id = (atEnd ? sections.at(-1) : here)?.id;
    for (const link of document.querySelectorAll("#toc a")) {
      if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  let drawn = 0;
  document.addEventListener("scroll", () => {
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(tellPlace);
  }, { passive: true });
  document.addEventListener("htmx:load", tellPlace);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-json]")) return;
    const { value, selectionStart: at } = event.target;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
    const indent = /^[ \t]*/.exec(line)[0] + (/[{[]\s*$/.test(line) ? "  " : "");
    if (!indent) return;
    event.preventDefault();
    event.target.setRangeText(`\n${indent}`, at, event.target.selectionEnd, "end");
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
