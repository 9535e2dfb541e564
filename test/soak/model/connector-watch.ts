import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import type { ControlPlane } from '../../support/controlplane/control-plane.ts';
import type { AuditLog } from './audit-log.ts';
import { type ConnectorView, conditionsInWords, viewOf } from './connector-view.ts';

const eventSchema = z.object({ type: z.string(), object: z.unknown() });

/** The observed state of an existing connector. */
export interface Watched {
  readonly view: ConnectorView;
  /** When the last record of a sent credential was observed, milliseconds since the epoch. */
  readonly recordedAt: number | undefined;
  /** When Ready got its current status and reason. */
  readonly readySince: number;
}

/** Watches all connectors without the proxy. */
export interface ConnectorWatch {
  /** `undefined` if the connector does not exist. */
  of(key: string): Watched | undefined;
  stop(): void;
}

export async function watchConnectors(
  plane: ControlPlane,
  auditLog: AuditLog,
  now: () => number,
): Promise<ConnectorWatch> {
  const known = new Map<string, Watched>();
  let stopped = false;
  let stream: IncomingMessage | undefined;

  const see = (line: string): void => {
    const { type, object } = eventSchema.parse(JSON.parse(line));
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
      const view = viewOf(object);
      if (type === 'DELETED') {
        known.delete(view.key);
        auditLog.note('status', `the resource ${view.uid} does not exist any more`, view.key);
      } else {
        known.set(view.key, next(known.get(view.key), view));
      }
    }
  };
  const next = (before: Watched | undefined, view: ConnectorView): Watched => {
    const same = before?.view.uid === view.uid ? before : undefined;
    const words = conditionsInWords(view);
    if (same === undefined || conditionsInWords(same.view) !== words) {
      const message = view.conditions.find(({ type }) => type === 'Ready')?.message ?? '';
      auditLog.note('status', `${words} | ${message}`, view.key);
    }
    if (view.record !== (same?.view.record ?? '')) {
      auditLog.note('record', view.record === '' ? 'none any more' : view.record, view.key);
    }
    const sameReady =
      same?.view.ready?.status === view.ready?.status && same?.view.ready?.reason === view.ready?.reason;
    return {
      view,
      recordedAt: view.sentAt !== same?.view.sentAt ? now() : same?.recordedAt,
      readySince: same !== undefined && sameReady ? same.readySince : now(),
    };
  };
  const open = async (): Promise<void> => {
    const opened = await plane.rest.stream(`/apis/${API_VERSION}/infusionsoftconnectors?watch=true`);
    stream = opened;
    let rest = '';
    opened.setEncoding('utf8');
    opened.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((text) => text !== '')) {
        see(line);
      }
    });
    opened.once('close', () => {
      if (!stopped) {
        // The server ends watches regularly; the next one starts with every object.
        known.clear();
        void open();
      }
    });
    opened.on('error', () => undefined); // `close` follows.
  };
  await open();
  return {
    of: (key) => known.get(key),
    stop() {
      stopped = true;
      stream?.destroy();
    },
  };
}
