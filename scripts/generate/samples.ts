import { manifestsOf } from './deploy-manifests.ts';

/** One sample of each kind, without the Secrets that it needs, as catalogs show it. */
export function catalogSamples(): readonly object[] {
  return ['samples/account.yaml', 'samples/connector.yaml']
    .flatMap(manifestsOf)
    .filter(({ kind }) => kind !== 'Secret')
    .map(({ metadata: { name }, spec, ...object }) => ({ ...object, metadata: { name }, spec }));
}
