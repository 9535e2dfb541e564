import type { Dispatcher } from 'undici';
import { callError } from './kube-error-from.ts';
import type { ResourcePath } from './paths.ts';

/** Far above every watched collection, although 500 objects of the largest size would exceed it. */
export const LARGEST_BODY_BYTES = 64 * 1024 * 1024;

/** Reads a whole body as UTF-8. Throws when it is larger than 64 MiB. */
export async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) {
      throw new Error('the response is too large');
    }
    chunks.push(bytes);
  }
  const [only] = chunks;
  return only !== undefined && chunks.length === 1
    ? only.toString('utf8')
    : Buffer.concat(chunks).toString('utf8');
}

/** Parses a successful response; an empty one is `undefined`. Throws `KubeError`. */
export function parseJson(
  text: string,
  call: { readonly method: string; readonly path: ResourcePath },
): unknown {
  if (text === '') {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw callError('server', call.method, call.path, 'the response is not JSON');
  }
}

/** Parses the body of a failure, which may come from a proxy and be anything. */
export function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
