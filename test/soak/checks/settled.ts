import type { ConnectorView } from '../model/connector-view.ts';
import type { Subject } from '../model/subject.ts';
import type { Finding } from './finding.ts';

/** Reasons with which a connector may end when the storm made its owner ambiguous. */
const AMBIGUOUS = new Set(['ForeignOwner', 'AmbiguousOwner']);

/** The final state of a connector. */
export type Outcome =
  | { readonly kind: 'ready' | 'asking' | 'deleted' }
  | { readonly kind: 'unsettled'; readonly finding: Finding };

export function outcomeOf(subject: Subject, view: ConnectorView | undefined): Outcome {
  const unsettled = (text: string): Outcome => ({
    kind: 'unsettled',
    finding: { subject: subject.key, text },
  });
  if (view === undefined || view.deleting) {
    if (!subject.exists) {
      return view === undefined ? { kind: 'deleted' } : unsettled('the deletion does not end');
    }
    return unsettled('the resource does not exist');
  }
  const { ready, current } = view;
  if (!current || ready === undefined) {
    return unsettled(`the status is of an older generation (Ready ${ready?.status}/${ready?.reason})`);
  }
  if (ready.status === 'True') {
    return { kind: 'ready' };
  }
  const isReported = subject.wanted.driftPolicy === 'Report' && ready.reason === 'DriftDetected';
  return isReported || (subject.takenOver && AMBIGUOUS.has(ready.reason))
    ? { kind: 'asking' }
    : unsettled(`Ready is ${ready.status}/${ready.reason}`);
}
