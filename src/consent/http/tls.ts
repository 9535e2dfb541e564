import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../runtime/clock.ts';

/** A certificate and its key, PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** A mounted certificate, which may be renewed. */
export interface TlsFiles {
  /** Throws where a file cannot be read. */
  read(): TlsMaterial;
  /** Calls `onChange` with every new valid certificate; returns a function that stops it. */
  watch(onChange: (material: TlsMaterial) => void): () => void;
}

/** Kubernetes renews mounted Secrets by replacing a symbolic link, which file watches miss. */
const CHECK_INTERVAL_MS = 30_000;

/** `tls.crt` and `tls.key` in `folder`. An invalid or partly renewed pair is ignored, and the old one stays in use. */
export function createTlsFiles(folder: string, clock: Clock, onProblem: (error: unknown) => void): TlsFiles {
  const read = (): TlsMaterial => ({
    cert: readFileSync(join(folder, 'tls.crt'), 'utf8'),
    key: readFileSync(join(folder, 'tls.key'), 'utf8'),
  });
  return {
    read,
    watch(onChange) {
      let current = read();
      let cancel = (): void => undefined;
      const check = (): void => {
        try {
          const next = read();
          if (next.cert !== current.cert || next.key !== current.key) {
            createSecureContext({ ...next });
            current = next;
            onChange(next);
          }
        } catch (error) {
          onProblem(error);
        }
        cancel = clock.schedule(CHECK_INTERVAL_MS, check);
      };
      cancel = clock.schedule(CHECK_INTERVAL_MS, check);
      return () => cancel();
    },
  };
}
