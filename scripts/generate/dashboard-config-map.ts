import { basename } from 'node:path';
import { renderYaml } from './manifest.ts';
import { dashboardOutput } from './monitoring/dashboard.ts';
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from './rbac-roles.ts';

/** `deploy/components/dashboard/config-map.yaml`: the dashboard in the form that Grafana's sidecar looks for. */
export function renderDashboardConfigMap(): string {
  const { path, render } = dashboardOutput();
  return renderYaml(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `${OPERATOR_NAME}-dashboard`,
        namespace: OPERATOR_NAMESPACE,
        labels: {
          'app.kubernetes.io/name': OPERATOR_NAME,
          'app.kubernetes.io/part-of': 'openconnectors',
          'app.kubernetes.io/managed-by': 'kustomize',
          grafana_dashboard: '1',
        },
      },
      data: { [`${OPERATOR_NAME}-${basename(path)}`]: render() },
    },
    path,
  );
}
