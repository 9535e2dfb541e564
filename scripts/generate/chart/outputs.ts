import { stringify } from 'yaml';
import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP, VERSION } from '../../../src/api/group.ts';
import { renderYaml } from '../manifest.ts';
import type { Output } from '../output.ts';
import { KEYWORDS, MINIMUM_KUBERNETES, project } from '../project.ts';
import { OPERATOR_NAME } from '../rbac-roles.ts';
import { catalogSamples } from '../samples.ts';
import { renderHelpers } from './helpers.ts';
import { placed, sourceOf } from './sources.ts';
import { block, renderTemplate } from './template.ts';
import { chartTemplates } from './templates.ts';
import { VALUES_OUTPUTS } from './values-outputs.ts';

/** The generated files of `deploy/chart`. NOTES.txt and the test hook are written by hand. */
export function chartOutputs(): readonly Output[] {
  return [
    { path: 'deploy/chart/Chart.yaml', render: renderChart },
    ...VALUES_OUTPUTS,
    { path: 'deploy/chart/templates/_helpers.tpl', render: renderHelpers },
    { path: 'deploy/chart/templates/settings.yaml', render: renderSettingsTemplate },
    ...chartTemplates().map(({ name, text }) => ({
      path: `deploy/chart/templates/${name}`,
      render: () => text,
    })),
  ];
}

function renderChart(): string {
  const { version, description } = project();
  const crds = [CONNECTOR_NAMES, ACCOUNT_NAMES].map(({ kind, plural }) => ({
    kind,
    version: VERSION,
    name: `${plural}.${GROUP}`,
    displayName: kind,
    description: `Custom resource ${kind} of ${GROUP}.`,
  }));
  return renderYaml(
    {
      apiVersion: 'v2',
      name: OPERATOR_NAME,
      description,
      type: 'application',
      version,
      appVersion: version,
      kubeVersion: `>=${MINIMUM_KUBERNETES}-0`,
      keywords: KEYWORDS,
      annotations: {
        'artifacthub.io/category': 'integration-delivery',
        'artifacthub.io/license': 'Apache-2.0',
        'artifacthub.io/operator': 'true',
        'artifacthub.io/operatorCapabilities': 'Full Lifecycle',
        'artifacthub.io/prerelease': 'false',
        'artifacthub.io/crds': text(crds),
        'artifacthub.io/crdsExamples': text(catalogSamples()),
        'artifacthub.io/images': text([{ name: OPERATOR_NAME, image: `${OPERATOR_NAME}:${version}` }]),
      },
    },
    'scripts/generate/chart/outputs.ts',
  );
}

/** A value of an annotation that holds YAML. */
function text(value: object): string {
  return stringify(value, { lineWidth: 0 });
}

function renderSettingsTemplate(): string {
  const object = placed(
    sourceOf({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'infusionsoft-connector-operator-settings' },
    }),
  );
  const data = { [block('{{- include "operator.settings" . | nindent %0% }}')]: null };
  return renderTemplate([{ ...object, data }], 'scripts/generate/chart/helpers.ts');
}
