import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { poll } from '../support/controlplane/poll.ts';

const program = join(import.meta.dirname, '..', 'demo', 'main.ts');
const maxWaitMs = 60_000;

/** A demonstration in a process of its own, as a person starts it. */
interface RunningDemo {
  readonly pid: number;
  /** What it has printed to both outputs. */
  output(): string;
  /** Waits until it has printed something that fits, and gives the first group. */
  until(pattern: RegExp): Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const running = new Set<RunningDemo>();

function start(...args: readonly string[]): RunningDemo {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  const add = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const demo: RunningDemo = {
    pid: child.pid ?? 0,
    output: () => output,
    until: (pattern) =>
      poll(
        async () => pattern.exec(output)?.[1],
        maxWaitMs,
        () => `The demonstration did not print ${pattern}:\n${output}`,
      ),
    ended: ended.finally(() => running.delete(demo)),
  };
  running.add(demo);
  return demo;
}

/** What a demonstration says of its operator, once that runs. */
async function operatorOf(demo: RunningDemo): Promise<{ readonly pid: number; readonly folder: string }> {
  const pid = Number(await demo.until(/Operator +process (\d+)\n/));
  return { pid, folder: await demo.until(/Its log +(\S+)\/operator\.log\n/) };
}

/** A process that has ended but was not waited for yet does not run. */
function runs(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) {
    return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // There is no such process.
  }
}

describe('the demonstration', () => {
  afterEach(async () => {
    for (const demo of running) {
      process.kill(demo.pid, 'SIGKILL');
      await demo.ended;
    }
  });

  test('with --once shows everything, checks it and leaves nothing behind', async () => {
    const demo = start('--once');
    const operator = await operatorOf(demo);
    expect(await demo.ended, demo.output()).toBe(0);
    const output = demo.output();
    for (const line of [
      /^ {2}[\d:]{8} {2}sap +Ready +True +Succeeded +Open Connectors accepted the credentials\./m,
      /^ {2}[\d:]{8} {2}crm +Ready +False +AuthorizationRequired +.*crm-consent-code/m,
      /^ {2}[\d:]{8} {2}missing-key +Ready +False +SecretKeyMissing +.*"client_id"/m,
      /^ {2}[\d:]{8} {2}missing-key +Stalled +True +SecretKeyMissing/m,
      /^ {2}[\d:]{8} {2}wrong-reference +Ready +False +SecretNotFound +.*"crm-oaht"/m,
      /^ {2}\$ kubectl get secret crm-consent-code -n demo -o jsonpath='/m,
      /^ {2}In the browser +https:\/\/localhost:\d+\/connect\/demo\/crm$/m,
      /^ {2}The next page +"Do you want to connect this account\?" From /m,
      /^ {2}And back +https:\/\/localhost:\d+\/oauth\/callback\?code=[^&]{6}…$/m,
      /^ {2}The last page +"Access granted"$/m,
      /^ {2}[\d:]{8} {2}crm +Ready +True +Succeeded/m,
      /^ {2}\$ kubectl create secret generic wrong-reference-code /m,
      /^ {2}\$ kubectl patch ifc wrong-reference -n demo --type merge -p '/m,
      /^ {2}[\d:]{8} {2}wrong-reference +Ready +True +Succeeded/m,
      /^The operator reverted it to/m,
      /has the new client secret/,
      /^ {2}\$ kubectl openconnectors import --ca-file /m,
      /^ {2}\d+ +infusionsoftcrm +By hand +- +yes/m,
      /^ {2}Wrote connectors\/by-hand\.yaml\.$/m,
      /then run: kubectl apply -k connectors$/m,
      /^ {4}managementPolicy: Observe$/m,
      /^ {2}[\d:]{8} {2}by-hand +Synced +False +ChangesPlanned/m,
      /^ {2}\$ kubectl openconnectors plan by-hand .*\n {2}demo\/by-hand:\n {4}~ Update instance \d+\n {8}~ tags\n {4}\+ Create Secret "by-hand-connection"$/m,
      /^ {2}\[\{"action":"Update","target":"instance \d+","fields":\["tags"\]\},/m,
      /^The operator made one write: the tags of instance \d+\./m,
      /^ {2}\$ kubectl openconnectors migrate by-hand --yes -n demo$/m,
      /^ {2}demo\/by-hand: waits for consent .* with the code in Secret "by-hand-consent-code"/m,
      /^ {2}[\d:]{8} {2}by-hand +Ready +True +SwitchPending/m,
      /^ {2}demo\/by-hand: migrated\.$/m,
      /^ {2}To switch, run: kubectl openconnectors migrate by-hand -n demo --switch --yes$/m,
      /^ {2}\$ kubectl openconnectors migrate by-hand --switch --yes -n demo$/m,
      /^ {2}demo\/by-hand: switched\.$/m,
      /^newsletter calls instance \d+ \(infusionsoftrest\) from now on\./m,
      /^ {2}billing +[1-9]\d* calls, 0 failed\n {2}newsletter +[1-9]\d* calls, 0 failed$/m,
      /^ {2}Kind: +InfusionsoftConnector$/m,
      /^ {2}NAME +READY +REASON/m,
      /^The demo is complete: three connectors were Ready, /m,
    ]) {
      expect(output).toMatch(line);
    }
    expect(output).not.toContain('\u001b');
    expect(output).not.toContain('made-up-secret');
    // Neither a code of the start page nor one of the provider is there as a whole.
    expect(output).not.toMatch(/[0-9A-Z]{5}-[0-9A-Z]{5}-/);
    expect(output).not.toMatch(/code=[0-9a-z]{7}/);
    expect(runs(operator.pid)).toBe(false);
    expect(existsSync(operator.folder)).toBe(false);
  });

  test('says so when the operator dies, and ends with 1', async () => {
    const demo = start('--once');
    const operator = await operatorOf(demo);
    process.kill(operator.pid, 'SIGKILL');
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toMatch(/^The demo failed: The operator ended \(SIGKILL\)/m);
    expect(existsSync(operator.folder)).toBe(false);
  });

  test('takes the operator along when it is interrupted', async () => {
    const demo = start();
    const operator = await operatorOf(demo);
    process.kill(demo.pid, 'SIGINT');
    expect(await demo.ended).toBe(130);
    expect(runs(operator.pid)).toBe(false);
    expect(existsSync(operator.folder)).toBe(false);
  });

  test('takes the operator along even when it is killed', async () => {
    const demo = start();
    const operator = await operatorOf(demo);
    await demo.until(/(Ctrl-C) ends/);
    process.kill(demo.pid, 'SIGKILL');
    expect(await demo.ended).toBe('SIGKILL');
    // Sooner than it would give up by itself, as a leader that cannot renew its Lease does.
    await poll(
      async () => (runs(operator.pid) ? undefined : true),
      5_000,
      () => `The operator ${operator.pid} still runs`,
    );
    rmSync(operator.folder, { recursive: true });
  });

  test('ends with 2 and its usage when it is called in a wrong way', async () => {
    const demo = start('--twice');
    expect(await demo.ended).toBe(2);
    expect(demo.output()).toContain('npm run demo -- --once');
  });
});
