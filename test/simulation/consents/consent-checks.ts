import { grantsIn, instanceBody, parseJson } from 'open-connectors-simulator/body.ts';
import type { Subject } from '../../soak/model/subject.ts';
import type { Reply } from '../../support/consent/visitor.ts';
import { SHORTEST } from '../../support/workbench/canary-watch.ts';
import type { Violation } from '../checks/violation.ts';
import type { Stage } from '../environment/stage.ts';
import type { WireCall } from '../wire/fate.ts';

/** What a person agreed to on the review page. */
export interface Agreement {
  readonly subject: Subject;
  /** Of the resource with the one-time code. */
  readonly uid: string;
  /** The connector (element) on the review page. */
  readonly element: string;
}

/** The properties of the consent pages. */
export interface ConsentChecks {
  /** The provider sends a person back to `url`. */
  approved(url: string, agreement: Agreement): void;
  /** A value that no log may contain. */
  secret(value: string | null | undefined): void;
  /** An answer of the pages. */
  replied(url: string, reply: Reply): void;
  /** A request of an operator. */
  called(call: WireCall): void;
  logged(process: string, line: string): void;
  /** A user changed what the consent of a connector is for. */
  edited(subject: Subject): void;
  /** Checks the code of the last consent of a connector, a while after the last fault or at the end. */
  look(subject: Subject): void;
  readonly granted: number;
  readonly sent: number;
}

interface Consent extends Agreement {
  readonly code: string;
  readonly approvedAt: number;
  /** Since when status asked for it: what was sent later, status did not show yet. */
  readonly askedSince: number;
  grantedAt?: number;
  sentAt?: number;
}

/** How long after the provider's page a state may be accepted at most, with errors of the nodes' clocks, milliseconds. */
const VALID_MS = 15 * 60_000 + 4_000;
/** A person may consent again before status shows what an earlier code did; its operator may be paused meanwhile. */
const CATCH_UP_MS = 180_000;

/** Follows each consent from the provider's redirect to the call with its code. */
export function checkConsents(stage: Stage, report: (violation: Violation) => void): ConsentChecks {
  const { clock, connectors, environment } = stage;
  /** By state: a person may be sent back once for each. */
  const consents = new Map<string, Consent>();
  const secrets = new Set<string>();
  const editedAt = new Map<string, number>();
  let granted = 0;
  let sent = 0;
  const secret = (value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value.length >= SHORTEST) {
      secrets.add(value);
    }
  };
  return {
    secret,
    get granted() {
      return granted;
    },
    get sent() {
      return sent;
    },
    approved(url, agreement) {
      const { searchParams } = new URL(url);
      const [code, state] = [searchParams.get('code'), searchParams.get('state')];
      secret(code);
      secret(state);
      if (code !== null && state !== null) {
        const approvedAt = clock.monotonic();
        const askedMs = clock.now() - (connectors.of(agreement.subject.key)?.readySince ?? clock.now());
        consents.set(state, { ...agreement, code, approvedAt, askedSince: approvedAt - askedMs });
      }
    },
    replied(url, { status, headers }) {
      const consent = consents.get(new URL(url).searchParams.get('state') ?? '');
      if (
        consent === undefined ||
        status !== 303 ||
        headers.get('location')?.endsWith('/oauth/done') !== true
      ) {
        return;
      }
      granted += 1;
      if (consent.grantedAt !== undefined) {
        report({ property: 'state used once', text: `${consent.subject.key}: a state was accepted twice` });
      }
      if (clock.monotonic() - consent.approvedAt > VALID_MS) {
        report({
          property: 'state used once',
          text: `${consent.subject.key}: an expired state was accepted`,
        });
      }
      consent.grantedAt = clock.monotonic();
    },
    called({ api, method, target, body, number }) {
      const { code } = api === 'external' && method !== 'GET' && body !== undefined ? grantsIn(body) : {};
      if (code === undefined || body === undefined) {
        return;
      }
      const consent = [...consents.values()].find((one) => one.code === code);
      const { tags, element } = aimOf(environment, target, body);
      if (consent === undefined) {
        report({ property: 'own consent', text: `request ${number} has a code of no consent` });
        return;
      }
      sent += consent.sentAt === undefined ? 1 : 0;
      consent.sentAt = clock.monotonic();
      if (!tags.includes(`k8s-uid-${consent.uid}`)) {
        report({ property: 'own consent', text: `request ${number} has a code of another resource` });
      }
      if (element !== consent.element) {
        report({
          property: 'own consent',
          text: `request ${number} is for ${element}, and the consent for ${consent.element}`,
        });
      }
    },
    logged(process, line) {
      for (const value of secrets) {
        if (line.includes(value)) {
          report({ property: 'no secret', text: `a value of a consent is in the log of ${process}` });
        }
      }
    },
    edited(subject) {
      editedAt.set(subject.key, clock.monotonic());
    },
    look(subject) {
      const uid = connectors.of(subject.key)?.view.uid;
      // Also those whose acceptance no browser saw, because the process was killed.
      const own = [...consents.values()].filter((one) => one.uid === uid);
      const accepted = own.filter(({ grantedAt }) => grantedAt !== undefined);
      const last = accepted.toSorted((left, right) => (left.grantedAt ?? 0) - (right.grantedAt ?? 0)).at(-1);
      if (last === undefined || (editedAt.get(subject.key) ?? 0) > last.approvedAt) {
        return;
      }
      // A chain of leaders that die or stand still leaves a status as it is for longer.
      const since = Math.min(last.approvedAt - CATCH_UP_MS, last.askedSince);
      if (!own.some(({ element, sentAt = -1 }) => element === last.element && sentAt >= since)) {
        report({
          property: 'code kept',
          text: `${subject.key}: the code of the last consent was never sent`,
        });
      }
    },
  };
}

/** The resource and the element of a call with a code: from its body, or from the instance that it changes. */
function aimOf(
  { simulation }: Stage['environment'],
  target: string,
  text: string,
): { readonly tags: readonly string[]; readonly element: string | undefined } {
  const body = instanceBody.safeParse(parseJson(text)).data;
  const [, id = ''] = /\/instances\/(\d+)/.exec(target) ?? [];
  const instance = simulation.instances().find((one) => String(one.id) === id);
  return {
    tags: instance?.tags ?? body?.tags ?? [],
    element: instance?.connector ?? body?.element?.key,
  };
}
