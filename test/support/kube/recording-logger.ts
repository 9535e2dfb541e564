import type { OperatorLogger } from '@dot-i/k8s-operator';

/** A logger that records lines as `<level> <message>`. */
export function recordingLogger(): OperatorLogger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
