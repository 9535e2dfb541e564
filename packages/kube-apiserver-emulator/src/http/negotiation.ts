import { notAcceptable } from '../status.ts';

/** The negotiated format of a response. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** `Table`, `PartialObjectMetadata` or `PartialObjectMetadataList` of `meta.k8s.io`; absent: the type itself. */
  readonly as?: string;
  readonly metaVersion: 'v1' | 'v1beta1';
}

const transformations = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** The first clause of an Accept header that can be served. Fails with 406. */
export function negotiate(accept: string | undefined): Representation {
  const clauses = (accept ?? '').split(',').map((clause) => clause.trim());
  for (const clause of clauses) {
    const chosen = readClause(clause === '' ? '*/*' : clause);
    if (chosen !== undefined) {
      return chosen;
    }
  }
  throw notAcceptable();
}

function readClause(clause: string): Representation | undefined {
  const [mediaType = '', ...rawParameters] = clause.split(';').map((part) => part.trim());
  const format = formatOf(mediaType);
  if (format === undefined) {
    return undefined;
  }
  const parameters = new Map(
    rawParameters.map((parameter) => {
      const [name = '', value = ''] = parameter.split('=');
      return [name, value] as const;
    }),
  );
  const as = parameters.get('as');
  if (as === undefined) {
    return { format, metaVersion: 'v1' };
  }
  const metaVersion = parameters.get('v');
  const known =
    parameters.get('g') === 'meta.k8s.io' &&
    (metaVersion === 'v1' || metaVersion === 'v1beta1') &&
    transformations.has(as);
  return known ? { format, as, metaVersion } : undefined;
}

function formatOf(mediaType: string): Representation['format'] | undefined {
  switch (mediaType) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    default:
      return undefined;
  }
}
