// Draws the charts of a page from the numbers that stand in it; a table beside each says the same.
"use strict";

(() => {
  const HEIGHT = 240;
  const drawn = new Map();

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  function shown(value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit !== "ms") return value.toLocaleString("en");
    return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
  }

  // Each bar reaches from zero to the sum of its own and all below: the highest is drawn first.
  function stacked(lines) {
    const sums = [];
    lines.forEach((line, index) => {
      sums.push(line.values.map((value, at) => value + (index ? sums[index - 1][at] : 0)));
    });
    return sums;
  }

  function when(seconds, step) {
    const text = new Date(seconds * 1000).toISOString();
    return step >= 86400 ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
  }

  function axes(chart) {
    const common = {
      stroke: colour("faint"),
      font: "11px system-ui, sans-serif",
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
    };
    const values = (_, ticks) => ticks.map((value) => shown(value, chart.unit));
    return [{ ...common, grid: { show: false } }, { ...common, size: 56, values }];
  }

  function series(chart) {
    const isStacked = chart.kind === "stacked";
    const told = chart.lines.map((line) => ({
      label: line.name,
      value: (_, __, ___, at) => (at === null ? "–" : shown(line.values[at], chart.unit)),
      stroke: colour(line.colour),
      width: isStacked ? 0 : 2,
      fill: isStacked ? colour(line.colour) : undefined,
      paths: isStacked ? uPlot.paths.bars({ size: [0.7, 28], radius: 0.1 }) : undefined,
      points: { show: isStacked ? false : undefined, size: 5 },
      spanGaps: true,
    }));
    const time = { label: "Time", value: (_, at) => (at === null ? "–" : when(at, chart.step)) };
    return [time, ...(isStacked ? told.reverse() : told)];
  }

  function options(chart, width) {
    const last = chart.times[chart.times.length - 1];
    return {
      width,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      axes: axes(chart),
      series: series(chart),
      scales: {
        x: { range: () => [chart.times[0] - chart.step / 2, last + chart.step / 2] },
        y: { range: (_, low, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      legend: { live: true },
      padding: [8, 12, 0, 0],
    };
  }

  function draw(figure) {
    const chart = JSON.parse(figure.querySelector("script").textContent);
    const place = figure.querySelector("[data-canvas]");
    place.hidden = false;
    const lines = chart.kind === "stacked" ? stacked(chart.lines).reverse() : chart.lines.map((line) => line.values);
    drawn.get(figure)?.destroy();
    drawn.set(figure, new uPlot(options(chart, place.clientWidth), [chart.times, ...lines], place));
    place.querySelectorAll("th").forEach((name) => name.classList.add("font-medium"));
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  const sizes = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const plot = drawn.get(entry.target.closest("[data-chart]"));
      const width = Math.floor(entry.contentRect.width);
      if (plot && width > 0 && plot.width !== width) plot.setSize({ width, height: HEIGHT });
    }
  });

  drawAll();
  document.querySelectorAll("[data-canvas]").forEach((place) => sizes.observe(place));
  // Canvases keep the colours of the theme in which they were drawn.
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
