// @ts-check
// Horch's one script. Every page is whole without it; it does three things: it follows the event
// stream, swaps fragments (those that take longer than the page come behind it), and asks for a
// preview while somebody types.

const body = document.body;
const started = performance.now();

/** Now, on the server's clock (in a demonstration it runs faster than the wall). @returns {number} */
function now() {
  return Number(body.dataset.now) + (performance.now() - started) * Number(body.dataset.speed ?? 1);
}

// -- ages

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** How long ago, in the reader's words: the same that the server writes.
 * @param {number} then milliseconds since 1970 @returns {string} */
function age(then) {
  const seconds = Math.trunc((then - now()) / 1000);
  if (Math.abs(seconds) < 5) return body.dataset.justNow ?? "";
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

function refreshAges() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const text = age(Date.parse(time.getAttribute("datetime") ?? ""));
    if (time.textContent !== text) time.textContent = text;
  }
}

// -- fragments

/** Elements in a piece of our own server's HTML; scripts in it would not run.
 * @param {string} html @returns {Document} */
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Puts the fresh state of every `[data-refresh]` (and of the lists, when asked) into the page.
 * @param {Document} fresh @param {boolean} lists */
function adopt(fresh, lists) {
  const wanted = lists ? "[data-refresh], [data-live]" : "[data-refresh]";
  for (const old of document.querySelectorAll(wanted)) {
    const next = old.id && fresh.getElementById(old.id);
    // Nothing is pulled away under somebody's cursor.
    if (!next || old.contains(document.activeElement)) continue;
    // What somebody opened stays open.
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    next.querySelectorAll("details").forEach((details, i) => { details.open = open[i] ?? details.open; });
    if (old.isEqualNode(next)) continue;
    old.replaceWith(document.adoptNode(next));
  }
  for (const list of document.querySelectorAll("[data-live]")) showEmpty(list);
  refreshAges();
}

let refreshing = false;
/** Fetches this page anew. @param {boolean} lists */
async function refresh(lists) {
  if (refreshing) return;
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") location.reload();
    else if (answer.ok) adopt(parse(await answer.text()), lists);
  } catch {
    // No network just now; the next round tries again.
  } finally {
    refreshing = false;
  }
}

/** @param {Element} list */
function showEmpty(list) {
  const note = document.querySelector(list.getAttribute("data-empty") ?? ":not(*)");
  if (note instanceof HTMLElement) note.hidden = list.childElementCount > 0;
}

// -- live lists

/** Entries that wait until somebody wants to see them, oldest first. @type {Map<string, Element[]>} */
const held = new Map();

/** @param {string} kind @param {string} html */
function arrive(kind, html) {
  const list = document.querySelector(`[data-live="${kind}"]`);
  const entry = parse(html).body.firstElementChild;
  if (!list || !entry || document.getElementById(entry.id)) return;
  const button = document.querySelector(`[data-new="#${list.id}"]`);
  const waiting = held.get(list.id) ?? [];
  const standing = [...list.children, ...waiting];
  if (waiting.some((other) => other.id === entry.id || other.querySelector(`#${entry.id}`))) return;
  // What another watch found in the same post stands there already: only the watch is new.
  const post = entry.getAttribute("data-post");
  const twin = post && standing.find((other) => other.getAttribute("data-post") === post);
  if (twin) {
    join(twin, entry);
    return;
  }
  // Whoever has scrolled into a list reads there: nothing may move.
  const reading = list.getBoundingClientRect().top < 0 || list.contains(document.activeElement);
  if (button instanceof HTMLButtonElement && (button.hasAttribute("data-hold") || reading || waiting.length > 0)) {
    waiting.push(entry);
    if (waiting.length > 200) waiting.shift();
    held.set(list.id, waiting);
    const words = waiting.length === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = (words ?? "{n}").replace("{n}", String(waiting.length));
    button.hidden = false;
  } else {
    insert(list, [entry]);
  }
}

/** Adds the watches of an entry to the entry about the same post, so that each post stands once.
 * @param {Element} twin @param {Element} entry */
function join(twin, entry) {
  const chips = [...entry.querySelectorAll(".chip")];
  if (chips[0] && !chips[0].id) chips[0].id = entry.id;
  for (const chip of chips) {
    if (twin.querySelector(`#${chip.id}`)) continue;
    twin.querySelector(".chips")?.append(" ", document.adoptNode(chip));
  }
  twin.querySelector("form")?.append(...entry.querySelectorAll('input[name="id"]'));
}

/** @param {Element} list @param {Element[]} entries oldest first */
function insert(list, entries) {
  for (const entry of entries) {
    entry.classList.add("fresh");
    list.prepend(document.adoptNode(entry));
  }
  const most = Number(list.getAttribute("data-most") ?? 100);
  while (list.childElementCount > most) list.lastElementChild?.remove();
  showEmpty(list);
  refreshAges();
}

for (const button of document.querySelectorAll("[data-new]")) {
  button.addEventListener("click", () => {
    const list = document.querySelector(button.getAttribute("data-new") ?? "");
    if (!list) return;
    insert(list, held.get(list.id) ?? []);
    held.delete(list.id);
    if (button instanceof HTMLElement) button.hidden = true;
    // Whoever asked for them wants to see them.
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start" });
  });
}

/** @param {boolean} on */
function sayLive(on) {
  const note = document.getElementById("live");
  if (!note) return;
  const text = (on ? note.dataset.on : note.dataset.off) ?? "";
  note.hidden = false;
  note.classList.toggle("lost", !on);
  if (note.textContent !== text) note.textContent = text;
}

let soon = 0;
/** Refreshes the small regions, many wishes at once. */
function refreshSoon() {
  soon ||= setTimeout(() => { soon = 0; refresh(false); }, 1500);
}

/** Follows the stream from where the page was made, and goes on from the last event seen. The
 * browser reconnects by itself after a lost connection; after a refusal we do.
 * @param {string} address @param {string} last */
function follow(address, last) {
  const url = new URL(address, location.href);
  if (last) url.searchParams.set("after", last);
  const events = new EventSource(url);
  /** @param {MessageEvent} event */
  const seen = (event) => { last = event.lastEventId || last; };
  for (const kind of ["mention", "alert"]) {
    events.addEventListener(kind, (event) => {
      seen(event);
      arrive(kind, event.data);
      refreshSoon();
    });
  }
  events.addEventListener("changed", (event) => { seen(event); refreshSoon(); });
  events.addEventListener("reload", (event) => { seen(event); held.clear(); refresh(true); });
  events.addEventListener("open", () => sayLive(true));
  events.addEventListener("error", () => {
    sayLive(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(() => follow(address, last), 15_000);
  });
  addEventListener("pagehide", () => events.close(), { once: true });
}

// -- forms

/** Forms that act on the page they stand on: sent without leaving it. */
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.swap === undefined) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: filled(form) });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = parse(await answer.text());
    /** @type {HTMLElement} */ (document.activeElement)?.blur();
    adopt(fresh, true);
    document.getElementById("content")?.focus({ preventScroll: true });
  } catch {
    form.submit();
  }
});

/** What a form would send, files aside. @param {HTMLFormElement} form
 * @returns {URLSearchParams} */
function filled(form) {
  const sent = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") sent.append(name, value);
  }
  return sent;
}

/** Puts what the server made into its place. @param {Element} into @param {string} html */
function place(into, html) {
  const fresh = parse(html).body;
  // Somebody who opened the reading wants it to stay open.
  if (into.querySelector("details[open]")) fresh.querySelector("details")?.setAttribute("open", "");
  into.replaceChildren(...fresh.childNodes);
  into.removeAttribute("aria-busy");
  refreshAges();
  for (const part of into.querySelectorAll("[data-load]")) load(part);
}

/** @param {HTMLTextAreaElement} field */
function previewWhileTyping(field) {
  const into = document.querySelector(field.dataset.into ?? "");
  const form = field.form;
  if (!into || !form) return;
  let timer = 0;
  let asked = new AbortController();
  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const sent = new URLSearchParams({ query: field.value });
    if (field.dataset.proof) sent.set("proof", field.dataset.proof);
    for (const name of ["proof", ...(field.dataset.with ?? "").split(" ")]) {
      const other = form.elements.namedItem(name);
      if (other instanceof HTMLInputElement || other instanceof HTMLSelectElement) sent.set(name, other.value);
    }
    try {
      const answer = await fetch(field.dataset.preview ?? "", { method: "POST", body: sent, signal: asked.signal });
      if (answer.ok) place(into, await answer.text());
    } catch {
      // Typed on, or no network: the next try will tell.
    }
  };
  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  };
  field.addEventListener("input", askSoon);
  for (const name of (field.dataset.with ?? "").split(" ")) {
    const other = name && form.elements.namedItem(name);
    if (other instanceof HTMLElement) other.addEventListener("change", askSoon);
  }
  const again = Number(field.dataset.again ?? 0);
  if (again > 0) {
    setInterval(() => {
      if (field.value.trim() && document.visibilityState === "visible") ask();
    }, again * 1000);
  }
}

/** A part of the page that takes longer than the page: fetched behind it, again after
 * `data-again` seconds for as long as the answer says so. @param {Element} part */
async function load(part) {
  const address = part.getAttribute("data-load");
  if (!address || part.hasAttribute("data-loading")) return;
  part.setAttribute("data-loading", "");
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    const again = Number(answer.headers.get("x-again") ?? 0);
    part.removeAttribute("data-loading");
    place(part, html);
    if (again > 0) setTimeout(() => { if (part.isConnected) load(part); }, again * 1000);
  } catch {
    // The link that stands there without us still leads to the same.
    part.removeAttribute("aria-busy");
  }
}

/** Buttons whose answer belongs into a part of the page they stand on. */
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("button[data-fragment]");
  if (!(button instanceof HTMLButtonElement) || !button.form) return;
  const into = document.querySelector(button.dataset.into ?? "");
  if (!into) return;
  event.preventDefault();
  const sent = filled(button.form);
  if (button.name) sent.set(button.name, button.value);
  into.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.fragment ?? "", { method: "POST", body: sent });
    if (!answer.ok) throw new Error(String(answer.status));
    place(into, await answer.text());
    const head = into.querySelector("[tabindex='-1']");
    if (head instanceof HTMLElement) {
      head.focus({ preventScroll: true });
      head.scrollIntoView({ block: "nearest" });
    }
  } catch {
    button.disabled = false;
    into.removeAttribute("aria-busy");
    // Without us the button sends its form: the page says what is wrong.
    button.removeAttribute("data-fragment");
    button.form.requestSubmit(button);
  } finally {
    button.disabled = false;
  }
});

// -- start

for (const field of document.querySelectorAll("textarea[data-preview]")) {
  if (field instanceof HTMLTextAreaElement) previewWhileTyping(field);
}
for (const part of document.querySelectorAll("[data-load]")) load(part);
for (const button of document.querySelectorAll("[data-hide-live]")) {
  if (button instanceof HTMLElement) button.hidden = true;
}
setInterval(refreshAges, 1000);
refreshAges();
if (document.querySelector("[data-refresh]:not(#badge)")) {
  setInterval(() => { if (document.visibilityState === "visible") refresh(false); }, 20_000);
}
// A page that the browser had put aside shows the past, and its stream has ended.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (body.dataset.events) follow(body.dataset.events, "");
