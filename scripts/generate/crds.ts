import { z } from 'zod';
import { openConnectorsAccountSchema } from '../../src/api/account.ts';
import { infusionsoftConnectorSchema } from '../../src/api/connector.ts';
import {
  ACCOUNT_NAMES,
  CATEGORY,
  CONNECTOR_NAMES,
  GROUP,
  type KindNames,
  MANAGED_BY,
  SERVICE_BINDING_LABEL,
  VERSION,
} from '../../src/api/group.ts';
import { ACCOUNT_RULES } from '../../src/api/validation/account-rules.ts';
import { CONNECTOR_RULES } from '../../src/api/validation/connector-rules.ts';
import type { AnyRule } from '../../src/api/validation/rules.ts';
import { type Node, toStructural } from './structural.ts';

/** A column of `kubectl get`; `wide` ones only with `-o wide`. */
interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly wide?: true;
}

/** A CustomResourceDefinition, as far as the generator writes it. */
export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly [
      { readonly name: string; readonly schema: { readonly openAPIV3Schema: Node } },
    ];
  };
}

/** Where the manifest of a CRD stands. */
export function crdPath(crd: Crd): string {
  return `crds/${GROUP}_${crd.spec.names.plural}.yaml`;
}

/** The CRD of InfusionsoftConnector. */
export function connectorCrd(): Crd {
  return crd(CONNECTOR_NAMES, {
    schema: structuralOf(infusionsoftConnectorSchema, CONNECTOR_RULES),
    labels: { [SERVICE_BINDING_LABEL]: 'true' },
    selectableFields: ['.spec.accountRef.name', '.spec.connector', '.status.instance.id'],
    columns: [
      ...SUMMARY_COLUMNS,
      integer('Instance', '.status.instance.id', 'Id of the instance in Open Connectors.'),
      string('Account', '.spec.accountRef.name', 'The account; empty: the default account of the operator.'),
      AGE_COLUMN,
      wide(string('Connector', '.status.instance.connector', 'The connector of the instance.')),
      wide(string('Authorized', conditionPath('Authorized', 'status'), 'Whether the OAuth grant works.')),
      MESSAGE_COLUMN,
    ],
  });
}

/** The CRD of OpenConnectorsAccount. */
export function accountCrd(): Crd {
  return crd(ACCOUNT_NAMES, {
    schema: structuralOf(openConnectorsAccountSchema, ACCOUNT_RULES),
    labels: {},
    selectableFields: ['.spec.credentialsSecretRef.name'],
    columns: [
      ...SUMMARY_COLUMNS,
      string('Organization', '.status.organization.name', 'The organization in Open Connectors.'),
      integer('Managed', '.status.instances.managed', 'Instances that a resource stands for.'),
      AGE_COLUMN,
      wide(integer('Orphaned', '.status.instances.orphaned', 'Instances that no resource stands for.')),
      wide(string('URL', '.spec.baseUrl', 'Address of the API.')),
      MESSAGE_COLUMN,
    ],
  });
}

type KindSchema = typeof infusionsoftConnectorSchema | typeof openConnectorsAccountSchema;

function structuralOf(schema: KindSchema, rules: readonly AnyRule[]): Node {
  const { spec, status } = schema.shape;
  return toStructural(z.object({ spec, status }).describe(schema.description ?? ''), rules);
}

interface CrdParts {
  readonly schema: Node;
  readonly labels: Readonly<Record<string, string>>;
  readonly selectableFields: readonly string[];
  readonly columns: readonly Column[];
}

function crd(names: KindNames, parts: CrdParts): Crd {
  const { shortName, ...rest } = names;
  const version = {
    name: VERSION,
    served: true,
    storage: true,
    subresources: { status: {} },
    additionalPrinterColumns: parts.columns.map(printerColumn),
    selectableFields: parts.selectableFields.map((jsonPath) => ({ jsonPath })),
    schema: { openAPIV3Schema: withTypeAndMetadata(parts.schema) },
  };
  const manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${names.plural}.${GROUP}`,
      labels: { 'app.kubernetes.io/name': MANAGED_BY, ...parts.labels },
    },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { ...rest, shortNames: [shortName], categories: [CATEGORY] },
      versions: [version] as const,
    },
  };
  return manifest;
}

/** Type and metadata are the API server's own: their schemas only say what they are. */
function withTypeAndMetadata(schema: Node): Node {
  return {
    ...schema,
    properties: {
      apiVersion: { description: 'Version of the API that the object is written in.', type: 'string' },
      kind: { description: 'Kind of the object.', type: 'string' },
      metadata: { type: 'object' },
      ...schema.properties,
    },
  };
}

function printerColumn({ wide: isWide, ...column }: Column): object {
  return { ...column, ...(isWide && { priority: 1 }) };
}

function string(name: string, jsonPath: string, description: string): Column {
  return { name, type: 'string', jsonPath, description };
}

function integer(name: string, jsonPath: string, description: string): Column {
  return { name, type: 'integer', jsonPath, description };
}

function wide(column: Column): Column {
  return { ...column, wide: true };
}

function conditionPath(type: string, field: string): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

const SUMMARY_COLUMNS: readonly Column[] = [
  string('Ready', conditionPath('Ready', 'status'), 'Whether everything is as the spec says and works.'),
  string('Reason', conditionPath('Ready', 'reason'), 'Why.'),
];

const AGE_COLUMN: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the resource was created.',
};

const MESSAGE_COLUMN = wide(string('Message', conditionPath('Ready', 'message'), 'What to do.'));
