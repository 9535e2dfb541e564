import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startKubeApiServer } from '../../support/controlplane/kube-apiserver.ts';
import { startDaemon } from '../../support/controlplane/process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fake-assets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

const version = '[ "$1" = --version ] && { echo Kubernetes v1.2.3; exit 0; }';

test('a server that ends at its start is reported with what it printed, and leaves nothing behind', async () => {
  await script('etcd', `echo $$ > ${folder}/etcd.pid; exec sleep 600`);
  const waitForEtcd = `while [ ! -s ${folder}/etcd.pid ]; do sleep 0.01; done`;
  await script('kube-apiserver', `${version}\n${waitForEtcd}\necho no such flag; exit 3`);
  await expect(startKubeApiServer(folder)).rejects.toThrow(
    /kube-apiserver ended early \(code 3\):\nno such flag/,
  );
  const etcd = Number(await readFile(join(folder, 'etcd.pid'), 'utf8'));
  expect(() => process.kill(etcd, 0)).toThrow('ESRCH');
});

test('a port that was taken meanwhile leads to another try with others', async () => {
  await script('etcd', `echo run >> ${folder}/runs; echo "listen tcp: bind: address already in use"; exit 1`);
  await script('kube-apiserver', `${version}\nexec sleep 600`);
  await expect(startKubeApiServer(folder)).rejects.toThrow('address already in use');
  expect(await readFile(join(folder, 'runs'), 'utf8')).toBe('run\nrun\nrun\n');
});

test('a folder without the programs is refused immediately', async () => {
  await expect(startKubeApiServer(folder)).rejects.toThrow(/ENOENT/);
});

test('a process that does not listen to SIGTERM is killed', async () => {
  const file = await script('stubborn', 'trap "" TERM; while :; do sleep 0.05; done');
  const daemon = startDaemon(file, [], join(folder, 'log'));
  expect(daemon.ended()).toBeUndefined();
  await daemon.stop(0);
  expect(daemon.ended()).toMatch(/^SIG(KILL|TERM)$/);
  await daemon.stop();
});

test('a program that is not there shows as ended', async () => {
  const daemon = startDaemon(join(folder, 'none'), [], join(folder, 'log'));
  await expect.poll(() => daemon.ended()).toContain('ENOENT');
  await daemon.stop();
});
