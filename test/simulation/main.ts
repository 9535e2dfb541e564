import { CONSENT_DEFECTS } from './defects/consent-defects.ts';
import { DEFECTS } from './defects/defects.ts';
import { importConsentsWithDefect, importWithDefect } from './defects/inject.ts';
import { proveConsentDefects } from './defects/prove-consent-defects.ts';
import { proveFieldDefects } from './defects/prove-field-defects.ts';
import { proveShardDefects } from './defects/prove-shard-defects.ts';
import { proveDefects, tabulateDefects } from './defects/tables.ts';
import { UPGRADE_DEFECTS } from './defects/upgrade-defects.ts';
import { parseOptions, type SimulateOptions, USAGE } from './options.ts';
import { runSeeds } from './run-seeds.ts';

const options = parseOptions(process.argv.slice(2));
const KNOWN = [...DEFECTS, ...UPGRADE_DEFECTS];
const isDefectKnown =
  options === undefined ||
  !('defect' in options) ||
  options.defect === undefined ||
  (options.kind === 'consents' ? CONSENT_DEFECTS : KNOWN).some(({ name }) => name === options.defect);
if (options === undefined || !isDefectKnown) {
  process.stderr.write(
    `${USAGE}\nDefects: ${[...KNOWN, ...CONSENT_DEFECTS].map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = (await simulate(options)) > 0 ? 1 : 0;
}

/** Returns how much is broken, or how many defects were not found. */
async function simulate(chosen: SimulateOptions): Promise<number> {
  const { compileDefinitions } = await import('./environment/cluster.ts');
  const definitions = await compileDefinitions();
  switch (chosen.kind) {
    case 'defects':
      return await tabulateDefects(definitions, chosen.to, write);
    case 'prove':
      return (
        (await proveDefects(definitions, write)) +
        (await proveFieldDefects(definitions, write)) +
        (await proveShardDefects(definitions, write)) +
        (await proveConsentDefects(definitions, write))
      );
    case 'points': {
      const { runPoints } = await import('./points/run-points.ts');
      return await runPoints(definitions, chosen, write);
    }
    case 'mutations': {
      const { runMutations } = await import('./mutator/run-mutations.ts');
      return await runMutations(definitions, chosen, write);
    }
    case 'walks': {
      const { runWalks } = await import('./mutator/run-walks.ts');
      return await runWalks(definitions, chosen, write);
    }
    case 'shards': {
      const { runShards } = await import('./shards/run-shards.ts');
      return await runShards(definitions, chosen, write);
    }
    case 'consents': {
      const { runConsents } = await import('./consents/run-consents.ts');
      const defect = CONSENT_DEFECTS.find(({ name }) => name === chosen.defect);
      const { runConsentSeed } =
        defect === undefined
          ? await import('./consents/consent-run.ts')
          : await importConsentsWithDefect(defect);
      return await runConsents({ definitions, runConsentSeed }, chosen, write);
    }
    case 'seeds': {
      const defect = KNOWN.find(({ name }) => name === chosen.defect);
      const { run } = defect === undefined ? await import('./run.ts') : await importWithDefect(defect);
      return await runSeeds(chosen, { definitions, run }, write);
    }
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
