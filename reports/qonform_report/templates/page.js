"use strict";
/* The page reads without this. With it: filters kept in the address, copy buttons, a theme. */
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all(".rows > li");
  const form = $("#filters");
  const text = new Map();

  const words = (row) => {
    if (!text.has(row)) text.set(row, row.textContent.toLowerCase());
    return text.get(row);
  };

  /* Filters. An address such as #?verdict=fail,warning&q=401 holds them; any other is an anchor. */
  const wanted = () => {
    const data = new FormData(form);
    return {
      verdict: data.getAll("verdict"),
      level: data.get("level"),
      clause: data.get("clause"),
      q: data.get("q").trim().toLowerCase(),
    };
  };

  const matches = (row, filter) => {
    const clause = row.closest("[data-clause]").dataset.clause;
    const profile = row.closest("[data-profile]").dataset.profile;
    return (
      (!filter.verdict.length || filter.verdict.includes(row.dataset.v)) &&
      (!filter.level || filter.level === row.dataset.l) &&
      (!filter.clause || filter.clause === clause || filter.clause === profile) &&
      filter.q.split(/\s+/).every((word) => words(row).includes(word))
    );
  };

  const show = () => {
    const filter = wanted();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !matches(row, filter);
      if (!row.hidden) shown += 1;
    }
    for (const group of all(".clause, .profile")) {
      group.hidden = !group.querySelector(".rows > li:not([hidden])");
    }
    $("#shown").textContent =
      shown === rows.length ? `all ${rows.length}` : `${shown} of ${rows.length}`;
    $("#nothing").hidden = shown > 0;
  };

  const remember = () => {
    const filter = wanted();
    const kept = new URLSearchParams();
    if (filter.verdict.length) kept.set("verdict", filter.verdict.join(","));
    for (const name of ["level", "clause", "q"]) if (filter[name]) kept.set(name, filter[name]);
    const query = kept.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
    history.replaceState(null, "", query ? `#?${query}` : "#requirements");
  };

  const recall = () => {
    const kept = new URLSearchParams(location.hash.slice(2));
    const verdicts = (kept.get("verdict") || "").split(",");
    for (const box of all("[name=verdict]", form)) box.checked = verdicts.includes(box.value);
    for (const name of ["level", "clause", "q"]) form.elements[name].value = kept.get(name) || "";
    show();
  };

  const follow = () => {
    if (location.hash.startsWith("#?")) {
      recall();
      return;
    }
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      return;
    }
    const target = name && document.getElementById(name);
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      show();
    }
    const row = target.closest("details");
    if (row) row.open = true;
    target.scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("input", () => {
    show();
    remember();
  });
  form.addEventListener("reset", () =>
    setTimeout(() => {
      show();
      remember();
    }),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  $("#open").addEventListener("click", () => {
    const shown = all(".rows > li:not([hidden]) > details");
    const open = shown.some((row) => !row.open);
    for (const row of shown) row.open = open;
    $("#open").textContent = open ? "close these" : "open these";
  });
  show();
  follow();
  addEventListener("hashchange", follow);

  /* Copy buttons */
  const copy = async (pre, button) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "selected";
    }
    setTimeout(() => (button.textContent = "copy"), 1600);
  };
  for (const command of all(".command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "copy";
    button.setAttribute("aria-label", "copy the command");
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => copy(command.querySelector("pre"), button));
    command.append(button);
  }

  /* Theme: as the system has it, light, or dark */
  const themes = ["auto", "light", "dark"];
  const put = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("#theme").textContent = `theme: ${theme}`;
  };
  let theme = "auto";
  try {
    theme = localStorage.getItem("qonform-theme") || theme;
  } catch {
    /* some browsers keep nothing for a file */
  }
  put(themes.includes(theme) ? theme : "auto");
  $("#theme").addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    put(theme);
    try {
      localStorage.setItem("qonform-theme", theme);
    } catch {
      /* it then lasts as long as the page */
    }
  });

  /* Print with what failed open, and leave the page as it was */
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details.fail:not([open]), details.warning:not([open])");
    for (const row of opened) row.open = true;
  });
  addEventListener("afterprint", () => {
    for (const row of opened) row.open = false;
  });
  $("#print").addEventListener("click", () => print());
  $(".tools").hidden = false;
})();
