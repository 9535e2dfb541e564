import fc, { type Arbitrary } from 'fast-check';
import { type CrdValidator, createCrdValidator } from 'kube-apiserver-emulator/crd/validator.ts';
import { describe, expect, test } from 'vitest';
import { accountCrd, connectorCrd } from '../../../scripts/generate/crds.ts';
import { accountSpecSchema } from '../../../src/api/account.ts';
import { connectorSpecSchema } from '../../../src/api/connector.ts';
import { type Violation, validateAccount, validateConnector } from '../../../src/api/validation/validate.ts';
import { accountSpec, connectorSpec } from './arbitraries.ts';

type Object = { readonly spec?: unknown };

interface Kind {
  readonly name: string;
  readonly crd: CrdValidator;
  readonly specs: Arbitrary<unknown>;
  readonly schema: typeof connectorSpecSchema | typeof accountSpecSchema;
  validate(object: Object, old?: Object): Violation[];
}

const kinds: readonly Kind[] = [
  {
    name: 'InfusionsoftConnector',
    crd: createCrdValidator(connectorCrd()),
    specs: connectorSpec,
    schema: connectorSpecSchema,
    // The closed list of configuration keys is the operator's alone, so that every key is allowed here.
    validate: (object, old) => validateConnector(object, { old, extraConfigurationKeys: keysOf(object) }),
  },
  {
    name: 'OpenConnectorsAccount',
    crd: createCrdValidator(accountCrd()),
    specs: accountSpec,
    schema: accountSpecSchema,
    validate: (object, old) => validateAccount(object, { old }),
  },
];

/** As it comes out of the API server's decoder. */
function stored(kind: Kind, spec: unknown): Object {
  return kind.crd.applyDefaults(kind.crd.prune({ spec })) as Object;
}

function keysOf(object: Object): string[] {
  const parsed = connectorSpecSchema.safeParse(object.spec);
  return parsed.success ? Object.keys(parsed.data.instance?.configuration ?? {}) : [];
}

/** Both verdicts, with the fields named where both got as far as the rules. */
function verdicts(kind: Kind, object: Object, old?: Object): { zod: unknown; crd: unknown } {
  const zod = kind.validate(object, old);
  const crd = kind.crd.validate(object, old).errors;
  return kind.schema.safeParse(object.spec).success
    ? { zod: zod.map(({ path }) => path).sort(), crd: crd.map(({ path }) => path).sort() }
    : { zod: zod.length === 0, crd: crd.length === 0 };
}

describe.each(kinds)('$name', (kind) => {
  test('the operator and the CRD accept and reject the same specs, and name the same fields', () => {
    fc.assert(
      fc.property(kind.specs, (spec) => {
        const { zod, crd } = verdicts(kind, stored(kind, spec));

        expect(zod).toEqual(crd);
      }),
      { numRuns: 3000 },
    );
  });

  test('and the same changes', () => {
    fc.assert(
      fc.property(kind.specs, kind.specs, fc.boolean(), (before, after, unchanged) => {
        const old = stored(kind, before);
        fc.pre(kind.crd.validate(old).errors.length === 0);
        const { zod, crd } = verdicts(kind, unchanged ? old : stored(kind, after), old);

        expect(zod).toEqual(crd);
      }),
      { numRuns: 1000 },
    );
  });

  test('the examples reach both verdicts', () => {
    const samples = fc.sample(kind.specs, { numRuns: 500, seed: 1 }).map((spec) => stored(kind, spec));
    const accepted = samples.filter((object) => kind.validate(object).length === 0).length;

    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(400);
  });

  test('the API server adds nothing to a spec, and the operator reads it as it is', () => {
    fc.assert(
      fc.property(kind.specs, (spec) => {
        const object = stored(kind, spec);
        const parsed = kind.schema.safeParse(object.spec);
        fc.pre(parsed.success);

        expect(object).toEqual({
          spec: kind.crd.prune({ spec }) && parsed.data,
          status: { observedGeneration: -1 },
        });
      }),
    );
  });
});
