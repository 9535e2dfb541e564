import { parse, stringify } from 'yaml';
import { z } from 'zod';

const config = z.looseObject({
  'current-context': z.string(),
  contexts: z.array(z.looseObject({ name: z.string(), context: z.looseObject({ user: z.string() }) })),
  users: z.array(z.looseObject({ name: z.string() })),
});

/** The kubeconfig with a bearer token instead of the credentials of its current user. */
export function kubeconfigWithToken(kubeconfig: string, token: string): string {
  const parsed = config.parse(parse(kubeconfig));
  const current = parsed.contexts.find(({ name }) => name === parsed['current-context']);
  if (current === undefined) {
    throw new Error('The kubeconfig has no current context');
  }
  const { user } = current.context;
  return stringify({ ...parsed, users: [{ name: user, user: { token } }] });
}
