import type { Defect } from './defect.ts';

/** Classic mistakes of consent pages; codes that come from Secrets do not show them. */
export const CONSENT_DEFECTS: readonly Omit<Defect, 'focus' | 'coveredBy'>[] = [
  {
    name: 'state used twice',
    effect: 'Of two requests with one state both store the code.',
    breaks: ['state used once', 'code sent once'],
    seed: 7,
    edits: [
      {
        file: 'src/consent/flow/callback.ts',
        from: '  if (!(await context.records.consume(consent.target, consent.resourceVersion, request.signal))) {',
        to: "  if (!(await context.records.consume(consent.target, consent.resourceVersion, request.signal)) && response.kind !== 'code') {",
      },
    ],
  },
  {
    name: 'consent request not compared',
    effect: 'A code is used for another element than the one on the review page.',
    breaks: ['own consent'],
    seed: 38,
    edits: [
      {
        file: 'src/consent/flow/callback.ts',
        from: '    if (consentRequestHash(request) === record.consent) {',
        to: "    if (consentRequestHash(request) !== '') {",
      },
      {
        file: 'src/consent/flow/callback.ts',
        from: '{ ...response, consent: consent.record.consent }',
        to: '{ ...response, consent: consentRequestHash((await context.source.consentFor(connector, request.signal)).request) }',
      },
    ],
  },
  {
    name: 'late state accepted',
    effect: 'A consent can be completed after it has expired.',
    breaks: ['state used once'],
    seed: 10,
    edits: [
      {
        file: 'src/consent/context.ts',
        from: '  if (context.clock.now() >= stored.record.expiresAt) {',
        to: '  if (context.clock.now() >= Number.POSITIVE_INFINITY) {',
      },
    ],
  },
  {
    name: 'accepted code not stored',
    effect: 'The pages confirm a consent, and its code is not kept.',
    breaks: ['code kept', 'settled'],
    seed: 1,
    edits: [
      {
        file: 'src/consent/flow/callback.ts',
        from: 'data: responseData(response) },',
        to: 'data: {} },',
      },
    ],
  },
];
