// The agent editor. What is typed in a section or part stays in this browser until it is saved or thrown away:
// form[data-keep] by agent, section and person. Without a script each form still saves by itself.
(() => {
  "use strict";

  const editor = document.querySelector(".editor[data-agent]");
  if (!editor) return; // the reader may not write

  const PAUSE = 300; // ms after the last key
  const OLDEST = 30 * 86400e3; // of a text that is offered back
  const WHERE = /line (\d+), column (\d+)/;
  const prefix = `previse unsaved ${editor.dataset.person} ${editor.dataset.agent} `;
  const forms = () => [...document.querySelectorAll("form[data-keep]")];
  const states = new WeakMap(); // of a form: what it says as it came, whether it differs, whether that is kept
  const typedMeanwhile = new Map(); // by form: what was typed while its save was on the way

  function ago(then) {
    const seconds = Math.max(0, Math.round((Date.now() - then) / 1000));
    if (seconds < 5) return "just now";
    if (seconds < 60) return `${seconds} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    const hours = Math.floor(seconds / 3600);
    return hours < 24 ? (hours === 1 ? "1 hour ago" : `${hours} hours ago`) : `${Math.floor(hours / 24)} days ago`;
  }

  // What a form says ------------------------------------------------------------------------------------------------
  const NAMED = "input[name]:not([type=hidden], [data-secret]), textarea[name], select[name]";
  const fields = (root) => [...root.querySelectorAll(NAMED)];
  const rows = (form) => [...form.querySelectorAll("[data-row]")];
  const now = (field) => (field.type === "checkbox" ? (field.checked ? "on" : "off") : field.value);
  function before(field) {
    if (field.type === "checkbox") return field.defaultChecked ? "on" : "off";
    if (field.tagName !== "SELECT") return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
  }

  function read(form, of) {
    const found = {};
    for (const field of fields(form)) if (!field.closest("[data-row]")) found[field.name] = of(field);
    if (rows(form).length) found.prompts = rows(form).map((row) => fields(row).map(of)).filter(([slug]) => slug);
    return found;
  }

  function put(field, value) {
    if (field.type === "checkbox") field.checked = value === "on";
    else field.value = value;
  }

  function write(form, found) {
    for (const field of fields(form)) {
      if (!field.closest("[data-row]") && field.name in found) put(field, found[field.name]);
    }
    if (!found.prompts) return;
    while (rows(form).length <= found.prompts.length) addRow(form);
    rows(form).forEach((row, at) => fields(row).forEach((field, n) => put(field, found.prompts[at]?.[n] ?? "")));
  }

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const secret = (form) => form.querySelector("[data-secret]");
  const differing = (form) => {
    const is = read(form, now);
    return Object.keys(is).filter((name) => !same(is[name], states.get(form).before[name]));
  };

  // Kept in this browser --------------------------------------------------------------------------------------------
  // What may hold a credential lives no longer than its tab.
  const storage = (form) => (form.hasAttribute("data-session") ? sessionStorage : localStorage);
  const key = (form) => prefix + form.dataset.keep;

  function forget(form) {
    clearTimeout(states.get(form)?.timer);
    for (const one of [localStorage, sessionStorage]) one.removeItem(key(form));
  }

  function keep(form) {
    const state = states.get(form);
    clearTimeout(state.timer);
    if (!form.isConnected) return;
    try {
      if (state.dirty) {
        const said = { base: form.elements.expected.value, at: Date.now(), values: read(form, now) };
        storage(form).setItem(key(form), JSON.stringify(said));
      } else forget(form);
      state.kept = true;
    } catch {
      state.kept = false; // no room, or not allowed: leaving the page warns then
    }
  }

  function stored(form) {
    try {
      const said = JSON.parse(storage(form).getItem(key(form)));
      if (said?.values && Date.now() - said.at < OLDEST) return said;
      forget(form);
    } catch { /* not ours, or not allowed */ }
    return null;
  }

  // What was typed and not saved is put back, and says so.
  function bringBack(form) {
    const said = stored(form);
    if (!said || same(said.values, states.get(form).before)) return forget(form);
    write(form, said.values);
    const words = form.querySelector("[data-back-words]");
    const moved = said.base !== form.elements.expected.value;
    form.elements.expected.value = said.base; // so that a save shows both
    words.textContent = `Unsaved text of ${ago(said.at)} is back.${moved ? " Somebody saved here since: saving shows both." : ""}`;
    words.closest("[data-back]").hidden = false;
  }

  // What a form tells -----------------------------------------------------------------------------------------------
  function tell(form) {
    const state = states.get(form);
    const names = differing(form);
    const dirty = state.refused || names.length > 0 || Boolean(secret(form)?.value);
    form.querySelector("[data-save]").disabled = !dirty;
    const discard = form.querySelector("[data-discard]");
    if (state.refused) discard.hidden = false;
    else if (form.closest(".part-open")) discard.textContent = dirty ? "Discard" : "Close";
    else discard.hidden = !dirty;
    if (dirty !== state.dirty && !state.refused) form.querySelector("[data-status]").textContent = dirty ? "Not saved yet" : "";
    state.dirty = dirty;
    tellSections();
  }

  function tellSections() {
    const unsaved = new Set(forms().filter((form) => states.get(form)?.dirty).map((form) => form.closest(".sec")?.id));
    for (const link of document.querySelectorAll("#toc a")) {
      const here = unsaved.has(link.hash.slice(1));
      link.classList.toggle("unsaved", here);
      if (here) link.title = "Unsaved text";
      else link.removeAttribute("title");
    }
  }

  // Rows of prompts: there is always an empty one.
  function addRow(form) {
    const last = rows(form).at(-1);
    const row = last.cloneNode(true);
    for (const field of fields(row)) put(field, "");
    row.querySelector("[data-note]").textContent = "";
    last.after(row);
  }

  // A refusal: go to what somebody else saved; else to the field, and in JSON to the place.
  function goToError(form) {
    const clash = form.querySelector(".clash-note");
    if (clash) {
      clash.focus({ preventScroll: true });
      return form.closest(".sec, .part-open").scrollIntoView();
    }
    const field = form.querySelector(".invalid :is(input, textarea, select):not([hidden])");
    if (!field) return;
    field.focus({ preventScroll: true });
    field.closest(".fl").scrollIntoView({ block: "nearest" });
    const at = WHERE.exec(field.closest(".fl").querySelector(".errorlist")?.textContent ?? "");
    if (!at || !field.matches("[data-json]")) return;
    const lines = field.value.split("\n").slice(0, Number(at[1]) - 1);
    const place = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(at[2]) - 1;
    field.setSelectionRange(place, Math.min(place + 1, field.value.length));
  }

  function start(form) {
    const refused = form.hasAttribute("data-refused");
    const carried = JSON.parse(form.elements.before.value || "{}");
    states.set(form, { before: read(form, before), carried, dirty: refused, kept: true, refused, timer: 0 });
    const meanwhile = typedMeanwhile.get(form.dataset.keep);
    typedMeanwhile.delete(form.dataset.keep);
    if (meanwhile) {
      write(form, meanwhile.values);
      if (meanwhile.secret && secret(form)) secret(form).value = meanwhile.secret;
    } else if (!refused) bringBack(form);
    tell(form);
    if (refused || meanwhile) keep(form);
    if (refused) goToError(form);
    else if (form.closest(".part-open") && document.activeElement === document.body) fields(form)[0]?.focus({ preventScroll: true });
    for (const node of form.querySelectorAll("[data-saved-at]")) node.dataset.clock = Date.now();
  }

  // What one does ---------------------------------------------------------------------------------------------------
  const formOf = (event) => event.target.closest?.("form[data-keep]");

  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (!form) return;
    const row = event.target.closest("[data-row]");
    if (row) row.querySelector("[data-note]").textContent = "";
    if (row && rows(form).at(-1) === row && fields(row)[0].value) addRow(form);
    tell(form);
    const state = states.get(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => keep(form), PAUSE);
  });

  // What the fields said before somebody wrote in them: where another saved first, the server tells by it who wrote what.
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    const { before: was, carried } = states.get(form);
    const said = (value) => (Array.isArray(value) ? value.map(([slug, at]) => `${slug}: ${at || "live"}`).join("\n") : value);
    const wrote = Object.fromEntries(differing(form).map((name) => [name, said(was[name])]));
    form.elements.before.value = JSON.stringify({ ...wrote, ...carried });
  }, true);

  document.addEventListener("click", (event) => {
    const form = formOf(event);
    if (!form) return;
    if (event.target.closest("[data-discard]")) forget(form);
    if (event.target.closest("[data-drop]")) {
      write(form, states.get(form).before);
      if (secret(form)) secret(form).value = "";
      form.elements.expected.value = form.elements.expected.defaultValue;
      form.querySelector("[data-back]").hidden = true;
      tell(form);
      keep(form);
    }
    const take = event.target.closest("[data-take]");
    if (take) {
      const theirs = take.parentElement.querySelector("textarea").value;
      const prompts = theirs.split("\n").filter(Boolean).map((line) => line.split(": "));
      write(form, { [take.dataset.take]: take.dataset.take === "prompts" ? prompts : theirs });
      window.previse?.announce("Taken over; not saved yet");
      tell(form);
      keep(form);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const unsaved = forms().filter((form) => states.get(form)?.dirty);
    const here = formOf(event);
    const form = unsaved.includes(here) ? here : !here && unsaved.length === 1 ? unsaved[0] : null;
    if (form) return form.requestSubmit(form.querySelector("[data-save]"));
    window.previse?.announce(unsaved.length && !here ? "Go to the section that you want to save." : "Nothing to save here.");
  });

  // A save on its way: what is typed until its answer comes goes into the form that takes its place.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form[data-keep]")) return;
    keep(form);
    states.get(form).sent = read(form, now);
    form.querySelector("[data-status]").textContent = "Saving…";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig?.elt;
    const state = form && states.get(form);
    if (!state || !event.detail.shouldSwap) return;
    const is = read(form, now);
    const late = Object.keys(is).filter((name) => !same(is[name], state.sent[name]));
    const values = Object.fromEntries(late.map((name) => [name, is[name]]));
    const saved = event.detail.xhr.status < 300;
    if (saved) forget(form);
    if (late.length || (!saved && secret(form)?.value)) {
      typedMeanwhile.set(form.dataset.keep, { values, secret: saved ? "" : secret(form)?.value });
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!event.detail.successful && form.isConnected && states.get(form)) form.querySelector("[data-status]").textContent = "Not saved";
  });

  // Leaving: what is typed is kept; a warning only where it could not be.
  window.addEventListener("pagehide", () => forms().forEach((form) => states.get(form)?.dirty && keep(form)));
  window.addEventListener("beforeunload", (event) => {
    if (forms().some((form) => states.get(form)?.dirty && (!states.get(form).kept || secret(form)?.value))) event.preventDefault();
  });
  // A page from the browser's memory holds old tags.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  setInterval(() => {
    for (const node of document.querySelectorAll("[data-saved-at][data-clock]")) node.textContent = `Saved ${ago(Number(node.dataset.clock))}`;
  }, 5000);

  const find = (root) => {
    if (root.matches?.("form[data-keep]")) start(root);
    root.querySelectorAll?.("form[data-keep]").forEach(start);
  };
  find(document);
  document.addEventListener("htmx:load", (event) => {
    const { elt } = event.detail;
    if (elt === document.body) return;
    find(elt);
    if (elt.matches?.(":has([data-saved-at]), :has(> .saved)")) window.previse?.announce("Saved");
    if (document.activeElement === document.body) elt.querySelector?.(":scope > [data-opens]")?.focus({ preventScroll: true }); // its form closed
    // A part that was saved while one went on typing in it opens again.
    for (const link of elt.querySelectorAll?.("[data-opens]") ?? []) if (typedMeanwhile.has(link.dataset.opens)) link.click();
    tellSections();
  });
  // Parts that were open with unsaved text are opened again.
  document.addEventListener("DOMContentLoaded", () => {
    for (const one of [localStorage, sessionStorage]) {
      for (const name of Object.keys(one)) {
        const at = name.startsWith(prefix) ? name.slice(prefix.length) : "";
        if (at && !document.querySelector(`form[data-keep="${CSS.escape(at)}"]`)) document.querySelector(`[data-opens="${CSS.escape(at)}"]`)?.click();
      }
    }
  });
})();
