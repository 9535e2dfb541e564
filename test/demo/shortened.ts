/** Enough of a code to know it again, and too little to use it. */
export function shortened(code: string): string {
  return `${code.slice(0, 6)}…`;
}
