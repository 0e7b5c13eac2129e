// Returns the visible faults of a page, each as a sentence. Evaluated by the tests, also in pages
// that may not run scripts of their own.
(() => {
  const faults = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const width = document.documentElement.clientWidth;
  const isStyled = document.styleSheets.length > 0;
  const isShown = (e) => e.getClientRects().length > 0 && e.checkVisibility({ checkVisibilityCSS: true });
  const name = (e) => `${e.localName}${e.id ? "#" + e.id : ""} ${JSON.stringify((e.textContent || "").trim().slice(0, 30))}`;

  // The box of an element, less the parts that an ancestor scrolls away.
  const box = (e) => e.getBoundingClientRect();
  const scroller = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(p).overflowX)) return p;
    return null;
  };

  // Without a style, wide tables and charts make the page wider.
  if (isStyled && document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide, the window ${width}`);

  // A reader must not have to scroll a table to find an outcome.
  for (const cell of all(".outcome").filter(isShown)) {
    const { left, right } = box(cell);
    if (isStyled && (left < -0.5 || right > width + 0.5)) faults.push(`${name(cell)} is not in view: ${left} to ${right}`);
  }

  const charts = all("figure.chart");
  if (charts.length === 0) faults.push("there is no chart");
  for (const chart of charts) {
    const svgs = all("svg.plot", chart);
    if (svgs.length !== 1) faults.push(`${chart.id} has ${svgs.length} drawings`);
    for (const svg of svgs) {
      const outer = box(svg);
      if (!(outer.width > 100 && outer.height > 50)) faults.push(`${chart.id} is ${outer.width} × ${outer.height} px`);
      const limits = box(scroller(svg) || document.documentElement);
      if (isStyled && (limits.left < -0.5 || limits.right > width + 0.5)) faults.push(`${chart.id} leaves the window`);
      if (isStyled && !scroller(svg) && (outer.left < -0.5 || outer.right > width + 0.5)) faults.push(`${chart.id} leaves the window`);
      const data = JSON.parse(chart.querySelector(".chart-data").textContent);
      for (const series of all(".series", svg)) {
        const { values, constant } = data.series.find((s) => s.name === series.dataset.series);
        const isEmpty = constant === undefined && !values.some((value) => value > 0);
        const shapes = all("path, rect, line", series).map(box);
        const isDrawn = shapes.some((b) => b.width > 0 || b.height > 0);
        if (!isDrawn && !isEmpty) faults.push(`${chart.id}: series ${series.dataset.series} is not drawn`);
      }
      // A drawing may overflow into the margin of the page.
      const clip = getComputedStyle(svg).overflow === "visible" ? { left: 0, right: width, top: outer.top, bottom: outer.bottom } : outer;
      for (const shape of all("path, rect, line, text", svg).filter(isShown)) {
        const inner = box(shape);
        const out = Math.max(clip.left - inner.left, inner.right - clip.right, clip.top - inner.top, inner.bottom - clip.bottom);
        if (out > 1.5) faults.push(`${chart.id}: ${name(shape)} leaves the drawing by ${out.toFixed(1)} px`);
      }
      const texts = all("text", svg).filter(isShown).map((t) => [t, box(t)]);
      for (const [text, b] of texts) if (b.height < 8) faults.push(`${chart.id}: ${name(text)} is ${b.height.toFixed(1)} px high`);
      for (let i = 0; i < texts.length; i++)
        for (let j = i + 1; j < texts.length; j++) {
          const [a, b] = [texts[i][1], texts[j][1]];
          const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (x > 1 && y > 0.35 * Math.min(a.height, b.height))
            faults.push(`${chart.id}: ${name(texts[i][0])} and ${name(texts[j][0])} overlap by ${x.toFixed(0)} px`);
        }
    }
  }

  // Contrast of text with what is behind it (WCAG 2.2, 1.4.3).
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) known.set(color, drawn(color));
    return known.get(color);
  };
  const drawn = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const meta = document.querySelector('meta[name="color-scheme"]');
  const followsDark = isDark && /dark/.test(scheme + (meta ? meta.content : ""));
  const paper = followsDark ? [18, 18, 18, 255] : [255, 255, 255, 255];
  const behind = (e) => {
    for (let p = e; p; p = p.parentElement) {
      const color = rgba(getComputedStyle(p).backgroundColor);
      if (color[3] > 200) return color;
    }
    return paper;
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => {
      c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  for (const e of all("body *").filter((e) => hasText(e) && isShown(e))) {
    if (e.closest("script, style, title, desc, head")) continue;
    const style = getComputedStyle(e);
    const color = e.closest("svg") ? style.fill : style.color;
    const ink = rgba(color === "none" ? style.color : color);
    const [a, b] = [luminance(ink), luminance(behind(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faults.push(`${name(e)} has a contrast of ${contrast.toFixed(2)}: ${color} on ${behind(e).slice(0, 3)}`);
  }
  return [...new Set(faults)].slice(0, 40);
})()
