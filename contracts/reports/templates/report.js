"use strict";
(() => {
  const form = document.getElementById("filters");
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Every sign, chip, row and card of one result, with what the filters ask about it.
  const shown = [];
  const take = (element, api, rule, family, field, verdict, level, counted) =>
    shown.push({ element, api, family, verdict, level, counted, text: `${field} ${rule}`.toLowerCase(), cell: counted === "cell" });
  const tables = all(".matrix").map((table) => {
    const api = table.closest("[data-api]").dataset.api;
    const rules = all(".names th", table);
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, cells: Array.from(row.cells).slice(1) }));
    for (const { row, cells } of rows) {
      const field = row.cells[0].textContent;
      cells.forEach((cell, column) => {
        const { rule, family } = rules[column].dataset;
        for (const link of cell.children) {
          const verdict = link.classList[0];
          take(link, api, rule, family, field, verdict, link.classList.contains("should") ? "should" : "must", "cell");
        }
      });
    }
    return { table, rules, rows, families: all(".families th[data-family]", table) };
  });
  for (const element of all("[data-verdict]")) {
    const owner = element.closest("[data-rule]").dataset;
    const level = element.dataset.level || owner.level;
    const counted = element.closest("table.results") ? "row" : "";
    take(element, element.closest("[data-api]").dataset.api, owner.rule, owner.family, element.dataset.field, element.dataset.verdict, level, counted);
  }
  const containers = all("[data-rule]:not([data-verdict]):not(th), .more, .reasons tbody tr, [data-part], .api").reverse();

  const filter = () => {
    const asked = new FormData(form);
    const words = String(asked.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = ["api", "family", "verdict", "level"].filter((name) => asked.get(name)).map((name) => [name, asked.get(name)]);
    const active = words.length + wanted.length > 0;
    let fit = 0, total = 0;
    for (const each of shown) {
      const fits = wanted.every(([name, value]) => each[name] === value) && words.every((word) => each.text.includes(word));
      each.fits = fits;
      if (each.counted === "row") { total += 1; fit += fits; }
      if (each.cell) each.element.classList.toggle("off", !fits); else each.element.hidden = !fits;
    }
    tables.forEach((each) => narrow(each, active));
    for (const element of containers) {
      element.hidden = active && !visible(element);
      if (active && element.className === "more") element.open = true;
    }
    document.getElementById("nothing").hidden = fit > 0;
    document.getElementById("count").textContent = active ? `${fit} of ${total} results` : `${total} results`;
  };
  const visible = (element) =>
    all("[data-verdict]", element).some((each) => !each.hidden) || all(".matrix td a", element).some((each) => !each.classList.contains("off"));

  // Rows and columns of a matrix without any sign left are folded away.
  const narrow = ({ rules, rows, families }, active) => {
    const used = rules.map(() => !active);
    for (const { row, cells } of rows) {
      let any = !active;
      if (active) cells.forEach((cell, column) => {
        for (const link of cell.children) if (!link.classList.contains("off")) any = used[column] = true;
      });
      row.hidden = !any;
    }
    rules.forEach((head, column) => {
      if (head.hidden === !used[column]) return;
      head.hidden = !used[column];
      for (const { cells } of rows) cells[column].hidden = !used[column];
    });
    for (const head of families) {
      const span = rules.filter((rule) => rule.dataset.family === head.dataset.family && !rule.hidden).length;
      head.hidden = span === 0;
      if (span) head.colSpan = span;
    }
  };
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const each of all("select, input", form)) each.value = "";
    filter();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();

  // A link to something inside closed details opens them, in browsers too that do not do so themselves.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") each.open = true;
      each.hidden = false;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // One stop of the tab key for a matrix; the arrow keys move from sign to sign.
  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  for (const { table } of tables) {
    const links = all("tbody td a", table);
    links.forEach((link, number) => { link.tabIndex = number ? -1 : 0; });
    table.addEventListener("keydown", (event) => {
      const move = MOVES[event.key], from = event.target.closest("td");
      if (!move || !from) return;
      event.preventDefault();
      let row = from.parentElement.sectionRowIndex, column = from.cellIndex;
      const body = table.tBodies[0].rows;
      for (;;) {
        row += move[0]; column += move[1];
        const cell = body[row] && body[row].cells[column];
        if (!cell || column === 0) return;
        const link = cell.querySelector("a:not(.off)");
        if (link && !cell.hidden && !body[row].hidden) {
          links.forEach((each) => { each.tabIndex = -1; });
          link.tabIndex = 0;
          link.focus();
          return;
        }
      }
    });
  }

  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const line = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(line.textContent);
      } catch {
        getSelection().selectAllChildren(line);
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
})();
