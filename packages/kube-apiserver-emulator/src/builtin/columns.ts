import { age } from '../render/age.ts';
import type { Column } from '../resource-type.ts';

/** First column of nearly every table. */
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated.',
  cell: (object) => object.metadata.name,
};

/** Time since the creation. */
export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  cell: (object, nowMs) => age(object.metadata.creationTimestamp, nowMs),
};
