import type { MemoryApiServer, Receiver } from 'kube-apiserver-emulator/in-memory.ts';
import type { Simulation } from 'open-connectors-simulator/simulation.ts';
import type { Reply } from 'open-connectors-simulator/wire.ts';
import type { Server } from './wire.ts';

/** Kubernetes, in memory. */
export function kubernetesServer(server: MemoryApiServer): Server {
  return ({ method, target, headers, body }, receiver, fault) => {
    if (fault?.kind === 'status') {
      const { status } = fault;
      server.faults.inject({}, { kind: 'respond', status, headers: retryAfter(status) }, { times: 1 });
    } else if (fault?.kind === 'silent') {
      server.faults.inject({}, { kind: 'silent-watch' }, { times: 1 });
    }
    // A fault applies to the very next request, which is this one: both happen without an await in between.
    return server.exchange({ method, url: target, headers: lowerCase(headers), body }, receiver);
  };
}

/** Open Connectors, in memory. */
export function externalServer(simulation: Simulation): Server {
  return ({ method, target, headers, body = '' }, receiver, fault) => {
    if (fault?.kind === 'status') {
      const throttle = { kind: 'throttle', retryAfterSeconds: 5 } as const;
      simulation.faults.inject({
        fault:
          fault.status !== 429
            ? { kind: 'status', status: fault.status }
            : { ...throttle, origin: fault.forwarded === true ? 'provider' : 'platform' },
      });
    } else if (fault?.kind === 'gateway') {
      simulation.faults.inject({ fault: { kind: 'gateway-json' } });
    }
    const gone = new AbortController();
    const request = { method, target, headers: lowerCase(headers), body, gone: gone.signal };
    void simulation.exchange(request).then((reply) => answer(reply, receiver));
    return () => gone.abort(new Error('the client has gone'));
  };
}

function answer(reply: Reply, receiver: Receiver): void {
  if (reply.kind === 'hang') {
    return;
  }
  if (reply.kind === 'reset') {
    receiver.broken();
    return;
  }
  receiver.head(reply.status, lowerCase(reply.headers));
  const bytes = Buffer.from(reply.body);
  if (reply.kind === 'half') {
    receiver.data(bytes.subarray(0, Math.floor(bytes.length / 2)));
    receiver.broken();
    return;
  }
  receiver.data(bytes);
  receiver.end();
}

function retryAfter(status: number): Readonly<Record<string, string>> {
  return status === 429 || status === 503 ? { 'Retry-After': '1' } : {};
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
