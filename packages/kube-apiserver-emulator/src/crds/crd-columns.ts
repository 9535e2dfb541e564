import type { Column } from '../resource-type.ts';

/** CustomResourceDefinitions show their creation time instead of their age. */
export const ageless: Column = {
  name: 'Created At',
  type: 'date',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  cell: (crd) => crd.metadata.creationTimestamp,
};
