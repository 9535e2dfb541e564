import { API_VERSION } from '../../api/group.ts';
import { VERSION } from '../../config/version.ts';
import type { Command } from '../command.ts';

/** `version`. */
export const version: Command = {
  name: 'version',
  operands: '',
  operandCount: { min: 0, max: 0 },
  summary: 'Print the version of the plugin and of the API that it uses.',
  description: ['Print the version of the plugin and of the API that it uses. No cluster is needed.'],
  flags: [],
  examples: ['version'],
  async run(_args, _operands, { output }) {
    output.print(`Plugin version: ${VERSION}`);
    output.print(`API version: ${API_VERSION}`);
    return 'ok';
  },
};
