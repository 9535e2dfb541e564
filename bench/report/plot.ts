import { WORDS, YARDSTICKS } from '../scenarios/names.ts';
import type { Figures, Row } from './medians.ts';

const WIDTH = 420;
const HEIGHT = 280;
const MARGIN = { left: 56, right: 16, top: 36, bottom: 44 };

/** A color for each program, distinguishable by people who do not see red and green (Okabe and Ito). */
const COLORS: Readonly<Record<string, string>> = {
  operator: '#0072b2',
  [WORDS.bare]: '#999999',
  [WORDS.plain]: '#e69f00',
  [WORDS.go]: '#009e73',
};

const CHARTS: readonly { readonly title: string; readonly value: (figures: Figures) => number }[] = [
  { title: 'time, s', value: ({ wallMs }) => wallMs / 1_000 },
  { title: 'CPU for each connector, ms', value: ({ cpuMsEach }) => cpuMsEach },
  { title: 'peak memory, MiB', value: ({ peakRssMiB }) => peakRssMiB },
];

interface Line {
  readonly program: string;
  readonly points: readonly (readonly [connectors: number, value: number])[];
}

/** The cost of creations against the number of connectors: an SVG with one chart for each figure. */
export function renderPlot(rows: readonly Row[]): string {
  const created = rows.filter(({ scenario }) => scenario === 'create');
  const charts = CHARTS.map(
    ({ title, value }, index) =>
      `<g transform="translate(${index * WIDTH} 0)">${chart(title, linesOf(created, value))}</g>`,
  );
  const size = `viewBox="0 0 ${WIDTH * CHARTS.length} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">\n${charts.join('\n')}\n</svg>\n`;
}

function linesOf(rows: readonly Row[], value: (figures: Figures) => number): Line[] {
  const line = (program: string, figuresOf: (row: Row) => Figures | undefined): Line => ({
    program,
    points: rows.flatMap((row) => {
      const figures = figuresOf(row);
      return figures === undefined ? [] : [[row.connectors, value(figures)] as const];
    }),
  });
  return [
    line('operator', ({ operator }) => operator),
    ...YARDSTICKS.map((name) => line(WORDS[name], ({ yardsticks }) => yardsticks[name])),
  ].filter(({ points }) => points.length > 0);
}

function chart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const mostX = Math.max(1, ...points.map(([x]) => x));
  const mostY = Math.max(1, ...points.map(([, y]) => y));
  const inner = {
    width: WIDTH - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const at = ([x, y]: readonly [number, number]): string =>
    `${(MARGIN.left + (x / mostX) * inner.width).toFixed(1)},${(MARGIN.top + inner.height * (1 - y / mostY)).toFixed(1)}`;
  const base = MARGIN.top + inner.height;
  const axes = `<path d="M${MARGIN.left} ${MARGIN.top}V${base}H${WIDTH - MARGIN.right}" fill="none" stroke="#333"/>`;
  const ticks = [0, 0.5, 1].map((part) => {
    const y = MARGIN.top + inner.height * (1 - part);
    const x = MARGIN.left + inner.width * part;
    return `<text x="${MARGIN.left - 6}" y="${y + 4}" text-anchor="end">${rounded(mostY * part)}</text><text x="${x}" y="${base + 16}" text-anchor="middle">${rounded(mostX * part)}</text>`;
  });
  const drawn = lines.map(({ program, points: own }, index) => {
    const color = COLORS[program] ?? '#333';
    const marks = own.map((point) => {
      const [x, y] = at(point).split(',');
      return `<circle cx="${x}" cy="${y}" r="3" fill="${color}"/>`;
    });
    const legend = `<text x="${MARGIN.left + 8 + index * 88}" y="${HEIGHT - 8}" fill="${color}">${program}</text>`;
    return `<polyline points="${own.map(at).join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${marks.join('')}${legend}`;
  });
  return `<text x="${MARGIN.left}" y="20" font-weight="bold">${title}</text>${axes}${ticks.join('')}${drawn.join('')}`;
}

function rounded(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
