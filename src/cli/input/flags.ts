import type { Flag } from './arguments.ts';

/** Flags of every command. */
export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'namespace',
    short: 'n',
    value: 'NAMESPACE',
    description: 'namespace of the resources (default from the kubeconfig context)',
  },
  {
    name: 'kubeconfig',
    value: 'FILE',
    description: 'path to the kubeconfig file (default $KUBECONFIG, then ~/.kube/config)',
  },
  { name: 'context', value: 'NAME', description: 'kubeconfig context (default the current context)' },
  { name: 'help', short: 'h', description: 'help for the command' },
];

/** Of commands that list. */
export const ALL_NAMESPACES: Flag = {
  name: 'all-namespaces',
  short: 'A',
  description: 'resources of all namespaces',
};

/** Without a command only. */
export const VERSION_FLAG: Flag = { name: 'version', description: 'version of the plugin' };
