import { badRequest } from './status.ts';

/** A parsed selector: `matches` gets the labels, or the fields, of an object. */
export interface Selector {
  /** True when it selects everything. */
  readonly empty: boolean;
  /** The labels or fields that it speaks of. */
  readonly names: readonly string[];
  matches(values: Readonly<Record<string, string>>): boolean;
}

type Requirement = { readonly name: string; readonly test: (value: string | undefined) => boolean };

/** Selects everything. */
export const everything: Selector = { empty: true, names: [], matches: () => true };

const tokenPattern = /\s*(==|!=|=|!|,|\(|\)|<|>|[^\s=!,()<>]+)/gy;

/** Parses a label selector, both the equality and the set form. Fails with 400. */
export function parseLabelSelector(text: string): Selector {
  if (text.trim() === '') {
    return everything;
  }
  const tokens = [...text.trimEnd().matchAll(tokenPattern)].map((match) => match[1] ?? '');
  const requirements: Requirement[] = [];
  let position = 0;
  const next = (): string => tokens[position++] ?? '';
  const unexpected = (found: string, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`);
  };
  const identifier = (): string => {
    const token = next();
    return /^[A-Za-z0-9]/.test(token) ? token : unexpected(token, 'identifier');
  };
  const valueList = (): Set<string> => {
    const open = next();
    if (open !== '(') {
      throw badRequest(`unable to parse requirement: found '${open}' expected: '('`);
    }
    const values = new Set<string>();
    for (;;) {
      const token = next();
      if (token === ')') {
        return values;
      }
      if (token === '') {
        unexpected(token, "',', ')' or identifier");
      }
      if (token !== ',') {
        values.add(token);
      }
    }
  };
  const optionalValue = (): string => {
    const token = tokens[position];
    return token === undefined || token === ',' ? '' : identifier();
  };
  const requirement = (): Requirement => {
    if (tokens[position] === '!') {
      position++;
      return { name: identifier(), test: (value) => value === undefined };
    }
    const name = identifier();
    const operator = tokens[position];
    if (operator === undefined || operator === ',') {
      return { name, test: (value) => value !== undefined };
    }
    position++;
    return { name, test: testOf(operator, valueList, optionalValue, unexpected) };
  };
  for (;;) {
    requirements.push(requirement());
    const separator = next();
    if (separator === '') {
      return allOf(requirements);
    }
    if (separator !== ',') {
      unexpected(separator, "',' or 'end of string'");
    }
    if (!/^[A-Za-z0-9!]/.test(tokens[position] ?? '')) {
      throw badRequest(`found '${tokens[position] ?? ''}', expected: identifier after ','`);
    }
  }
}

function testOf(
  operator: string,
  valueList: () => Set<string>,
  optionalValue: () => string,
  unexpected: (found: string, expected: string) => never,
): Requirement['test'] {
  switch (operator) {
    case '=':
    case '==': {
      const wanted = optionalValue();
      return (value) => value === wanted;
    }
    case '!=': {
      const unwanted = optionalValue();
      return (value) => value !== unwanted;
    }
    case 'in': {
      const values = valueList();
      return (value) => value !== undefined && values.has(value);
    }
    case 'notin': {
      const values = valueList();
      return (value) => value === undefined || !values.has(value);
    }
    case '<':
    case '>': {
      const bound = Number(optionalValue());
      return (value) =>
        value !== undefined && (operator === '<' ? Number(value) < bound : Number(value) > bound);
    }
    default:
      return unexpected(operator, 'in, notin, =, ==, !=, gt, lt');
  }
}

/** Parses a field selector (`=`, `==`, `!=`; backslash escapes). Fails with 400. */
export function parseFieldSelector(text: string): Selector {
  const requirements = splitUnescaped(text)
    .filter((term) => term !== '')
    .map((term): Requirement => {
      const match = /^((?:[^\\=!]|\\.)+?)(!=|==|=)(.*)$/s.exec(term);
      if (match === null) {
        throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      }
      const [, name = '', operator, raw = ''] = match;
      const wanted = raw.replaceAll(/\\([\\,=])/g, '$1');
      return {
        name,
        test: (value) => (operator === '!=' ? (value ?? '') !== wanted : (value ?? '') === wanted),
      };
    });
  return requirements.length === 0 ? everything : allOf(requirements);
}

function splitUnescaped(text: string): string[] {
  return text.match(/(?:[^\\,]|\\.)+/gs) ?? [];
}

function allOf(requirements: readonly Requirement[]): Selector {
  return {
    empty: false,
    names: requirements.map(({ name }) => name),
    matches: (values) =>
      requirements.every(({ name, test }) => test(Object.hasOwn(values, name) ? values[name] : undefined)),
  };
}
