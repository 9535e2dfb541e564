import type { Exposition } from '../../src/telemetry/metrics/metrics.ts';

/** A parsed scrape (text format, version 0.0.4). */
export interface Scrape {
  /** By name as `# TYPE` has it, so without `_bucket`, `_sum` and `_count`. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly ScrapedSample[];
  /** The value of the one sample with this name and at least these labels; `undefined` without one. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** All samples of a name. */
  of(name: string): readonly ScrapedSample[];
}

export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text of a scrape. Throws for a line that is neither a comment nor a sample. */
export function readExposition({ text }: Pick<Exposition, 'text'>): Scrape {
  const lines = text.split('\n').filter((line) => line !== '');
  const types = new Map(
    lines.flatMap((line) => {
      const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      return name === undefined || type === undefined ? [] : [[name, type] as const];
    }),
  );
  const samples = lines.filter((line) => !line.startsWith('#')).map(readSample);
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  return {
    types,
    samples,
    of,
    value(name, labels = {}) {
      const found = of(name).filter((sample) =>
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1) {
        throw new Error(`${found.length} samples of ${name} have the labels ${JSON.stringify(labels)}`);
      }
      return found[0]?.value;
    },
  };
}

function readSample(line: string): ScrapedSample {
  const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw new Error(`not a sample: ${line}`);
  }
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
    label,
    text,
  ]);
  return { name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) };
}
