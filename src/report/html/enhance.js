/*
 * Runs in the reader's browser, after uPlot. Everything on the page is there without it: it puts
 * charts that can be zoomed into in the place of drawings, and says what lies under the pointer.
 */
(() => {
  const NINES = ['0%', '90%', '99%', '99.9%', '99.99%', '99.999%', '99.9999%', '99.99999%'];

  const formatNs = (ns) => {
    const units = ['ns', 'µs', 'ms', 's'];
    let value = ns;
    let unit = 0;
    while (value >= 999.5 && unit < 3) {
      value /= 1000;
      unit++;
    }
    if (unit === 0) return `${Math.round(value)}ns`;
    return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)}${units[unit]}`;
  };
  const formatCount = (count) => {
    const units = ['', 'k', 'M', 'G'];
    let value = count;
    let unit = 0;
    while (value >= 999.5 && unit < 3) {
      value /= 1000;
      unit++;
    }
    return unit === 0 ? String(Math.round(value)) : `${Number(value.toPrecision(3))}${units[unit]}`;
  };
  /* 1ms rather than 1.00ms. */
  const trimmed = (text) => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
  /* 4.25 nines are 99.994 %. */
  const formatNines = (nines) => {
    const percent = 100 * (1 - 10 ** -nines);
    return `${percent.toFixed(Math.max(1, Math.ceil(nines)))}%`;
  };
  const FORMATS = {
    time: formatNs,
    latency: formatNs,
    nines: formatNines,
    rate: (value) => `${formatCount(value)}/s`,
    count: formatCount,
    share: (value) => `${Number((value * 100).toFixed(2))}%`,
  };

  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const dashOf = (text) => (text === '' ? undefined : text.split(' ').map(Number));
  const dataOf = (plot) => JSON.parse(plot.querySelector('script.data').textContent);

  /* Whole nines; of a part of the axis its tenths. */
  const ninesBetween = (_chart, _axis, min, max) => {
    const step = max - min > 1.5 ? 1 : 0.2;
    const from = Math.ceil(min / step - 1e-6);
    const count = Math.floor(max / step + 1e-6) - from + 1;
    return Array.from({ length: count }, (_, index) => (from + index) * step);
  };
  /* Powers of ten; of fewer than three also threefold ones. */
  const powersBetween = (_chart, _axis, min, max) => {
    const factors = max / min > 3000 ? [1] : max / min > 50 ? [1, 3] : [1, 2, 5];
    const splits = [];
    for (let power = Math.floor(Math.log10(min)); 10 ** power <= max; power++) {
      for (const factor of factors) {
        const value = factor * 10 ** power;
        if (value >= min && value <= max) splits.push(value);
      }
    }
    return splits;
  };

  /* 1, 2, 5, and 25 from ten on: 2.5 would say 3. */
  const WHOLE_STEPS = Array.from({ length: 12 }, (_, power) =>
    [1, 2, ...(power === 0 ? [] : [2.5]), 5].map((factor) => factor * 10 ** power),
  ).flat();

  const axisOf = (axis, side) => ({
    side,
    scale: side === 2 ? 'x' : 'y',
    label: axis.title,
    labelSize: 22,
    labelFont: '12px system-ui, sans-serif',
    font: '12px system-ui, sans-serif',
    size: side === 2 ? 34 : 66,
    gap: 6,
    stroke: colour('quiet'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
    values: (chart, splits) =>
      splits.map((value, index) => {
        // Where there is little room, every second one.
        if (axis.kind === 'nines' && chart.width < 480 && index % 2 === 1) return '';
        const nines = Math.round(value * 10) / 10;
        if (axis.kind === 'nines') return NINES[nines] ?? formatNines(nines);
        return value === 0 ? '0' : trimmed(FORMATS[axis.kind](value));
      }),
    ...(axis.ticks === undefined
      ? {}
      : {
          splits: () => axis.ticks.map(({ value }) => value),
          filter: (_chart, splits) => splits,
          values: () => axis.ticks.map(({ label }) => label),
        }),
    /* What is counted is whole. */
    ...(axis.ticks === undefined && (axis.kind === 'count' || axis.kind === 'rate')
      ? { incrs: WHOLE_STEPS }
      : {}),
    ...(axis.kind === 'nines' ? { splits: ninesBetween } : {}),
    ...(axis.kind === 'latency'
      ? { splits: powersBetween, filter: (_chart, splits) => splits }
      : {}),
  });

  /* Faint where a line rests on too little, wherever that is on the screen. */
  const strokeOf = ({ look, faintFrom }, places) => {
    const full = colour(`s-${look}`);
    if (faintFrom === null || faintFrom >= places.length) return full;
    return (chart) => {
      const { left, width } = chart.bbox;
      const at = chart.valToPos(places[faintFrom], 'x', true);
      if (!Number.isFinite(at) || width <= 0) return full;
      const share = Math.min(1, Math.max(0, (at - left) / width));
      const gradient = chart.ctx.createLinearGradient(left, 0, left + width, 0);
      for (const [stop, shade] of [
        [0, full],
        [share, full],
        [share, `${full}66`],
        [1, `${full}66`],
      ])
        gradient.addColorStop(stop, shade);
      return gradient;
    };
  };

  /* The dash of a line, as the ground of its mark in the legend. */
  const dashed = (hue, dash) => {
    let at = 0;
    const lengths = dash === '' ? [1, 0] : dash.split(' ').map(Number);
    const stops = lengths.map((length, index) => {
      const from = at;
      at += length;
      return `${index % 2 === 0 ? hue : 'transparent'} ${from}px ${at}px`;
    });
    return `repeating-linear-gradient(90deg,${stops.join(',')})`;
  };

  /* Parts of the x axis in grey behind everything, with their names where there is room. */
  const drawZones = (chart, zones) => {
    const { ctx, bbox } = chart;
    const right = bbox.left + bbox.width;
    const within = (x) => Math.min(right, Math.max(bbox.left, chart.valToPos(x, 'x', true)));
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'center';
    for (const { from, to, name } of zones) {
      const [start, end] = [within(from), within(to)];
      if (end <= start) continue;
      ctx.fillStyle = colour('zone');
      ctx.fillRect(start, bbox.top, end - start, bbox.height);
      ctx.fillStyle = colour('quiet');
      if (ctx.measureText(name).width < end - start)
        ctx.fillText(name, (start + end) / 2, bbox.top + 14 * devicePixelRatio);
    }
    ctx.restore();
  };

  const linesIn = (plot, width) => {
    const data = dataOf(plot);
    const paths = data.isStepped ? uPlot.paths.stepped({ align: -1 }) : uPlot.paths.linear();
    const columns = [data.places];
    const series = [
      { label: data.x.title, value: (_c, v) => (v === null ? '–' : FORMATS[data.x.kind](v)) },
    ];
    const bands = [];
    const add = (values, options) => {
      columns.push(values);
      series.push({
        value: (_c, v) => (v === null || v === undefined ? '–' : FORMATS[data.y.kind](v)),
        points: { show: false },
        spanGaps: false,
        paths,
        ...options,
      });
    };
    for (const band of data.bands) {
      const edge = { width: 0, stroke: 'transparent', class: 'edge' };
      add(band.high, { ...edge, label: 'highest' });
      add(band.low, { ...edge, label: 'lowest' });
      const fill = `${colour(`s-${band.look}`)}2e`;
      bands.push({ series: [columns.length - 2, columns.length - 1], fill });
    }
    for (const line of data.lines) {
      add(line.values, {
        label: line.name,
        stroke: strokeOf(line, data.places),
        width: line.isBaseline ? 1.2 : 1.8,
        dash: dashOf(line.dash),
        ...(line.isDots === true
          ? { dash: undefined, spanGaps: true, points: { show: true, size: 6 } }
          : {}),
      });
    }
    const hue = (_chart, index) => lineAt(index) && colour(`s-${lineAt(index).look}`);
    const lineAt = (index) => data.lines[index - 1 - 2 * data.bands.length];
    const isLog = data.y.kind === 'latency';
    return new uPlot(
      {
        width,
        height: Math.round(Math.max(data.isSmall ? 220 : 240, Math.min(320, width * 0.42))),
        scales: {
          x: {
            time: false,
            ...(data.x.isLog === true ? { distr: 3, log: 2 } : {}),
            // Unzoomed, from the first place to the last, which need not be the ends of the axis.
            range: (_c, min, max) =>
              min === null || (data.isSmall && min === data.places[0] && max === data.places.at(-1))
                ? [data.x.from, data.x.to]
                : [min, max],
          },
          y: isLog
            ? {
                distr: 3,
                // Side by side all have the same, or they could not be compared.
                range: (_c, min, max) =>
                  data.isSmall
                    ? [data.y.from, data.y.to]
                    : [Math.max(1, (min ?? 1) * 0.8), (max ?? 10) * 1.25],
              }
            : { range: [data.y.from, data.y.to] },
        },
        axes: [axisOf(data.x, 2), axisOf(data.y, 3)],
        cursor: {
          drag: { x: true, y: false },
          points: { size: 7, width: 1, stroke: () => colour('ground'), fill: hue },
        },
        legend: {
          live: true,
          markers: {
            width: 0,
            fill: (chart, index) => lineAt(index) && dashed(hue(chart, index), lineAt(index).dash),
          },
        },
        hooks: { drawClear: [(chart) => drawZones(chart, data.zones)] },
        bands,
        series,
      },
      columns,
      plot,
    );
  };

  const enhanceLines = () => {
    const charts = [];
    for (const plot of document.querySelectorAll('.plot[data-chart=lines]')) {
      const width = () => Math.max(280, Math.min(860, plot.clientWidth));
      const draw = () => {
        const chart = linesIn(plot, width());
        plot.classList.add('is-live');
        return chart;
      };
      charts.push({ plot, width, draw, chart: draw() });
    }
    const redraw = () => {
      for (const one of charts) {
        one.chart.destroy();
        one.chart = one.draw();
      }
    };
    let waiting = 0;
    addEventListener('resize', () => {
      clearTimeout(waiting);
      waiting = setTimeout(redraw, 150);
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  };

  /* Where in the drawing the pointer is, from 0 to 1 in both directions; null beside it. */
  const placeIn = (svg, event, { left, right, top = 0, bottom = 1 }) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width - left) / (right - left);
    const y = ((event.clientY - box.top) / box.height - top) / (bottom - top);
    return x < 0 || x >= 1 || y < 0 || y >= 1 ? null : { x, y };
  };

  const readOut = (plot, data, textAt) => {
    const svg = plot.querySelector('svg');
    const output = plot.querySelector('.read-out');
    svg.addEventListener('pointermove', (event) => {
      const place = placeIn(svg, event, data);
      output.textContent = place === null ? '' : textAt(place);
    });
    svg.addEventListener('pointerleave', () => {
      output.textContent = '';
    });
  };

  const enhanceHeat = () => {
    for (const plot of document.querySelectorAll('.plot[data-chart=heat]')) {
      const data = dataOf(plot);
      const TENTH_NS = 1e5;
      const end = data.columns.at(-1)[0];
      readOut(plot, data, ({ x }) => {
        const index = data.columns.findIndex(([to]) => x * end < to);
        if (index < 0) return '';
        const [to, count, p50, p99] = data.columns[index];
        const from = index === 0 ? 0 : data.columns[index - 1][0];
        const span = `${formatNs(from * TENTH_NS)} to ${formatNs(to * TENTH_NS)}`;
        if (count === 0) return `${span}: nothing recorded`;
        const tail = p99 === 0 ? '' : `, p99 about ${formatNs(p99)}`;
        return `${span}: ${formatCount(count)} operations, p50 about ${formatNs(p50)}${tail}`;
      });
    }
  };

  /* The picture itself says what state a cell is in: its colours are those of the legend. */
  const pixelsOf = (uri, columns, rows, use) => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement('canvas');
      canvas.width = columns;
      canvas.height = rows;
      const context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0);
      use(context.getImageData(0, 0, columns, rows).data);
    };
    picture.src = uri;
  };

  const enhanceMaps = () => {
    for (const plot of document.querySelectorAll('.plot[data-chart=map]')) {
      const data = dataOf(plot);
      const names = new Map(data.shades.map(({ light, name }) => [light, name]));
      const uri = plot.querySelector('image').getAttribute('href');
      pixelsOf(uri, data.columns, data.rows, (pixels) => {
        readOut(plot, data, ({ x, y }) => {
          const cell = Math.floor(y * data.rows) * data.columns + Math.floor(x * data.columns);
          const first = cell * data.sparesPerCell;
          if (first >= data.spareCount) return '';
          const last = Math.min(first + data.sparesPerCell, data.spareCount) - 1;
          const bytes = [...pixels.slice(4 * cell, 4 * cell + 3)];
          const isNothing = pixels[4 * cell + 3] === 0;
          const hex = `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
          const which = first === last ? `spare ${first}` : `spares ${first} to ${last}`;
          const name = isNothing ? data.shades[0].name : names.get(hex);
          return `${which}: ${name ?? 'not known'}`;
        });
      });
    }
  };

  const enhanceRepro = () => {
    const block = document.querySelector('.repro');
    if (block === null || navigator.clipboard === undefined) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.querySelector('code').textContent);
      button.textContent = 'Copied';
    });
    block.append(button);
  };

  /* Numbers with their units by size, all else by letters. */
  const enhanceTables = () => {
    const units = { n: 1e-9, µ: 1e-6, m: 1e-3, k: 1e3, K: 1024, M: 1e6, G: 1e9 };
    const sizeOf = (text) => {
      const match = /^(-?[\d.]+)([nµmkKMG]?)/.exec(text.replaceAll(',', ''));
      return match === null ? Number.NaN : Number(match[1]) * (units[match[2]] ?? 1);
    };
    for (const table of document.querySelectorAll('.sortable table')) {
      const heads = [...table.tHead.rows[0].cells];
      heads.forEach((head, column) => {
        let sign = 1;
        head.tabIndex = 0;
        head.addEventListener('keydown', (event) => {
          if (event.key === 'Enter') head.click();
        });
        head.addEventListener('click', () => {
          const keyed = [...table.tBodies[0].rows].map((row) => {
            const text = row.cells[column].textContent;
            return { row, text, size: sizeOf(text) };
          });
          keyed.sort((a, b) =>
            Number.isNaN(a.size) || Number.isNaN(b.size)
              ? sign * a.text.localeCompare(b.text)
              : sign * (a.size - b.size),
          );
          for (const other of heads) other.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
          sign = -sign;
          table.tBodies[0].append(...keyed.map(({ row }) => row));
        });
      });
    }
  };

  /* One that fails leaves the drawing that was there. */
  for (const enhance of [enhanceLines, enhanceHeat, enhanceMaps, enhanceRepro, enhanceTables])
    enhance();
})();
