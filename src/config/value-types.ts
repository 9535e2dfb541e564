import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../api/duration.ts';
import {
  METADATA_KEY_PATTERN,
  REFUSED_METADATA_PATTERN,
} from '../api/validation/connection-template-rules.ts';
import type { ProxyServer } from '../openconnectors/transport/proxy-tunnel.ts';
import { type HostPattern, parseHostPattern } from '../runtime/host-pattern.ts';
import { isLabelSelector } from './label-selector.ts';
import { type ProxyBypass, parseProxyBypass, parseProxyUrl } from './proxy.ts';

/** A type of a setting: parses the text. `expected` completes the sentence "expected ...". */
export interface ValueType<T> {
  readonly expected: string;
  /** Its error messages do not contain the text, which may be a secret. */
  readonly schema: z.ZodType<T, string>;
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Text that matches `pattern`. */
export function text(pattern: RegExp, expected: string): ValueType<string> {
  return { expected, schema: z.string().regex(pattern, 'has a wrong form') };
}

/** A namespace name (RFC 1123 label). */
export const namespace = text(DNS_LABEL, 'a namespace name');

/** The identity of the holder of a Lease: the name of a pod or host. */
export const identity = text(/^[A-Za-z0-9][\w.-]{0,252}$/, 'a name of letters, digits, dots and dashes');

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): ValueType<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    schema: z
      .string()
      .regex(/^\d+$/, { error: 'is not a whole number', abort: true })
      .transform(Number)
      .refine((number) => number >= min && number <= max, 'is out of range'),
  };
}

/** `true` or `false`. */
export const boolean: ValueType<boolean> = {
  expected: 'true or false',
  schema: z.enum(['true', 'false'], 'is neither').transform((value) => value === 'true'),
};

/** A moment (RFC 3339), or `never`; the value is milliseconds since the epoch, `Infinity` for never. */
export const instant: ValueType<number> = {
  expected: 'a time such as 2027-01-01T00:00:00Z, or never',
  schema: z.union([
    z.literal('never').transform(() => Number.POSITIVE_INFINITY),
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  ]),
};

/** One word of a closed set. */
export function choice<const T extends string>(values: readonly T[]): ValueType<T> {
  const schema = z.enum(values, 'is none of the choices');
  return {
    expected: `one of ${values.join(', ')}`,
    schema: z.string().pipe(schema),
  };
}

/** A duration in Go syntax of at least `minText` (itself one); the value is milliseconds. */
export function duration(minText: string): ValueType<number> {
  const minMs = parseDuration(minText) ?? Number.NaN;
  return parsed(`a duration such as 90s or 1h30m, at least ${minText}`, (value) => {
    const ms = parseDuration(value);
    return ms === undefined ? 'is not a duration' : ms >= minMs ? ms : 'is too short';
  });
}

/** A comma-separated list without duplicates. Blanks around an entry are ignored; blank text is the empty list. */
export function list<T>(item: ValueType<T>): ValueType<readonly T[]> {
  return {
    expected: `a comma-separated list, each entry ${item.expected}`,
    schema: z.string().transform((value, context) => {
      const entries = value.trim() === '' ? [] : value.split(',').map((entry) => entry.trim());
      const unique = [...new Set(entries)];
      const values: T[] = [];
      for (const entry of unique) {
        const result = item.schema.safeParse(entry);
        if (result.success) {
          values.push(result.data);
        } else {
          const problem = result.error.issues[0]?.message ?? 'is wrong';
          context.addIssue(`entry ${entries.indexOf(entry) + 1} ${problem}`);
        }
      }
      return values;
    }),
  };
}

/** `*` (every one) or a list. */
export function listOrAll<T>(item: ValueType<T>): ValueType<readonly T[] | '*'> {
  const entries = list(item);
  return {
    expected: `* or ${entries.expected}`,
    schema: z.string().transform((value, context) => {
      if (value === '*') {
        return value;
      }
      const result = entries.schema.safeParse(value);
      for (const issue of result.error?.issues ?? []) {
        context.addIssue(issue.message);
      }
      return result.data ?? z.NEVER;
    }),
  };
}

/** A host name with `*` for one label, optionally with a port. */
export const hostPattern: ValueType<HostPattern> = parsed(
  'a host name, * standing for one label, optionally with :port',
  (value) => parseHostPattern(value) ?? 'is not a host name',
);

/** A host name with `*` for one label. */
export const hostNamePattern: ValueType<string> = {
  expected: 'a host name, * standing for one label',
  schema: hostPattern.schema
    .refine(({ port }) => port === undefined, 'carries a port')
    .transform(({ host }) => host),
};

/** A key of a label or an annotation, or all keys of a prefix. */
export const metadataPattern: ValueType<string> = {
  expected: 'prefix/name, prefix/* or name, without the reserved prefixes',
  schema: z.string().superRefine((value, context) => {
    if (!METADATA_KEY_PATTERN.test(value.replace(/\/\*$/, '/x'))) {
      context.addIssue('is not the key of a label');
    } else if (REFUSED_METADATA_PATTERN.test(value)) {
      context.addIssue('has a reserved prefix');
    }
  }),
};

/** An https URL of a host name, without user, query and fragment; the value ends without a slash. */
export const httpsUrl = url('an https URL with a host name, without user, query or fragment', urlProblem);

/** An http or https URL without user, query and fragment; the value ends without a slash. */
export const httpUrl = url('an http or https URL, without user, query or fragment', (value) =>
  plainUrlProblem(value, ['http:', 'https:']),
);

/** An HTTP proxy; the value may hold a password. */
export const proxyUrl: ValueType<ProxyServer> = parsed(
  'http://host:port or https://host:port, optionally with user:password@ before the host',
  parseProxyUrl,
);

/** An entry of the list of hosts that are called without the proxy. */
export const proxyBypass: ValueType<ProxyBypass> = parsed(
  'a host name, .suffix, *.suffix or *, optionally with :port',
  (value) => parseProxyBypass(value) ?? 'is not a host name',
);

/** A type whose `parse` returns the value, or a text with the problem. */
function parsed<T extends object | number>(
  expected: string,
  parse: (value: string) => T | string,
): ValueType<T> {
  return {
    expected,
    schema: z.string().transform((value, context) => {
      const result = parse(value);
      if (typeof result === 'string') {
        context.addIssue(result);
        return z.NEVER;
      }
      return result;
    }),
  };
}

function url(expected: string, problemOf: (value: string) => string | undefined): ValueType<string> {
  return {
    expected,
    schema: z
      .string()
      .superRefine((value, context) => {
        const problem = problemOf(value);
        if (problem !== undefined) {
          context.addIssue(problem);
        }
      })
      .transform((value) => new URL(value).href.replace(/\/+$/, '')),
  };
}

function urlProblem(value: string): string | undefined {
  const problem = plainUrlProblem(value, ['https:']);
  if (problem !== undefined) {
    return problem;
  }
  const { hostname } = new URL(value);
  const named = parseHostPattern(hostname) !== undefined && !hostname.includes('*');
  return named ? undefined : 'does not name its host by a host name';
}

function plainUrlProblem(value: string, protocols: readonly string[]): string | undefined {
  if (!URL.canParse(value)) {
    return 'is not a URL';
  }
  const url = new URL(value);
  if (!protocols.includes(url.protocol)) {
    return protocols.includes('http:') ? 'is neither http nor https' : 'is not https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'carries a user or a password';
  }
  return /[?#]/.test(value) ? 'carries a query or a fragment' : undefined;
}

/** An IP address of either family. */
export const ipAddress: ValueType<string> = {
  expected: 'an IP address',
  schema: z.string().refine((value) => isIP(value) !== 0, 'is none'),
};

/** An absolute path. */
export const path: ValueType<string> = {
  expected: 'an absolute path',
  schema: z.string().refine(isAbsolute, 'is not absolute'),
};

/** A label selector in the API's string form. */
export const labelSelector: ValueType<string> = {
  expected: 'a label selector such as team=sales or tier in (a, b)',
  schema: z.string().refine(isLabelSelector, 'is not a label selector'),
};
