import { afterAll, beforeAll, describe, inject, type TestContext } from 'vitest';
import type { ControlPlane } from './control-plane.ts';
import type { Features } from './features.ts';
import './global-setup.ts';
import { timeLimit } from '../time-limit.ts';
import { appendRecord } from './record.ts';
import { type ControlPlaneSource, controlPlanes } from './sources.ts';

/** K3s pulls an image at its first start, which takes minutes. */
const startTimeoutMs = timeLimit(300_000);
const stopTimeoutMs = timeLimit(60_000);

/**
 * Declares a suite once for each control plane of this run. Each starts before the first test and serves all of them, so
 * call this once in a file, with inner `describe`s. `plane` may be used in tests and hooks only, not while declaring.
 */
export function describeControlPlanes(title: string, declare: (plane: ControlPlane) => void): void {
  for (const source of controlPlanes().filter(({ left }) => left === undefined)) {
    describe(`${title} on ${source.name}`, () => {
      let started: ControlPlane | undefined;
      beforeAll(async () => {
        started = await startRecorded(source);
      }, startTimeoutMs);
      afterAll(() => started?.stop(), stopTimeoutMs);

      declare(
        new Proxy({} as ControlPlane, {
          get(_target, key) {
            if (started === undefined) {
              throw new Error('The control plane is there in tests and hooks only');
            }
            return Reflect.get(started, key);
          },
        }),
      );
    });
  }
}

async function startRecorded(source: ControlPlaneSource): Promise<ControlPlane> {
  const record = inject('controlPlaneRecord');
  try {
    const plane = await source.start();
    appendRecord(record, { name: source.name, event: 'started', detail: plane.version });
    return plane;
  } catch (error) {
    appendRecord(record, { name: source.name, event: 'failed', detail: '' });
    throw error;
  }
}

/** Skips the test if the control plane lacks `feature`. */
export function requireFeature(context: TestContext, plane: ControlPlane, feature: keyof Features): void {
  if (!plane.features[feature]) {
    appendRecord(inject('controlPlaneRecord'), { name: plane.name, event: 'skipped', detail: feature });
    context.skip(`${plane.name} ${plane.version} has no ${feature}`);
  }
}
