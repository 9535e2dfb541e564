import { exitCodes } from './exit-codes.ts';
import { flagOf, type Setting, settingList } from './settings.ts';

/** `docs/reference/settings.md`, generated from the declarations. */
export function renderSettings(): string {
  return [
    '# Settings',
    '',
    '<!-- Generated from src/config/settings.ts by `npm run generate`. -->',
    '',
    'Each setting is an environment variable and a flag; the flag wins. An empty variable counts as not set. All of them',
    'are read once, at the start: with a wrong one the operator prints one line for each and ends with code',
    `${exitCodes.configuration.code}. Durations are written as in Go (\`90s\`, \`1h30m\`).`,
    '',
    '| Variable | Flag | Value | Default | Meaning |',
    '|---|---|---|---|---|',
    ...settingList().map(settingRow),
    '',
    '## Exit codes',
    '',
    '| Code | Meaning |',
    '|---|---|',
    ...Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    '',
  ].join('\n');
}

/** The text of `--help`. */
export function renderUsage(): string {
  const lines = settingList().flatMap((setting) => [
    `  ${flagOf(setting.env)}  (${variables(setting).join(', ')})`,
    `      ${setting.doc.replaceAll('`', '')}`,
    `      ${sentence(setting.type.expected)} Default: ${defaultOf(setting).replaceAll('`', '')}.`,
  ]);
  return ['Settings, each a flag or an environment variable:', '', ...lines, ''].join('\n');
}

function settingRow(setting: Setting): string {
  const names = variables(setting)
    .map((name) => `\`${name}\``)
    .join(', also ');
  const cells = [names, `\`${flagOf(setting.env)}\``, setting.type.expected, defaultOf(setting), setting.doc];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function variables(setting: Setting): readonly string[] {
  return [setting.env, ...(setting.aliases ?? [])];
}

function defaultOf(setting: Setting): string {
  return setting.defaultDoc ?? (setting.default === undefined ? 'none' : `\`${setting.default}\``);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
