/** Formats of names in Kubernetes, each with its error message. */

const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`;
const qualifiedFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const configKeyFormat = '[-._a-zA-Z0-9]+';

const labelPattern = new RegExp(`^${labelFormat}$`);
const subdomainPattern = new RegExp(`^${subdomainFormat}$`);
const qualifiedPattern = new RegExp(`^${qualifiedFormat}$`);
const configKeyPattern = new RegExp(`^${configKeyFormat}$`);

const subdomainSentence = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainFormat}')`;
const labelSentence = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${labelFormat}')`;
const qualifiedSentence = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedFormat}')`;
const labelValueSentence = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualifiedFormat.replace(/\[A-Za-z0-9\]$/, '[A-Za-z0-9]')})?')`;
const configKeySentence = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${configKeyFormat}')`;

function atMost(value: string, length: number): string[] {
  return value.length > length ? [`must be no more than ${length} characters`] : [];
}

/** RFC 1123 subdomain, at most 253 characters. */
export function subdomainProblems(value: string): string[] {
  return [...atMost(value, 253), ...(subdomainPattern.test(value) ? [] : [subdomainSentence])];
}

/** Anything that can be one part of a path, as names of roles are. */
export function pathSegmentProblems(value: string): string[] {
  if (value === '.' || value === '..') {
    return [`may not be '${value}'`];
  }
  return ['/', '%'].filter((bad) => value.includes(bad)).map((bad) => `may not contain '${bad}'`);
}

/** RFC 1123 label, at most 63 characters. */
export function labelProblems(value: string): string[] {
  return [...atMost(value, 63), ...(labelPattern.test(value) ? [] : [labelSentence])];
}

/** `[prefix/]name`, as label and annotation keys are. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  const problems: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedSentence.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    problems.push(
      ...(prefix === ''
        ? ['prefix part must be non-empty']
        : subdomainProblems(prefix).map((it) => `prefix part ${it}`)),
    );
  }
  if (name === '') {
    problems.push('name part must be non-empty');
  } else if (name.length > 63) {
    problems.push('name part must be no more than 63 characters');
  }
  if (!qualifiedPattern.test(name)) {
    problems.push(qualifiedSentence);
  }
  return problems;
}

/** Value of a label. */
export function labelValueProblems(value: string): string[] {
  return [
    ...atMost(value, 63),
    ...(value === '' || qualifiedPattern.test(value) ? [] : [labelValueSentence]),
  ];
}

/** Key in the data of a Secret or ConfigMap. */
export function configKeyProblems(value: string): string[] {
  const problems = atMost(value, 253);
  if (!configKeyPattern.test(value)) {
    problems.push(configKeySentence);
  }
  if (value === '.') {
    problems.push("must not be '.'");
  } else if (value === '..') {
    problems.push("must not be '..'");
  } else if (value.startsWith('..')) {
    problems.push("must not start with '..'");
  }
  return problems;
}
