// Runs every command of this project, on whatever Node a machine has: installs the dependencies when they are absent or
// older than the lockfile, then hands over to the Node 24 that they contain. Plain JavaScript without dependencies,
// because it runs before either of the two is there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const exe = process.platform === 'win32' ? '.cmd' : '';
const minimum = [22, 19];

const biome = (...args) => [join(bin, `biome${exe}`), args];
const node = (...args) => [join(bin, 'node'), ['--disable-warning=ExperimentalWarning', ...args]];
const vitest = (...args) => node(join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args);
const tsc = (...args) => node(join(root, 'node_modules/typescript/bin/tsc'), ...args);
const build = () => node('scripts/build.ts');
/** The operator as the image starts it. */
const operator = (...args) => [
  join(bin, 'node'),
  ['--max-semi-space-size=2', '--heap-growing-percent=50', 'dist/main.js', ...args],
];

const knip = () => node(join(root, 'node_modules/knip/bin/knip.js'), '--no-progress');

const commands = {
  demo: (args) => [build(), node('test/demo/main.ts', ...args)],
  soak: (args) => [build(), node('test/soak/main.ts', ...args)],
  simulate: (args) => [node('test/simulation/main.ts', ...args)],
  mutation: (args) => [node('test/mutation/main.ts', ...args)],
  bench: (args) => [build(), node('bench/main.ts', ...args)],
  start: (args) => [build(), operator(...args)],
  cli: (args) => [node('src/cli/main.ts', ...args)],
  simulator: (args) => [node('packages/open-connectors-simulator/src/main.ts', ...args)],
  generate: (args) => [node('scripts/generate.ts', ...args)],
  lint: (args) => [biome('check', ...args), tsc(), knip()],
  format: (args) => [biome('check', '--write', ...args)],
  build: () => [build()],
  release: (args) => [node('scripts/release.ts', ...args)],
  test: (args) =>
    args.length > 0 ? [build(), vitest(...args)] : [biome('check'), tsc(), knip(), build(), vitest()],
  'test:k3s': (args) => [build(), vitest('--project', 'integration', ...args)],
};
const environments = { 'test:k3s': { TEST_K3S: '1' } };

/** Whether node_modules is complete and not older than the lockfile. */
function installed() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  process.stderr.write('Installing dependencies (once; needs the npm registry)...\n');
  const npm = process.env.npm_execpath;
  const [command, prefix] = npm?.endsWith('.js') ? [process.execPath, [npm]] : [`npm${exe}`, []];
  const result = spawnSync(
    command,
    [...prefix, 'ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' },
  );
  if (result.status !== 0) {
    fail(`Installing the dependencies failed (npm ci ended with ${result.status ?? result.signal}).`);
  }
  const now = new Date();
  utimesSync(join(root, 'node_modules', '.package-lock.json'), now, now);
}

function requireRuntime() {
  const result = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' });
  const version = (result.stdout ?? '').trim();
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (result.error || major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
    fail(
      `This project needs Node ${minimum.join('.')} or later, but ${version === '' ? 'none' : version} was found in node_modules.\n` +
        'Its own copy is installed by an install script: run "npm ci" without --ignore-scripts, or start the command with a newer Node.',
    );
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Runs one program to its end; signals go to it, so that Ctrl-C lets it clean up. */
function run([command, args], env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH ?? ''}` },
    });
    const forward = (signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the whole group, so the child already has it: only outlive it here.
    const ignore = () => undefined;
    process.on('SIGTERM', forward);
    process.on('SIGINT', ignore);
    child.on('error', (error) => fail(`${command}: ${error.message}`));
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      process.off('SIGINT', ignore);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

const [name = '', ...args] = process.argv.slice(2);
const plan = commands[name];
if (plan === undefined) {
  fail(`Unknown command "${name}". Known: ${Object.keys(commands).join(', ')}.`);
}
if (!installed()) {
  install();
}
requireRuntime();
for (const step of plan(args)) {
  const code = await run(step, environments[name]);
  if (code !== 0) {
    process.exit(code);
  }
}
