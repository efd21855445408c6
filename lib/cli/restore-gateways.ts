import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { counted } from '../../lambdas/console/view/labels.ts';
import type { Transition } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { transitionDetail } from '../../lambdas/notifications/event-schema.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import type { Screen } from '../screen.ts';
import type { At, Result } from './command.ts';
import { CommandFailed } from './failure.ts';
import { type Restored, restoreGateway } from './restore-gateway.ts';
import { rowsOf } from './table.ts';
import { askFirst, plain, type Terminal } from './terminal.ts';
import { readText } from './user-files.ts';

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

type Asked = {
  readonly gatewayId?: string | undefined;
  readonly fromTable: string;
  readonly events?: string | undefined;
  readonly reason: string;
  readonly acceptMissing: boolean;
  readonly yes: boolean;
};

/** Puts the record of one gateway or of all back from a restored table, and says what became of each. Throws {@link CommandFailed}. */
export const restoreGateways = async (
  { connection, terminal }: At,
  { gatewayId, fromTable, events, reason, acceptMissing, yes }: Asked,
): Promise<Result> => {
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
    const results: Shown[] = [];
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
      const restore = (acceptsMissing: boolean): Promise<Restored> =>
        restoreGateway({ ...needs, acceptsMissing }, id as GatewayId, { actor, reason });
      const first = await restore(false);
      const goesOn = first.result === 'ENTRIES_MISSING' && acceptMissing;
      if (goesOn) await acceptInName(terminal, actor, id, first.missing, yes);
      results.push(shownOf(id, goesOn ? await restore(true) : first));
    }
    return resultOf(results, terminal.screen());
  } finally {
    dynamodb.destroy();
    secretsManager.destroy();
  }
};

type Shown = {
  readonly gatewayId: string;
  readonly result: Restored['result'];
  readonly live: readonly string[];
  readonly missing: readonly string[];
};

const shownOf = (gatewayId: string, restored: Restored): Shown => ({
  gatewayId,
  result: restored.result,
  live: restored.result === 'RESTORED' ? restored.gateway.live.map(({ credentialId }) => credentialId) : [],
  missing: restored.result === 'ENTRIES_MISSING' ? restored.missing : [],
});

/** Lists what may be missing, and asks the person in whose name it is recorded that nobody knows it. */
const acceptInName = async (
  terminal: Terminal,
  actor: string,
  gatewayId: string,
  missing: readonly string[],
  isAnswered: boolean,
): Promise<void> => {
  if (actor === 'unknown')
    throw new CommandFailed(
      'refused',
      'AWS does not say who you are, and missing entries are accepted by a named person only.',
    );
  terminal.say(`Of gateway ${plain(gatewayId)} may be missing:`);
  for (const one of missing) terminal.say(`- ${plain(one)}`);
  await askFirst(
    terminal,
    'Go on without them? A credential that was revoked there may be accepted again.',
    isAnswered,
  );
};

const resultOf = (results: readonly Shown[], screen: Screen | undefined): Result => {
  const incomplete = results.filter(({ missing }) => missing.length > 0);
  const hints =
    incomplete.length === 0
      ? ['Now apply gateways.json, and rotate each of them.']
      : [
          ...incomplete.flatMap(({ gatewayId, missing }) =>
            missing.map((one) => plain(`${gatewayId}: missing may be ${one}`)),
          ),
          'A credential may have been revoked there, so nothing was written. Give the copies of the log group with --events, or go on without them, in your name, with --accept-missing.',
        ];
  const rows = results.map((one) => [one.gatewayId, one.result, one.live.join(', ')]);
  return {
    document: 'restore',
    json: { results },
    text: [rowsOf(['GATEWAY', 'RESULT', 'ACCEPTED NOW'], rows, screen), ...hints].join('\n'),
    isFailed: results.some(({ result }) => result !== 'RESTORED'),
  };
};

const allIn = async (dynamodb: DynamoDBClient, backupTable: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const id of gatewaysIn(dynamodb, backupTable, async () => undefined, Date.now).list()) found.push(id);
  return found;
};
