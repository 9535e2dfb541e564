import { spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { createBody, type Running, running } from './client.ts';

const steer = (run: Running, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
  run.open(method, `${run.simulator.baseUrl}/_simulator${path}`, body === undefined ? {} : { body });

describe('the control interface', () => {
  test('knobs', async () => {
    await using run = await running();
    expect((await steer(run, 'PATCH', '/knobs', { noMatch: 'empty-list' })).status).toBe(200);
    expect(run.simulator.knobs.noMatch).toBe('empty-list');
    expect((await steer(run, 'GET', '/knobs')).json).toMatchObject({ noMatch: 'empty-list' });
    for (const wrong of [{ nothing: 1 }, { noMatch: 'maybe' }, { latencyMs: '5' }, { toString: 'x' }]) {
      expect((await steer(run, 'PATCH', '/knobs', wrong)).status).toBe(400);
    }
  });

  test('injects faults, with the path as a regular expression', async () => {
    await using run = await running();
    await steer(run, 'POST', '/faults', {
      match: { pathPattern: '^/instances', method: 'POST' },
      fault: { kind: 'throttle', retryAfterSeconds: 5 },
    });
    expect((await run.call('GET', '/organizations/me')).status).toBe(200);
    expect((await run.call('POST', '/instances', { body: createBody(run.simulator) })).status).toBe(429);
    await steer(run, 'POST', '/faults/random', {
      seed: 1,
      mix: [{ rate: 1, fault: { kind: 'status', status: 503 } }],
    });
    expect((await run.call('GET', '/organizations/me')).status).toBe(503);
    await steer(run, 'DELETE', '/faults');
    expect((await run.call('GET', '/organizations/me')).status).toBe(200);
    expect((await steer(run, 'POST', '/faults', { fault: { kind: 'earthquake' } })).status).toBe(400);
  });

  test('ledger, instances, grants, secrets and codes', async () => {
    await using run = await running();
    const made = await steer(run, 'POST', '/instances', { name: 'x', connector: 'infusionsoftrest' });
    const { id } = made.json as { id: number };
    const listed = await steer(run, 'GET', '/instances');
    expect(listed.json).toEqual([
      { id, name: 'x', connector: 'infusionsoftrest', tags: ['x'], disabled: false, works: true },
    ]);
    await steer(run, 'PATCH', `/instances/${id}`, { tags: ['y'] });
    await steer(run, 'POST', `/instances/${id}/fail-token-refresh`, {});
    expect(run.simulator.instances()).toMatchObject([{ tags: ['y'], disabled: true, works: false }]);
    await run.call('GET', '/organizations/me');
    expect((await steer(run, 'GET', '/ledger')).json).toMatchObject([{ operation: 'readOrganization' }]);
    const rotated = (await steer(run, 'POST', '/user-secret', {})).json as { userSecret: string };
    expect(run.simulator.credentials.userSecret).toBe(rotated.userSecret);
    const code = await steer(run, 'POST', '/codes', { callbackUrl: 'https://a.example.com/' });
    expect(code.json).toEqual({ code: expect.any(String) });
    await steer(run, 'DELETE', `/instances/${id}`);
    expect(run.simulator.instances()).toEqual([]);
    expect((await steer(run, 'DELETE', `/instances/${id}`)).status).toBe(400);
  });

  test('refuses a form of a web page, lists the known operations, and escapes the parameters of the provider', async () => {
    await using run = await running();
    const { baseUrl } = run.simulator;
    const form = { body: 'x=1', headers: { 'content-type': 'text/plain' } };
    expect((await run.open('POST', `${baseUrl}/_simulator/user-secret`, form)).status).toBe(415);
    expect((await steer(run, 'GET', '/nothing')).text).toContain('PATCH /knobs');
    const page = await steer(run, 'GET', `/callback?code=${encodeURIComponent('<b>')}`);
    expect(page.text).toContain('&lt;b&gt;');
  });
});

describe('npm run simulator', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output.text += chunk.toString();
      });
    }
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, output, exit };
  };

  test('prints URL, CA file and credentials, and ends cleanly', async () => {
    const { child, output, exit } = start('--port', '0');
    await vi.waitFor(() => expect(output.text).toContain('Press Ctrl-C to stop.'));
    const find = (pattern: RegExp) => pattern.exec(output.text)?.[1] ?? '';
    const caFile = find(/CA certificate +(\S+)/);
    const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } });
    const authorization = `User ${find(/User secret +(\S+)/)}, Organization ${find(/Organization secret +(\S+)/)}`;
    const url = `${find(/Base URL +(\S+)/)}/organizations/me`;
    const answer = await request(url, { dispatcher, headers: { authorization } });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    await expect(access(caFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await dispatcher.destroy();
  });

  test('refuses an invalid port', async () => {
    const { output, exit } = start('--port', 'http');
    expect(await exit).toBe(1);
    expect(output.text).toContain('--port takes a number');
  });
});
