// Makes a page live: without it everything stands there all the same, and a reload shows what is new.
"use strict";
(() => {
  const EVERY = 10000, STILL = 30000, GAP = 700, HIDDEN = 30000, AGAIN = 6;
  const PATIENCE = 10000, RETRY = 3000;  // for one answer; after one that was none
  const live = document.getElementById("live");
  const watch = document.getElementById("watch");

  // Times: the server writes UTC; here they become this machine's own.
  const shapes = {
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    date: {
      day: "numeric", month: "short", year: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    },
  };
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[data-shape]")) {
      const when = new Date(time.dateTime);
      time.title = time.dateTime;
      time.textContent = new Intl.DateTimeFormat("en-GB", shapes[time.dataset.shape]).format(when);
    }
  };
  localise(document);
  const zone = document.getElementById("zone");
  if (zone) {
    zone.textContent = `times are those of this machine (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
  }

  // An entry that a link points at is unfolded.
  const unfold = () => {
    const named = location.hash && document.getElementById(location.hash.slice(1));
    const details = named && named.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();

  if (!live || !live.dataset.live || !window.EventSource) return;

  const say = (text) => { if (watch.textContent !== text) watch.textContent = text; };
  const sources = new Map();  // the parts as the server sent them, lest our own changes count as news
  const parts = (root) => root.querySelectorAll("[data-part]");
  let first = true;

  // What is looked at stays: unfolded entries, the focus, the place on the screen.
  const focusables = "a, button, summary, [tabindex]";
  const focused = () => {
    const at = document.activeElement;
    if (!at || !live.contains(at)) return null;
    const owner = at.closest("[id]");
    return { id: owner.id, index: [...owner.querySelectorAll(focusables)].indexOf(at), self: owner === at };
  };
  const refocus = (was) => {
    const owner = was && document.getElementById(was.id);
    if (!owner) return;
    const at = was.self ? owner : owner.querySelectorAll(focusables)[was.index];
    if (at && at !== document.activeElement) at.focus({ preventScroll: true });
  };
  const anchor = () => {
    for (const one of live.querySelectorAll("[id]")) {
      const box = one.getBoundingClientRect();
      if (box.height && box.top >= 0) return { id: one.id, top: box.top };
    }
    return null;
  };
  const hold = (was) => {
    const one = was && scrollY > 0 && document.getElementById(was.id);
    if (one) scrollBy({ top: one.getBoundingClientRect().top - was.top, behavior: "instant" });
  };

  const exchange = (next, old) => {
    const open = old ? [...old.querySelectorAll("details[open][id]")].map((one) => one.id) : [];
    const side = old ? [...old.querySelectorAll(".scroll")].map((one) => one.scrollLeft) : [];
    for (const id of open) {
      const details = next.querySelector(`details[id="${CSS.escape(id)}"]`);
      if (details) details.open = true;
    }
    localise(next);
    if (old) old.replaceWith(next); else live.append(next);
    next.querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = side[at] || 0; });
  };
  const swap = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const was = focused(), place = anchor(), heading = document.querySelector("h1").textContent;
    const names = new Set();
    let before = null, changed = false;
    for (const part of [...parts(fresh)]) {
      names.add(part.id);
      const source = part.outerHTML, old = document.getElementById(part.id);
      if (old && sources.get(part.id) === source) { before = old; continue; }
      sources.set(part.id, source);
      changed = true;
      const next = document.importNode(part, true);
      exchange(next, old);
      if (!old && before) before.after(next);
      before = next;
    }
    for (const part of [...parts(live)]) if (!names.has(part.id)) part.remove();
    if (!changed) return;
    refocus(was);
    hold(place);
    const now = document.querySelector("h1").textContent;
    if (now !== heading && !first) say(`Live. ${now}`);
    first = false;
  };

  let stream = null, version = null, fallback = null, timer = null, busy = false, missed = false, rounds = 0;

  const refresh = async () => {
    if (busy) { soon(); return; }
    busy = true;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch(live.dataset.fragment, { headers: { Accept: "text/html" }, cache: "no-store", signal });
      if (answer.status === 401 || answer.redirected) { location.reload(); return; }  // to the form
      if (answer.ok) took(await answer.text());
      else miss(answer.status === 503 ? "Redis cannot be read: this is what was last known." : "The page cannot be read anew; trying again.");
    } catch {
      miss("The connection is lost; trying again.");
    } finally {
      busy = false;
    }
  };
  const took = (html) => {
    if (missed && !fallback) say("Live.");
    missed = false;
    swap(html);
  };
  // The news stays untold until an answer comes: no later one may follow for hours.
  const miss = (text) => {
    missed = true;
    say(text);
    if (stream && !fallback) soon(RETRY);
  };
  const soon = (wait = GAP) => {
    if (timer) return;
    timer = setTimeout(() => { timer = null; refresh(); }, wait);
  };

  // No live place is free, or the stream is refused: look again and again, and ask for a place now and then.
  const fall = () => {
    if (fallback) return;
    say(`No live place is free: looking again every ${EVERY / 1000} s.`);
    fallback = setInterval(() => {
      rounds += 1;
      refresh();
      if (rounds % AGAIN === 0) listen();
    }, EVERY);
  };
  const risen = () => {
    clearInterval(fallback);
    fallback = null;
    rounds = 0;
  };

  const listen = () => {
    if (stream) stream.close();
    stream = new EventSource(live.dataset.live);
    stream.onopen = () => { risen(); say("Live."); };
    stream.addEventListener("heads", (event) => {
      if (watch.textContent.startsWith("Redis")) say("Live.");
      if (event.data !== version) { version = event.data; soon(); }
    });
    stream.addEventListener("blind", () => say("Redis cannot be read: this is what was last known."));
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) fall();
      else if (!fallback) say("The connection is lost; trying again.");
    };
  };

  // What stands in no trail (trouble of the telling, how old the last proof is) moves no head.
  setInterval(() => { if (stream && !document.hidden) soon(); }, STILL);

  let sleep = null;
  const away = () => { if (stream) stream.close(); stream = null; };
  addEventListener("pagehide", away);
  addEventListener("pageshow", (event) => { if (event.persisted) { version = null; listen(); } });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleep);
    if (document.hidden) sleep = setTimeout(away, HIDDEN);
    else if (!stream) { version = null; listen(); }
  });
  listen();
})();
