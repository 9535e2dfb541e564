import { renderYaml } from '../manifest.ts';
import type { Output } from '../output.ts';
import { ALERTS, type Alert } from './alerts.ts';

/** Where the runbooks are: a path in this repository. Whoever publishes them sets the address here. */
export const RUNBOOKS = 'docs/runbooks';

const SOURCE = 'scripts/generate/monitoring/alerts.ts';

/** The alerts twice: as a rule file of Prometheus, and as an object of the Prometheus Operator. */
export function rulesOutputs(): Output[] {
  return [
    { path: 'deploy/monitoring/rules.yaml', render: () => renderYaml(ruleGroups(), SOURCE) },
    { path: 'deploy/monitoring/prometheus-rule.yaml', render: () => renderYaml(prometheusRule(), SOURCE) },
  ];
}

function ruleGroups(): object {
  return { groups: [{ name: 'infusionsoft-connector-operator', rules: ALERTS.map(ruleOf) }] };
}

function prometheusRule(): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'infusionsoft-connector-operator',
      namespace: 'openconnectors-system',
      labels: {
        'app.kubernetes.io/name': 'infusionsoft-connector-operator',
        'app.kubernetes.io/part-of': 'openconnectors',
        'app.kubernetes.io/managed-by': 'kustomize',
      },
    },
    spec: ruleGroups(),
  };
}

function ruleOf({ name, expr, for: duration, severity, summary, description }: Alert): object {
  return {
    alert: name,
    expr,
    for: duration,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${RUNBOOKS}/${name}.md` },
  };
}
