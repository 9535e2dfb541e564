import type { Flag } from './arguments.ts';

/** Flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'namespace',
    short: 'n',
    value: 'NAMESPACE',
    doc: "The namespace; absent: that of the kubeconfig's context.",
  },
  { name: 'kubeconfig', value: 'FILE', doc: 'The kubeconfig; absent: KUBECONFIG, or ~/.kube/config.' },
  { name: 'context', value: 'NAME', doc: 'The context of the kubeconfig; absent: the current one.' },
  { name: 'help', short: 'h', doc: 'Shows the help of the command.' },
];

/** For commands that list. */
export const ALL_NAMESPACES: Flag = { name: 'all-namespaces', short: 'A', doc: 'All namespaces.' };

/** Only without a command. */
export const VERSION_FLAG: Flag = { name: 'version', doc: 'Shows the version.' };
