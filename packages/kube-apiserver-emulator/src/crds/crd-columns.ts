import type { Column } from '../resource-type.ts';

/** CustomResourceDefinitions show when they were made, not how old they are. */
export const ageless: Column = {
  name: 'Created At',
  type: 'date',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  cell: (crd) => crd.metadata.creationTimestamp,
};
