import { PARAMETERS } from '../../provider/parameters.ts';
import type { Json } from '../masked-values.ts';
import type { InstanceBody } from '../port.ts';

/** The request body of a create, and of a replacement with a new grant. */
export function instanceBody(body: InstanceBody): Json {
  const common = { element: { key: body.connector }, name: body.name, tags: body.tags };
  switch (body.grant.kind) {
    case 'code':
      return { ...common, configuration: body.configuration, providerData: { code: body.grant.code } };
    case 'refresh-token':
      return {
        ...common,
        configuration: { ...body.configuration, [PARAMETERS.refreshToken]: body.grant.refreshToken },
        externalAuthentication: 'initial',
      };
  }
}

/** What of a body may come back in no message. */
export function secretsOfBody(body: InstanceBody): readonly string[] {
  const grant = body.grant.kind === 'code' ? body.grant.code : body.grant.refreshToken;
  return [grant, ...secretsOfConfiguration(body.configuration)];
}

/** The values under keys that name a credential: `oauth.api.key`, `infusionsoft.private.key`, `oauth.user.token` ... */
export function secretsOfConfiguration(
  configuration: Readonly<Record<string, string>> = {},
): readonly string[] {
  return Object.entries(configuration).flatMap(([key, value]) =>
    /key|secret|token|password|signature|credential/i.test(key) ? [value] : [],
  );
}
