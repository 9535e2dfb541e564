import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CODE, createStage, EXTERNAL, START } from '../../support/consent/stage.ts';

const paths = fc.oneof(
  fc.constantFrom('/connect/team-a/crm', '/connect/team-a/crm/review', '/oauth/callback', '/oauth/done', '/'),
  fc.webPath(),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `/${encodeURIComponent(text)}`),
  fc.constantFrom(
    '/connect/%2e%2e/crm',
    '/connect/team-a/',
    '/connect//crm',
    '/connect/team-a/%00',
    '//',
    '/%ff',
  ),
);
const parameters = fc
  .dictionary(
    fc.constantFrom('code', 'state', 'error', 'error_description', 'form', 'token', 'proof', 'x'),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(CODE, 'a'.repeat(3_000), '')),
  )
  .map((values) => `${new URLSearchParams(values)}`);
const cookies = fc.oneof(
  fc.string({ maxLength: 60 }).map((text) => encodeURIComponent(text)),
  fc
    .dictionary(
      fc.constantFrom('__Host-connect-form', '__Host-connect-consent', '__Host-connect-result'),
      fc.base64String({ maxLength: 80 }),
    )
    .map((values) =>
      Object.entries(values)
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
    ),
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'),
  path: paths,
  query: parameters,
  body: parameters,
  contentType: fc.constantFrom(
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=latin1',
    'multipart/form-data',
    'text/plain',
    '',
  ),
  cookie: cookies,
  origin: fc.constantFrom(EXTERNAL, 'null', 'https://evil.example', undefined),
});

it('answers any request of a consent page without an error of the server, and stores nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 4 }), async (sequence) => {
      const stage = createStage();
      for (const { method, path, query, body, contentType, cookie, origin } of sequence) {
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const response = await stage.handler(
          new Request(`${EXTERNAL}${path}?${query}`, {
            method,
            headers: {
              ...(hasBody && { 'content-type': contentType }),
              ...(cookie !== '' && { cookie }),
              ...(origin !== undefined && { origin }),
            },
            ...(hasBody && { body }),
          }),
        );
        expect(response.status).toBeLessThan(500);
        const text = await response.text();
        if (!body.includes(CODE)) {
          expect(text).not.toContain(CODE);
        }
      }
      expect(stage.secrets.values('team-a', 'crm-grant')).toBeUndefined();
      expect(stage.lines.join('\n')).not.toContain(CODE);
    }),
    { numRuns: 1_500 },
  );
});

it('reaches the form of the page with the right code, so that the requests above are not all refused early', async () => {
  expect((await createStage().visitor().enter(START, CODE)).status).toBe(303);
});
