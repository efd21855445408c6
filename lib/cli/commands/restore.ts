import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { secretVersionsIn } from '../../../lambdas/aws/secret-versions.ts';
import { counted } from '../../../lambdas/console/view/labels.ts';
import type { Transition } from '../../../lambdas/domain/gateway.ts';
import { transitionDetail } from '../../../lambdas/notifications/event-schema.ts';
import { gatewaysIn } from '../../../lambdas/wiring/gateways.ts';
import { readText } from '../apply-registry.ts';
import { command, reason, text, why } from '../command.ts';
import { CommandFailed } from '../failure.ts';
import { type Restored, restoreGateway } from '../restore-gateway.ts';
import { askFirst, plain, rowsOf } from '../terminal.ts';

const event = z.looseObject({ detail: transitionDetail });

/** Events of one gateway from JSON lines, as the log group of transitions keeps them. Throws {@link CommandFailed} naming the line. */
const transitionsIn = (file: string, lines: string, gatewayId: string): readonly Transition[] =>
  lines.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const { gatewayId: of, id: _, ...transition } = event.parse(JSON.parse(line)).detail;
      return of === gatewayId ? [transition as unknown as Transition] : [];
    } catch (error) {
      throw new CommandFailed('usage', `${file}, line ${index + 1}: it holds no transition event of this system.`, {
        cause: error,
      });
    }
  });

/** What brings a damaged table right again. */
export const restoreCommand = command({
  usage: 'restore [gatewayId]',
  about:
    'Puts gateway records back from a table that DynamoDB has restored beside the real one: revocations since then are applied again first, so that nothing dead comes to life. Made with your own permissions on both tables and the secrets.',
  examples: [
    'restore --from-table gateways-at-noon --reason "the table was damaged"',
    'restore orders --from-table gateways-at-noon --reason … --yes',
  ],
  options: [
    why,
    ['--from-table <name>', 'the restored table; it is only read'],
    ['--events <file>', 'transitions from the log group, a JSON event a line, if the audit in the table was lost too'],
    ['--yes', 'do not ask'],
  ],
  input: { gatewayId: text.optional(), fromTable: text, events: text.optional(), reason },
  run: async ({ connection, terminal }, { gatewayId, fromTable, events, reason, yes }) => {
    const table = connection.output('GatewaysTable');
    if (fromTable === table)
      throw new CommandFailed(
        'usage',
        `--from-table: given is the table of the gateways itself, ${table}; restore the backup to a table beside it.`,
      );
    const dynamodb = new DynamoDBClient(connection.settings);
    const secretsManager = new SecretsManagerClient(connection.settings);
    try {
      const gatewayIds = gatewayId === undefined ? await allIn(dynamodb, fromTable) : [gatewayId];
      await askFirst(
        terminal,
        `Replace the record of ${gatewayId === undefined ? counted(gatewayIds.length, 'gateway') : plain(gatewayId)} by its backup?`,
        yes,
      );
      const actor = await connection.caller();
      const lines = events === undefined ? '' : readText(events);
      const results: { gatewayId: string; result: Restored['result']; live: readonly string[] }[] = [];
      for (const id of gatewayIds) {
        const needs = {
          ...{
            dynamodb,
            table,
            backupTable: fromTable,
            secretVersions: secretVersionsIn(secretsManager),
            nowMs: Date.now(),
          },
          events: transitionsIn(events ?? '', lines, id),
        };
        const restored = await restoreGateway(needs, id as Parameters<typeof restoreGateway>[1], { actor, reason });
        const live =
          restored.result === 'RESTORED' ? restored.gateway.live.map(({ credentialId }) => credentialId) : [];
        results.push({ gatewayId: id, result: restored.result, live });
      }
      return {
        json: { results },
        text: `${rowsOf(
          ['GATEWAY', 'RESULT', 'ACCEPTED NOW'],
          results.map((one) => [one.gatewayId, one.result, one.live.join(', ')]),
        )}\nNow apply gateways.json, and rotate each of them.`,
        isFailed: results.some(({ result }) => result !== 'RESTORED'),
      };
    } finally {
      dynamodb.destroy();
      secretsManager.destroy();
    }
  },
});

const allIn = async (dynamodb: DynamoDBClient, backupTable: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const id of gatewaysIn(dynamodb, backupTable, async () => undefined, Date.now).list()) found.push(id);
  return found;
};
