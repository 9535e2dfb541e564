// Prints what the image holds of npm: the production dependencies of the lockfile, as CycloneDX JSON. The same lockfile
// gives the same text: what npm makes up on each run (serial number, time) is left out.
//   node scripts/sbom.mjs > sbom.cdx.json
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const production = new Set(purlsOfProduction());
const bom = fromNpm();
const shipped = bom.components.filter(isShipped);
const refs = new Set([
  bom.metadata.component['bom-ref'],
  ...shipped.map((component) => component['bom-ref']),
]);
const { serialNumber: _serial, ...rest } = bom;
const { timestamp: _time, ...metadata } = bom.metadata;
const result = {
  ...rest,
  metadata: { ...metadata, component: { ...metadata.component, name: packages[''].name } },
  components: shipped,
  dependencies: bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
};
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);

function fromNpm() {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
  );
  if (status !== 0) {
    process.stderr.write(stderr);
    process.exit(1);
  }
  return JSON.parse(stdout);
}

// Not `npm sbom --omit dev`: it leaves out what a development dependency needs, too, although it is shipped. Not the
// flags of the lockfile either: they take the workspaces, which the image leaves out, for production.
function isShipped({ purl }) {
  return production.has(purl);
}

function purlsOfProduction() {
  const paths = new Set();
  const queue = [''];
  for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packages[from];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const path = resolve(from, name);
      // An optional dependency may be absent.
      if (path !== undefined && !paths.has(path)) {
        paths.add(path);
        queue.push(path);
      }
    }
  }
  return [...paths].map((path) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return `pkg:npm/${name.replace('@', '%40')}@${packages[path].version}`;
  });
}

/** The path in the lockfile that `name` stands for in the package at `from`: the nearest `node_modules` upward. */
function resolve(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) {
      return path;
    }
    if (folder === '') {
      return undefined;
    }
  }
}
