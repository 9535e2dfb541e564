/** A table in Markdown, with aligned columns. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((name, index) =>
    Math.max(name.length, ...lines.map((line) => line[index]?.length ?? 0)),
  );
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row), ''].join('\n');
}

/** `value / yardstick` with two digits; a dash without a yardstick. */
export function ratio(value: number, yardstick: number | undefined): string {
  return yardstick === undefined ? '–' : (value / yardstick).toFixed(2);
}
