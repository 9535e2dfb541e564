import { z } from 'zod';
import { PUBLIC_KEYS, SHORTEST } from '../../support/workbench/canary-watch.ts';
import type { Environment } from '../environment/environment.ts';
import type { Violation } from './violation.ts';

const secretObject = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Searches all output for values of all Secrets of an environment. Returns the check of one line of a log. */
export function checkSecrets(
  { cluster }: Environment,
  report: (violation: Violation) => void,
): (source: string, text: string) => void {
  const values = new Map<string, string>();
  const search = (source: string, text: string): void => {
    for (const [value, where] of values) {
      if (text.includes(value)) {
        report({ property: 'no secret', text: `the value of ${where} is in ${source}` });
      }
    }
  };
  cluster.server.store.subscribe(({ collection, key, object }) => {
    if (collection !== 'secrets') {
      if (collection !== 'leases') {
        search(`${collection} ${key}`, JSON.stringify(object));
      }
      return;
    }
    const { data } = secretObject.parse(object);
    for (const [name, encoded] of Object.entries(data).filter(([name]) => !PUBLIC_KEYS.has(name))) {
      for (const value of [encoded, Buffer.from(encoded, 'base64').toString('utf8').trim()]) {
        if (value.length >= SHORTEST && !value.startsWith('{')) {
          values.set(value, `${key} ${name}`);
        }
      }
    }
  });
  return search;
}
