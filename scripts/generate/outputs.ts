import { renderSettings } from '../../src/config/reference.ts';
import { renderArgoCdConfigMap } from './argocd-cm.ts';
import { chartOutputs } from './chart/outputs.ts';
import { renderConditionsPage } from './conditions-page.ts';
import { accountCrd, connectorCrd, crdPath } from './crds.ts';
import { renderCrdsKustomization } from './crds-kustomization.ts';
import { renderCrdsPage } from './crds-page.ts';
import { renderDashboardConfigMap } from './dashboard-config-map.ts';
import { KREW_OUTPUT } from './krew.ts';
import { renderYaml } from './manifest.ts';
import { renderMetricsPage } from './metrics-page.ts';
import { dashboardOutput } from './monitoring/dashboard.ts';
import { rulesOutputs } from './monitoring/rules.ts';
import { renderMutationPage } from './mutation-page.ts';
import { olmOutputs } from './olm/bundle.ts';
import type { Output } from './output.ts';
import { rbacOutputs } from './rbac-manifests.ts';
import { renderRbacPage } from './rbac-page.ts';

/** Everything that `npm run generate` writes. A test fails when a file differs from its source. */
export const OUTPUTS: readonly Output[] = [
  { path: crdPath(connectorCrd()), render: () => renderYaml(connectorCrd(), 'src/api') },
  { path: crdPath(accountCrd()), render: () => renderYaml(accountCrd(), 'src/api') },
  { path: 'crds/kustomization.yml', render: renderCrdsKustomization },
  { path: 'docs/reference/crds.md', render: () => renderCrdsPage([connectorCrd(), accountCrd()]) },
  { path: 'docs/reference/conditions.md', render: renderConditionsPage },
  { path: 'docs/reference/settings.md', render: renderSettings },
  { path: 'docs/reference/metrics.md', render: renderMetricsPage },
  { path: 'docs/explanation/mutation.md', render: renderMutationPage },
  ...rulesOutputs(),
  dashboardOutput(),
  { path: 'deploy/components/dashboard/config-map.yaml', render: renderDashboardConfigMap },
  ...rbacOutputs(),
  ...chartOutputs(),
  ...olmOutputs(),
  KREW_OUTPUT,
  { path: 'deploy/argocd/argocd-cm.yaml', render: renderArgoCdConfigMap },
  { path: 'docs/reference/rbac.md', render: renderRbacPage },
];
