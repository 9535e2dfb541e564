const GAP = '   ';

/** Rows as lines of equal columns, without spaces at the end. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((so, row) => {
    row.forEach((cell, at) => {
      so[at] = Math.max(so[at] ?? 0, cell.length);
    });
    return so;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
