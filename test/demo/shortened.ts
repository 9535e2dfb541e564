/** The beginning of a code, enough to recognize it and too little to use it. */
export function shortened(code: string): string {
  return `${code.slice(0, 6)}…`;
}
