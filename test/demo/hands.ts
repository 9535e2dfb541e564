import { CONNECTOR_NAMES } from '../../src/api/group.ts';
import { parseConnector } from '../../src/api/parse.ts';
import { serverOf } from '../../src/authorization/consent-request.ts';
import { consentInBrowser } from './browser.ts';
import type { Cluster } from './cluster.ts';
import { DemoFailure } from './failure.ts';
import { authorizeUrl, callbackUrl, giveConsent } from './person.ts';
import { readSample, type Values } from './samples.ts';
import type { Screen } from './screen.ts';
import { shortened } from './shortened.ts';
import type { Stage } from './stage.ts';

/** The actions of a user at a terminal and in a browser. Each one prints its command. */
export interface Hands {
  /** Applies samples with values for their placeholders. */
  apply(...files: readonly string[]): Promise<void>;
  /** Applies a sample without the lines that match a regular expression. */
  applyWithout(lines: string, file: string): Promise<void>;
  /** A merge patch of an object; `word` is the kind in the kubectl command. */
  patch(
    kind: string,
    word: string,
    name: string,
    patch: unknown,
    /** The text that replaces secret values. */
    shown?: unknown,
  ): Promise<void>;
  /** Gives consent at the provider and stores the code in a new Secret. */
  consentInto(secret: string): Promise<void>;
  /** Gives the consent for a connector on the operator's page. */
  consentOnPage(name: string): Promise<void>;
}

/** The actions of a user in the namespace of `cluster`. */
export function handsOn({ simulator, site }: Stage, cluster: Cluster, screen: Screen): Hands {
  const { namespace } = cluster;
  const values: Values = new Map([
    ['https://api.openconnectors.us2.ext.hana.ondemand.com', simulator.baseUrl],
    ['<user secret from Open Connectors>', simulator.credentials.userSecret],
    ['<organization secret from Open Connectors>', simulator.credentials.organizationSecret],
    ["<client id from Keap's developer portal>", simulator.app.clientId],
    ["<client secret from Keap's developer portal>", simulator.app.clientSecret],
  ]);
  return {
    async apply(...files) {
      for (const file of files) {
        screen.command(`kubectl apply -n ${namespace} -f deploy/samples/${file}`);
        await cluster.create(...(await readSample(file, values)));
      }
    },
    async applyWithout(lines, file) {
      screen.command(`sed -E '/${lines}/d' deploy/samples/${file} | kubectl apply -n ${namespace} -f -`);
      await cluster.create(...(await readSample(file, values, new RegExp(lines))));
    },
    async patch(kind, word, name, patch, shown = patch) {
      screen.command(
        `kubectl patch ${word} ${name} -n ${namespace} --type merge -p '${JSON.stringify(shown)}'`,
      );
      await cluster.patch(kind, name, patch);
    },
    async consentInto(secret) {
      const state = 'demo';
      const url = authorizeUrl(simulator, state);
      const code = await giveConsent(simulator, url);
      const shown = shortened(code);
      screen.note('In the browser', url);
      screen.note('Sign in, "Allow"', `${callbackUrl}?code=${shown}&state=${state}`);
      screen.command(`kubectl create secret generic ${secret} -n ${namespace} --from-literal=code=${shown}`);
      await cluster.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secret },
        stringData: { code },
      });
    },
    async consentOnPage(name) {
      const { spec, status } = parseConnector(await cluster.read(CONNECTOR_NAMES.kind, name));
      const { startUrl, codeSecretName } = status?.authorization ?? {};
      if (startUrl === undefined || codeSecretName === undefined) {
        throw new DemoFailure(`The status of ${name} has no start page.`);
      }
      screen.command(
        `kubectl get ifc ${name} -n ${namespace} -o jsonpath='{.status.authorization.startUrl}'`,
      );
      screen.verbatim(startUrl);
      screen.command(
        `kubectl get secret ${codeSecretName} -n ${namespace} -o jsonpath='{.data.code}' | base64 -d`,
      );
      const code = await cluster.readValue(codeSecretName, 'code');
      screen.verbatim(shortened(code));
      const way = {
        from: serverOf(spec) ?? 'The Infusionsoft account you sign in to',
        apiHost: new URL(simulator.baseUrl).host,
        secret: `${name}-connection`,
      };
      await consentInBrowser(site.browser(), simulator, screen, { startUrl, code, way });
    },
  };
}
