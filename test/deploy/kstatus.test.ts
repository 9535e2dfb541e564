import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAccount, parseConnector } from '../../src/api/parse.ts';
import { decide } from '../../src/connector/decide/decide.ts';
import { summarize } from '../../src/connector/report/summarize.ts';
import { inputs } from '../support/builders/arbitraries.ts';
import { UID } from '../support/builders/connector.ts';
import { settledInput } from '../support/builders/input.ts';
import { KSTATUS_CASES } from '../support/kstatus/cases.ts';
import { type KStatus, kstatusOf, type WithStatus } from '../support/kstatus/kstatus.ts';
import { computedByLibrary, hasKstatus } from '../support/kstatus/library.ts';
import { customizations, testdata } from './support/resource-customizations.ts';
import { SITUATIONS, type Situation } from './support/situations.ts';

/** What a health of Argo CD is for kstatus, which has no word for waiting for a person. */
const STATUS_OF_HEALTH: Readonly<Record<Situation['health'], KStatus>> = {
  Healthy: 'Current',
  Progressing: 'InProgress',
  Suspended: 'InProgress',
  Degraded: 'Failed',
};

/** An annotation is no new generation: until the operator has seen it, only a script for our annotations knows. */
const ANNOTATED_ONLY: ReadonlySet<string> = new Set(['paused']);

const recordedSchema = z.looseObject({ metadata: z.looseObject({}) });

/** A recording has no field that differs from run to run. */
function withIdentity(recording: unknown): unknown {
  const { metadata, ...others } = recordedSchema.parse(recording);
  return { ...others, metadata: { uid: UID, resourceVersion: '1', ...metadata } };
}

/** The objects that the operator has written in each situation. */
function recorded(): readonly { readonly name: string; readonly object: WithStatus; readonly is: KStatus }[] {
  return customizations().flatMap((customization) =>
    readdirSync(join(customization.folder, 'testdata')).map((file) => {
      const name = file.replace(/\.yaml$/, '');
      const { kind } = customization;
      const situation = SITUATIONS.find((one) => one.kind === kind && one.name === name);
      if (situation === undefined) {
        throw new Error(`there is no situation ${name} of ${kind}`);
      }
      const parse = kind === 'OpenConnectorsAccount' ? parseAccount : parseConnector;
      const object = parse(withIdentity(testdata(customization, `testdata/${file}`)));
      const isDeleting = object.metadata.deletionTimestamp !== undefined;
      const is = ANNOTATED_ONLY.has(name) ? 'Current' : STATUS_OF_HEALTH[situation.health];
      return { name, object, is: isDeleting ? 'Terminating' : is };
    }),
  );
}

/** What the conventions ask for: generations first, then the abnormal conditions, then Ready. */
function expectedOf({ metadata, status }: WithStatus): KStatus {
  const isTrue = (type: string): boolean =>
    status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
  if (metadata.deletionTimestamp !== undefined) {
    return 'Terminating';
  }
  if (status?.observedGeneration !== metadata.generation || isTrue('Reconciling')) {
    return 'InProgress';
  }
  if (isTrue('Stalled')) {
    return 'Failed';
  }
  return isTrue('Ready') ? 'Current' : 'InProgress';
}

/** Statuses that `decide` leads to, on resources that were edited or deleted since, or not. */
const written = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: inputs }, { weight: 1, arbitrary: fc.constant(settledInput()) }),
    fc.constantFrom(0, 0, 0, 1, -1),
    fc.constantFrom(undefined, undefined, '2026-03-01T12:00:00Z'),
  )
  .map(([input, edits, deletionTimestamp]): WithStatus | undefined => {
    const action = decide(input);
    if (action.type !== 'finish' || (action.result.kind !== 'blocked' && action.result.kind !== 'ready')) {
      return undefined;
    }
    const status = summarize(input, action.result, 0.5);
    const { metadata } = input.connector;
    const generation = (status.observedGeneration ?? metadata.generation) + edits;
    return { ...input.connector, metadata: { ...metadata, generation, deletionTimestamp }, status };
  })
  .filter((object) => object !== undefined);

describe.skipIf(!hasKstatus)('kstatus by its own library (needs KSTATUS)', () => {
  it('computes what the tests expect for every state of a resource', () => {
    expect(computedByLibrary(KSTATUS_CASES.map(({ object }) => object))).toEqual(
      KSTATUS_CASES.map(({ is }) => is),
    );
  });

  it('computes what Argo CD shows for every object that the operator wrote', () => {
    const objects = recorded();
    const computed = computedByLibrary(objects.map(({ object }) => object));
    expect(objects.map(({ name }, index) => [name, computed[index]])).toEqual(
      objects.map(({ name, is }) => [name, is]),
    );
    expect(objects.map(({ object }) => kstatusOf(object))).toEqual(computed);
  });

  it('computes what the conditions say for every status that decide leads to', () => {
    const objects = fc.sample(written, { numRuns: 1_000, seed: 1 });
    const computed = computedByLibrary(objects);
    const differing = objects.filter(
      (object, index) => computed[index] !== kstatusOf(object) || computed[index] !== expectedOf(object),
    );
    expect(differing).toEqual([]);
    expect(new Set(computed)).toEqual(new Set(['Terminating', 'InProgress', 'Failed', 'Current']));
  });
});
