import * as z from 'zod';
import { command, reason, text, why } from '../command.ts';

/** What brings a damaged table right again. */
export const restoreCommand = command({
  usage: 'restore [gatewayId]',
  about:
    'Puts gateway records back from a table that DynamoDB has restored beside the real one: revocations since then are applied again first, so that nothing dead comes to life. Refused while an entry of the audit may be missing. Made with your own permissions on both tables and the secrets.',
  examples: [
    'restore --from-table gateways-at-noon --reason "the table was damaged"',
    'restore orders --from-table gateways-at-noon --reason … --yes',
  ],
  options: [
    why,
    ['--from-table <name>', 'the restored table; it is only read'],
    ['--events <file>', 'transitions from the log group, a JSON event a line, if the audit in the table was lost too'],
    ['--accept-missing', 'go on, in your name, where entries of the audit may be missing: they are listed first'],
    ['--yes', 'do not ask'],
  ],
  input: {
    ...{ gatewayId: text.optional(), fromTable: text, events: text.optional(), reason },
    acceptMissing: z.boolean().default(false),
  },
  run: async (at, asked) => (await import('../restore-gateways.ts')).restoreGateways(at, asked),
});
