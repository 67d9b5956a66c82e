// The prompt editor: form[data-editor]. Typing is kept in the working copy, sizes and variables are told as one types.
(() => {
  "use strict";

  const PAUSE = 800; // ms after the last key
  const BACKOFF = [2000, 4000, 8000, 15000, 30000];
  const KEEPALIVE_LIMIT = 60000; // bytes; browsers refuse larger bodies on the way out
  const VARIABLE = /\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}/g; // as prompts/variables.py
  const number = new Intl.NumberFormat("en");
  const lines = (text) => text.replace(/\r\n?/g, "\n");

  function ago(then) {
    const seconds = Math.max(0, Math.round((Date.now() - then) / 1000));
    if (seconds < 5) return "just now";
    if (seconds < 60) return `${seconds - (seconds % 5)} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    const hours = Math.floor(seconds / 3600);
    return hours === 1 ? "1 hour ago" : `${hours} hours ago`;
  }

  function count(text) {
    const found = new Map();
    for (const [, name] of text.matchAll(VARIABLE)) found.set(name, (found.get(name) || 0) + 1);
    return found;
  }

  function original(form) {
    const node = form.dataset.original && document.getElementById(form.dataset.original);
    if (!node) return null;
    return lines(node.tagName === "SCRIPT" ? JSON.parse(node.textContent) : node.value ?? node.textContent);
  }

  function start(form) {
    const source = form.querySelector("textarea[data-source]");
    if (!source || form.dataset.started) return;
    form.dataset.started = "yes";
    const part = (name) => form.querySelector(`[data-${name}]`) || document.querySelector(`[data-${name}][data-for="${form.id}"]`);
    const base = original(form);
    const saves = [...form.elements].filter((button) => button.matches("button[data-save]"));
    const status = part("autosave-status");

    // What the text holds ------------------------------------------------------------------------------------------
    function tellSize(text) {
      const size = part("size");
      if (!size) return;
      const characters = [...text].length;
      const facts = { chars: characters, lines: text ? text.split("\n").length : 0, tokens: Math.ceil(characters / 4) };
      for (const [name, value] of Object.entries(facts)) {
        const slot = size.querySelector(`[data-${name}]`);
        if (slot) slot.textContent = (name === "tokens" ? "about " : "") + number.format(value);
      }
    }

    function variable(name, kind, note) {
      const item = document.createElement("li");
      const chip = document.createElement("span");
      chip.className = `var-chip ${kind}`;
      chip.textContent = { p: "+ ", m: "− " }[kind] ? { p: "+ ", m: "− " }[kind] + name : name;
      const words = document.createElement("span");
      words.className = "muted";
      words.textContent = note;
      item.append(chip, words);
      return item;
    }

    function tellVariables(text) {
      const list = part("variables");
      if (!list) return;
      const now = count(text);
      const before = base === null ? now : count(base);
      const items = [...now].map(([name, n]) => variable(name, before.has(name) ? "" : "p", n === 1 ? "used once" : `used ${n} times`));
      for (const name of before.keys()) if (!now.has(name)) items.push(variable(name, "m", "no longer read"));
      list.replaceChildren(...items);
      const none = part("no-variables");
      if (none) none.hidden = items.length > 0;
      const total = part("variables-count");
      if (total) total.textContent = String(now.size);
    }

    // Without a difference there is nothing to save.
    function tellDifference(text) {
      if (base === null) return;
      const same = lines(text) === base;
      for (const button of saves) button.disabled = same;
      for (const node of form.querySelectorAll("[data-unchanged]")) node.hidden = !same;
      for (const node of form.querySelectorAll("[data-changed]")) node.hidden = same;
    }

    let drawn = null;
    function tell() {
      const text = lines(source.value);
      if (text === drawn) return;
      drawn = text;
      tellSize(text);
      tellVariables(text);
      tellDifference(text);
    }

    // The working copy ---------------------------------------------------------------------------------------------
    const url = form.dataset.autosaveUrl;
    let kept = source.value; // what the server has
    let keptAt = Date.parse(status?.dataset.at ?? "") || null;
    let timer = 0;
    let failures = 0;
    let sending = null;
    let leaving = false;
    let stale = 0; // the revision that another window wrote; nothing is sent until the reader chose

    function say(text, bad = false, aloud = false) {
      if (!status) return;
      status.textContent = text;
      status.classList.toggle("bad", bad);
      if (aloud) window.previse?.announce(text);
    }
    const dirty = () => Boolean(url) && source.value !== kept;

    function plan(wait) {
      clearTimeout(timer);
      timer = setTimeout(() => send(), wait);
    }

    function body(text, over = "") {
      const data = new FormData(form);
      data.delete("once");
      if (over) data.set("over", over);
      data.set(source.name, text);
      return data;
    }

    function trouble(answer) {
      if (answer.status === 401 || answer.status === 403 || answer.redirected) return "Not saved: you are signed out. Sign in in another tab and go on typing here.";
      if (answer.status === 413) return "Not saved: the text is too large.";
      return "Not saved: the server met an error, will retry.";
    }

    // Two windows of one reader: this one asks before it goes on.
    function ask(revision) {
      stale = revision;
      const note = part("stale");
      if (note) note.hidden = false;
      say("Not saved: you type in another window too.", true, true);
    }
    part("continue")?.addEventListener("click", () => {
      part("stale").hidden = true;
      stale = 0;
      send("continue");
    });

    async function send(over = "") {
      if (leaving || stale || !dirty()) return;
      if (sending) return; // its end looks again
      const text = source.value;
      sending = new AbortController();
      say("Saving…");
      try {
        const answer = await fetch(url, {
          method: "POST", body: body(text, over), signal: sending.signal,
          headers: { Accept: "application/json", "X-Autosave": "1" },
        });
        if (answer.status === 412) return ask((await answer.json()).revision);
        if (!answer.ok || answer.redirected) throw Object.assign(new Error("refused"), { words: trouble(answer) });
        if (failures) window.previse?.announce("Saved again");
        form.elements.revision.value = (await answer.json()).revision;
        kept = text;
        keptAt = Date.now();
        failures = 0;
        say("Saved just now");
        if (dirty()) plan(PAUSE);
      } catch (error) {
        if (error.name === "AbortError") return;
        const wait = BACKOFF[Math.min(failures, BACKOFF.length - 1)];
        failures += 1;
        say(error.words || "Not saved: offline, will retry.", true, failures === 1);
        plan(wait);
      } finally {
        sending = null;
      }
    }

    source.addEventListener("input", () => {
      tell();
      if (!url || stale) return;
      if (!failures) say("Not saved yet");
      plan(failures ? Math.min(BACKOFF[0], PAUSE * 2) : PAUSE);
    });

    // Leaving: the last words go out with the page; a warning only while something could be lost.
    function flush() {
      if (leaving || stale || !dirty()) return;
      const text = source.value;
      if (new Blob([text]).size > KEEPALIVE_LIMIT) return;
      fetch(url, { method: "POST", body: body(text), keepalive: true }).then((answer) => {
        if (answer.ok && !answer.redirected) { kept = text; keptAt = Date.now(); }
      }).catch(() => {});
    }
    const ifHere = (act) => (event) => (form.isConnected ? act(event) : undefined);
    window.addEventListener("pagehide", ifHere(flush));
    window.addEventListener("online", ifHere(() => failures && plan(0)));
    window.addEventListener("beforeunload", ifHere((event) => {
      if (!leaving && dirty()) event.preventDefault();
    }));

    // A save answers with the page anew: the reader goes on where the caret was.
    const here = `caret ${location.pathname}`;
    function leaveMark() {
      const { selectionStart: from, selectionEnd: to, scrollTop: top } = source;
      sessionStorage.setItem(here, JSON.stringify({ from, to, top, at: Date.now(), focused: document.activeElement === source }));
    }
    function goToMark() {
      const mark = JSON.parse(sessionStorage.getItem(here) || "null");
      sessionStorage.removeItem(here);
      if (!mark || Date.now() - mark.at > 30000) return;
      if (mark.focused) source.focus({ preventScroll: true });
      source.setSelectionRange(mark.from, mark.to);
      source.scrollTop = mark.top;
    }

    // A real save takes the place of the working copy: nothing late may follow it.
    form.addEventListener("submit", () => {
      leaving = true;
      leaveMark();
      clearTimeout(timer);
      sending?.abort();
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== form) return;
      leaving = false;
      if (event.detail.successful) { kept = source.value; keptAt = Date.now(); } else if (dirty()) plan(PAUSE);
    });
    // A page from the browser's memory has old tags: what was typed is on the server, so ask for it anew.
    window.addEventListener("pageshow", ifHere((event) => event.persisted && location.reload()));

    document.addEventListener("keydown", ifHere((event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      const button = saves.find((one) => one.dataset.save === "primary") || saves[0];
      if (button && !button.disabled) form.requestSubmit(button);
      else window.previse?.announce("Nothing to save: the text is that of the version.");
    }));

    const clock = setInterval(() => {
      if (!form.isConnected) clearInterval(clock);
      else if (keptAt && !failures && !sending && !dirty()) say(`Saved ${ago(keptAt)}`);
    }, 5000);

    // After a reload some browsers put the typed text back into the box: that counts as typing.
    kept = source.defaultValue;
    tell();
    goToMark();
    if (dirty()) plan(PAUSE);
  }

  const find = (root) => {
    if (root.matches?.("form[data-editor]")) start(root);
    root.querySelectorAll("form[data-editor]").forEach(start);
  };
  find(document);
  document.addEventListener("htmx:load", (event) => find(event.detail.elt));
})();
