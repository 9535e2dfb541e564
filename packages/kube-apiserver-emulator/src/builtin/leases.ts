import { type KubeObject, objectOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { microTime, optionalInteger, optionalText, struct } from '../schema.ts';
import { type Cause, invalidValue } from '../status.ts';
import { ageColumn } from './columns.ts';
import { defineBuiltin } from './define.ts';

/** `coordination.k8s.io/v1` Leases. */
export const leases: ResourceType = defineBuiltin({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  createOnUpdate: true,
  unconditionalUpdate: false,
  fields: {
    spec: {
      ...struct(
        {
          holderIdentity: optionalText,
          leaseDurationSeconds: optionalInteger,
          acquireTime: microTime,
          renewTime: microTime,
          leaseTransitions: optionalInteger,
          strategy: optionalText,
          preferredHolder: optionalText,
        },
        'io.k8s.api.coordination.v1.LeaseSpec',
        {
          holderIdentity: 1,
          leaseDurationSeconds: 2,
          acquireTime: 3,
          renewTime: 4,
          leaseTransitions: 5,
          strategy: 6,
          preferredHolder: 7,
        },
      ),
      pointer: true,
    },
  },
  wire: { spec: 2 },
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description: 'holderIdentity contains the identity of the holder of a current lease.',
      cell: (lease) => objectOf(lease['spec'])['holderIdentity'] ?? '',
    },
    ageColumn,
  ],
  fromStored: (stored) => ({ spec: {}, ...stored }),
  toStored: (lease) => ({ ...lease, spec: lease['spec'] ?? {} }),
  strategy: { validateCreate: leaseCauses, validateUpdate: (next) => leaseCauses(next) },
});

function leaseCauses(lease: KubeObject): Cause[] {
  const { leaseDurationSeconds, leaseTransitions } = objectOf(lease['spec']);
  const causes: Cause[] = [];
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    causes.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    causes.push(invalidValue('spec.leaseTransitions', leaseTransitions, 'must to greater or equal than 0'));
  }
  return causes;
}
