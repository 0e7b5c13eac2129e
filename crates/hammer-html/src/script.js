// Adds a crosshair, series to hide, a second scale, tables to sort and a copy button to the page
// of `lib.rs`. It must be a module: strict, without globals.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const set = (shape, attributes) => {
  Object.entries(attributes).forEach((pair) => shape.setAttribute(...pair));
  return shape;
};
const makeButton = (content, onclick) => {
  const button = Object.assign(document.createElement("button"), { type: "button", onclick });
  button.append(...content);
  return button;
};
const format = (value, unit = "") => {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value || 1)));
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`.trim();
};
const formatX = (x, unit) => unit ? format(x, unit) : `p${+(100 - 100 / x).toFixed(Math.log10(x) + 1)}`;
const formatRange = ([low, high], unit) => `${format(low)} to ${format(high, unit)}`;
const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

// The place of a value: at the end of the axis if it is outside.
const place = (axis, value, start, end) => {
  const [min, at, max] = [axis.min, value, axis.max].map(axis.scale === "log" ? Math.log : Number);
  return start + clamp((at - min) / (max - min), 0, 1) * (end - start);
};
const nearest = (places, at) =>
  places.reduce((best, x, i) => (Math.abs(x - at) < Math.abs(places[best] - at) ? i : best), 0);

const enhanceChart = (figure, data) => {
  const { xs, rows, series, y: { unit } } = data;
  if (!xs.length) return;
  const svg = figure.querySelector(".plot");
  let axis = data.y;
  const placeX = (x) => place(data.x, x, data.x.left, data.x.right);
  const placeY = (y) => place(axis, y, axis.bottom, axis.top);
  const add = (parent, name, attributes) =>
    parent.appendChild(set(document.createElementNS(svg.namespaceURI, name), attributes));
  const groups = new Map(all(".series", svg).map((group) => [group.dataset.series, group]));

  // Legend: a click hides a series.
  const swatches = new Map();
  for (const item of all(".legend [data-series]", figure)) {
    const name = item.dataset.series;
    swatches.set(name, item.querySelector("svg"));
    const button = makeButton(item.childNodes, () => {
      button.ariaPressed = !groups.get(name).toggleAttribute("hidden");
    });
    button.ariaPressed = true;
    item.append(button);
  }

  // The second scale moves the points of lines.
  const move = (y) => {
    const { scale, min, max, top, bottom } = data.y;
    const part = (y - bottom) / (top - bottom);
    return placeY(scale === "log" ? min * (max / min) ** part : min + (max - min) * part);
  };
  const redraw = (path) => {
    let [x, y] = [];
    return path.replace(/([Ml]?) ?(-?[\d.]+) ?(-?[\d.]+)/g, (_, kind, dx, dy) => {
      if (kind === "M") [x, y] = [0, 0];
      [x, y] = [x + +dx, y + +dy];
      return `${kind.toUpperCase() || " "}${x.toFixed(1)} ${move(y).toFixed(1)}`;
    });
  };
  const drawAxis = (group) => {
    const [grid, tick] = group.children;
    group.replaceChildren(...axis.ticks.flatMap(([value, text]) => {
      const y = placeY(value);
      const label = set(tick.cloneNode(), { y });
      label.append(text);
      return [set(grid.cloneNode(), { y1: y, y2: y }), label];
    }));
  };
  if (data.other_y) {
    const name = () => (axis.scale === "log" ? "Linear scale" : "Logarithmic scale");
    const paths = all(".line, .band", svg).map((path) => [path, path.getAttribute("d")]);
    const button = makeButton([name()], () => {
      axis = svg.toggleAttribute("data-rescaled") ? data.other_y : data.y;
      button.textContent = name();
      drawAxis(svg.querySelector(".y-axis"));
      for (const [path, d] of paths) set(path, { d: redraw(d) });
    });
    svg.after(button);
  }

  // Crosshair: the values at the nearest x, or the count of a cell of the heat map.
  const marks = add(svg, "g", { class: "crosshair" });
  const box = figure.appendChild(document.createElement("output"));
  box.className = "readout";
  let [column, row] = [-1, 0];
  const write = (...parts) => box.appendChild(document.createElement("div")).append(...parts);
  const hide = () => [marks, box].forEach((shown) => shown.replaceChildren());
  const slice = () => [-0.5, 0.5].map((part) => xs[column] + part * data.widths[column]);
  const markSeries = () => {
    const cx = placeX(xs[column]);
    add(marks, "path", { d: `M${cx} ${axis.top}V${axis.bottom}` });
    for (const { name, constant, values, low, high, stacked, sparse } of series) {
      const value = constant ?? values[column];
      if (sparse && value == null || groups.get(name).hasAttribute("hidden")) continue;
      const text = value == null ? "none" : format(value, unit);
      const bounds = low?.[column] ? ` (${formatRange([low[column], high[column]], unit)})` : "";
      write(swatches.get(name)?.cloneNode(true) || "", ` ${name}: ${text}${bounds}`);
      if (value != null && !stacked) add(marks, "circle", { cx, cy: placeY(value), r: 3 });
    }
  };
  const markCell = () => {
    const [left, right] = slice().map(placeX);
    const [bottom, top] = rows[row].map(placeY);
    add(marks, "path", { d: `M${left} ${top}H${right}V${bottom}H${left}Z` });
    const count = series[0].values[row * xs.length + column] || 0;
    write(`${formatRange(rows[row], unit)}: ${format(count)} hits`);
  };
  const show = (x, y, ariaLive) => {
    hide();
    box.ariaLive = ariaLive;
    write(data.widths ? formatRange(slice(), data.x.unit) : formatX(xs[column], data.x.unit));
    (rows ? markCell : markSeries)();
    box.style.left = `${clamp(x + 16, 0, innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${clamp(y + 16, 0, innerHeight - box.offsetHeight - 8)}px`;
  };
  svg.onpointermove = svg.onpointerdown = ({ x, y }) => {
    const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
    column = nearest(xs.map(placeX), at.x);
    row = nearest((rows || []).map(([a, b]) => (placeY(a) + placeY(b)) / 2), at.y);
    show(x, y, "off");
  };
  svg.onpointerleave = svg.onblur = hide;
  addEventListener("scroll", hide);
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  svg.tabIndex = 0;
  svg.onkeydown = (event) => {
    if (event.key === "Escape") hide();
    const step = steps[event.key];
    if (!step || (step[1] && !rows)) return;
    event.preventDefault();
    column = clamp(column + step[0], 0, xs.length - 1);
    if (rows) row = clamp(row + step[1], 0, rows.length - 1);
    const at = new DOMPoint(placeX(xs[column]), rows ? placeY(rows[row][1]) : axis.top);
    const { x, y } = at.matrixTransform(svg.getScreenCTM());
    show(x, y, "polite");
  };
};
for (const script of all("figure.chart > .chart-data")) {
  enhanceChart(script.parentElement, JSON.parse(script.textContent));
}

// Tables: a click on a header sorts, numbers from the largest, texts last.
const sortKey = ({ dataset, textContent }) => {
  const text = dataset.v ?? textContent.trim();
  return text && !isNaN(text) ? +text : text;
};
for (const table of all("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => header.append(makeButton(header.childNodes, () => {
    const rows = [...table.tBodies[0].rows].map((row) => [sortKey(row.cells[column]), row]);
    const isNumber = ([key]) => typeof key === "number";
    const isUp = header.ariaSort ? header.ariaSort !== "ascending" : !rows.some(isNumber);
    rows.sort((a, b) => isNumber(b) - isNumber(a)
      || (isUp ? 1 : -1) * (isNumber(a) ? a[0] - b[0] : a[0].localeCompare(b[0], "en")));
    for (const other of headers) other.ariaSort = null;
    header.ariaSort = isUp ? "ascending" : "descending";
    table.tBodies[0].append(...rows.map(([, row]) => row));
  })));
}

for (const command of all("pre.command")) {
  const button = makeButton(["Copy"], () => {
    getSelection().selectAllChildren(command);
    button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
  });
  command.after(button);
}

addEventListener("beforeprint", () => {
  for (const details of all("details")) details.open = true;
});
