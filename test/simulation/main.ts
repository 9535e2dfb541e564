import { catchDefect } from './defects/catch.ts';
import { DEFECTS } from './defects/defects.ts';
import { injectDefect } from './defects/inject.ts';
import { parseOptions, type SimulateOptions, USAGE } from './options.ts';

const options = parseOptions(process.argv.slice(2));
const isDefectKnown =
  options?.kind !== 'seeds' ||
  options.defect === undefined ||
  DEFECTS.some(({ name }) => name === options.defect);
if (options === undefined || !isDefectKnown) {
  process.stderr.write(`${USAGE}\nDefects: ${DEFECTS.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = (await simulate(options)) > 0 ? 1 : 0;
}

/** Returns how much is broken, or how many defects were not found. */
async function simulate(chosen: SimulateOptions): Promise<number> {
  switch (chosen.kind) {
    case 'defects':
      return await tabulate(chosen.to);
    case 'points': {
      const { runPoints } = await import('./points/run-points.ts');
      const { compileDefinitions } = await import('./environment/cluster.ts');
      return await runPoints(await compileDefinitions(), chosen, write);
    }
    case 'seeds': {
      const defect = DEFECTS.find(({ name }) => name === chosen.defect);
      if (defect !== undefined) {
        injectDefect(defect);
      }
      // Loaded here, so that a defect is in place before the operator's modules.
      const { runSeeds } = await import('./run-seeds.ts');
      return await runSeeds(chosen, write);
    }
  }
}

async function tabulate(to: number): Promise<number> {
  let missed = 0;
  write('| defect | property | seeds needed |\n|---|---|---|');
  for (const defect of DEFECTS) {
    const { seed, property } = await catchDefect(defect, 1, to);
    missed += seed === undefined ? 1 : 0;
    write(`| ${defect.name} | ${property ?? 'none'} | ${seed ?? `more than ${to}`} |`);
  }
  return missed;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
