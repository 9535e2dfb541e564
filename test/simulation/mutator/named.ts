import type { Mutation } from './mutations.ts';

/**
 * Whether the conditions name the field of a mutation, the field that holds it, its value, or a reason that `consequences`
 * has for `path=value`.
 */
export function namesField(
  { field: { path }, value }: Mutation,
  consequences: Readonly<Record<string, readonly string[]>>,
  conditions: string,
): boolean {
  const holder = path.replace(/\.[^.]+$/, '');
  const names = [
    path,
    // Every message about a spec has this word.
    ...(holder === 'spec' ? [] : [holder]),
    String(value),
    ...(consequences[`${path}=${String(value)}`] ?? []).map((reason) => `/${reason} `),
  ];
  return names.some((name) => conditions.includes(name));
}
