const GAP = '   ';

/** Rows as lines with aligned columns, without trailing spaces. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((maxima, row) => {
    row.forEach((cell, at) => {
      maxima[at] = Math.max(maxima[at] ?? 0, cell.length);
    });
    return maxima;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** The same, each line indented below a title. */
export function alignIndented(rows: readonly (readonly string[])[]): string[] {
  return alignColumns(rows).map((line) => `  ${line}`);
}
