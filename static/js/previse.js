// What pages gain from a script: menus that close, notices, copying, local dates, keys. Without it everything still works.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (node) => node instanceof Element && node.closest("input, textarea, select, [contenteditable]");

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.classList.add("icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  }

  function announce(text) {
    const region = $("#announce");
    if (region) region.textContent = text;
  }

  // Notices. Good news leaves by itself; trouble stays until it is closed.
  const icons = { ok: "check", warn: "warn", error: "warn" };

  function toast(text, kind = "ok", link = null) {
    const region = $("#toasts");
    if (!region || !text) return;
    for (const old of region.children) if (old.dataset.text === text) old.remove();
    const box = document.createElement("div");
    box.className = `toast ${kind in icons ? kind : "ok"}`;
    box.dataset.text = text;
    const words = document.createElement("span");
    words.textContent = text;
    if (link) {
      const a = document.createElement("a");
      a.href = link.href;
      a.textContent = link.label;
      words.append(" ", a);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn quiet small square";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss");
    close.append(icon("close"));
    box.append(icon(icons[kind] || "info"), words, close);
    region.append(box);
    if (kind === "ok") {
      const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 3000) : box.remove());
      setTimeout(leave, 7000);
    }
  }

  document.addEventListener("toast", (event) => toast(event.detail?.text, event.detail?.kind));

  // The server is told the reader's zone, so that days and hours of a history are theirs from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`tz=${zone}`)) {
    document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  }

  // Other dates: the server writes them in UTC; here they become the reader's.
  const exact = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  const shapes = {
    exact,
    date: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }),
    time: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }),
  };
  const dated = /^\d{1,2} [A-Z][a-z]{2}( \d{4})?$/;

  function localDates(root) {
    for (const node of $$("time[data-local]", root)) {
      const at = new Date(node.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      const text = node.textContent.trim();
      node.title = exact.format(at);
      const shape = shapes[node.dataset.local];
      if (shape) node.textContent = shape.format(at);
      else if (dated.test(text)) {
        // A relative date that is old enough to be a date: the day may differ here.
        const year = text.length > 6 ? "numeric" : undefined;
        node.textContent = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year }).format(at).replace("Sept", "Sep");
      }
    }
  }

  // On a phone tabs run out of their row: the one that one is on is brought into its middle.
  function tabInSight(root) {
    for (const tab of $$(".tabs [aria-current]", root)) {
      const row = tab.closest(".tabs");
      const [ours, its] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
      row.scrollLeft += ours.left - its.left - (its.width - ours.width) / 2;
    }
  }

  // Menus: a click elsewhere or Escape closes them; only one is open at a time.
  const openMenus = () => $$("details.menu[open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;

    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".toast, .flash, .note")?.remove();

    const copy = event.target.closest("[data-copy]");
    if (copy) copyFrom(copy);
  });

  async function copyFrom(button) {
    const source = button.dataset.copy ? $(button.dataset.copy) : $("code", button.closest(".codeline"));
    const text = source?.value ?? source?.textContent ?? "";
    const words = $("span", button) || button;
    try {
      await navigator.clipboard.writeText(text);
      announce("Copied");
      const before = (words.dataset.before ??= words.textContent);
      words.textContent = "Copied";
      setTimeout(() => { words.textContent = before; }, 2000);
    } catch {
      // Without a secure context there is no clipboard: select the text, so that the reader's own keys do it.
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      announce("Selected: press the keys that copy");
    }
  }

  // Keys: "/" goes to the search, Escape closes, j and k walk through a list.
  function walk(list, step) {
    const rows = $$(":scope > .v", list);
    if (!rows.length) return;
    const focused = rows.findIndex((row) => row.contains(document.activeElement));
    const from = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
    const to = from < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, from + step));
    for (const row of rows) row.removeAttribute("aria-current");
    rows[to].setAttribute("aria-current", "true");
    const handle = $(".v-row", rows[to]);
    handle?.focus({ preventScroll: true });
    handle?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = openMenus().pop();
      if (menu) {
        menu.open = false;
        $("summary", menu)?.focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const field = $$("[data-search] input").find((input) => input.offsetParent);
      const jump = $$("[data-jump]").find((link) => link.offsetParent);
      if (field) field.select(), field.focus();
      else if (jump) jump.click();
      else return;
      event.preventDefault();
      return;
    }
    const list = $("[data-walk], .versions");
    if (!list) return;
    const step = { j: 1, k: -1 }[event.key] ?? (list.contains(event.target) ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : undefined);
    if (step && !event.target.closest?.("details.menu, .diff")) {
      event.preventDefault();
      walk(list, step);
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
  });

  // The theme changes at once; the form's POST only makes it last.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const { value } = event.submitter;
    if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    for (const button of $$("[data-theme-form] button")) button.setAttribute("aria-pressed", String(button.value === value));
    const data = new FormData(form, event.submitter);
    data.delete("once");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
      if (answer.status >= 400) throw new Error(String(answer.status));
    } catch {
      toast("The theme could not be remembered. It holds until you leave this page.", "warn");
    }
  });

  // htmx: a refusal says what to do; a session that ended is not swapped into a fragment.
  const refusals = {
    400: "That request was not understood. Reload the page and try again.",
    401: "You are signed out. Sign in again, then repeat it.",
    403: "That was refused: your role may have changed, or the page is too old. Reload it.",
    404: "That is no longer here. Reload the page to see what is.",
    413: "That is too large to be saved.",
    428: "This page is too old for that. Reload it and try again.",
    429: "Too many requests at once. Wait a moment and try again.",
    503: "Previse is starting or being restarted. Try again in a moment.",
  };
  const signIn = () => {
    const path = $('meta[name="login-url"]')?.content;
    return path && { path, href: `${path}?next=${encodeURIComponent(location.pathname + location.search)}`, label: "Sign in" };
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const login = signIn();
    const url = event.detail.xhr.responseURL;
    if (login && url && new URL(url).pathname === login.path && location.pathname !== login.path) {
      event.detail.shouldSwap = false;
      toast(refusals[401], "error", login);
    }
  });
  // What asks again by itself says nothing when it is not answered, and waits while nobody looks.
  const polls = (event) => event.detail.elt?.matches?.("[data-poll]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && polls(event)) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (polls(event)) return;
    const { status } = event.detail.xhr;
    const text = refusals[status] || (status >= 500
      ? "The server met an error. Reload the page to see whether it was done, then try again."
      : `That was refused (${status}). Reload the page and try again.`);
    toast(text, "error", status === 401 ? signIn() : null);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!polls(event)) toast("No connection to Previse. Check the network and try again.", "error");
    });
  }

  // What allauth's passkey scripts could not do is said, not only logged.
  document.addEventListener("allauth.error", () => {
    toast("The passkey was not read. Try again, or use another way to sign in.", "warn");
  });

  function ready(root) {
    localDates(root);
    tabInSight(root);
  }
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

  window.previse = { toast, announce };
})();
