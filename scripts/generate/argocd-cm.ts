import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CONNECTOR_NAMES, GROUP } from '../../src/api/group.ts';
import { renderYaml } from './manifest.ts';

const source = 'deploy/argocd/resource_customizations';
const folder = join(import.meta.dirname, '..', '..', source, GROUP);

/** `deploy/argocd/argocd-cm.yaml`: the Lua files as keys of Argo CD's ConfigMap. */
export function renderArgoCdConfigMap(): string {
  return renderYaml(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd' },
      data: {
        ...Object.fromEntries(readdirSync(folder).flatMap(customizationsOf)),
        [`resource.customizations.ignoreResourceUpdates.${GROUP}_${CONNECTOR_NAMES.kind}`]: stringify({
          jsonPointers: RETRY_FIELDS,
        }),
        'resource.links': stringify([AUTHORIZE_LINK]),
      },
    },
    source,
  );
}

/** Fields of status that change while nothing else does: not worth a look of Argo CD. */
const RETRY_FIELDS = ['/status/failures', '/status/credentials', '/status/lastHandledReconcileAt'];

/** A link to the start page of the consent, while somebody has to go there. */
const AUTHORIZE_LINK = {
  title: 'Authorize',
  description: 'Allow access to the Infusionsoft account',
  url: '{{.resource.status.authorization.startUrl}}',
  'icon.class': 'fa-key',
  if: `resource.kind == "${CONNECTOR_NAMES.kind}" && resource.status?.authorization?.startUrl != nil && any(resource.status.conditions, {(.type == "Authorized" && .status == "False") || (.type == "AuthorizationPending" && .status == "True")})`,
};

function customizationsOf(kind: string): (readonly [string, string])[] {
  const read = (path: string): string => readFileSync(join(folder, kind, path), 'utf8');
  const names = readdirSync(join(folder, kind, 'actions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testdata')
    .map(({ name }) => name);
  const actions = {
    'discovery.lua': read('actions/discovery.lua'),
    definitions: names.map((name) => ({ name, 'action.lua': read(`actions/${name}/action.lua`) })),
  };
  return [
    [`resource.customizations.health.${GROUP}_${kind}`, read('health.lua')],
    [`resource.customizations.actions.${GROUP}_${kind}`, stringify(actions, { lineWidth: 0 })],
  ];
}
