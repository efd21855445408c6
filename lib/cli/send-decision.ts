import { counted, lateWords, unchangedWords } from '../../lambdas/console/view/labels.ts';
import type { OperatorCommandName } from '../../lambdas/domain/operator-commands.ts';
import type { OperateResult } from '../../lambdas/operator/operate.ts';
import type { At } from './command.ts';
import { CommandFailed } from './failure.ts';
import { rowsOf } from './table.ts';
import { askFirst, plain } from './terminal.ts';

/** What became of a decision, in words. */
export const decided = (name: OperatorCommandName, { result }: OperateResult, done = 'Done, and recorded.'): string =>
  result === 'UNCHANGED' ? unchangedWords(name) : done;

/** Takes a decision, and says what became of it. Throws {@link CommandFailed} when it is refused. */
export const decide = async (
  { connection }: Pick<At, 'connection'>,
  command: Readonly<Record<string, unknown>>,
): Promise<OperateResult> => {
  const result = await connection.operate(command);
  if (result.result === 'REFUSED') throw new CommandFailed('refused', `${result.code}: ${result.message}`);
  return result;
};

/** Forces: shows who is cut off, asks, and repeats exactly that list; or repeats what a script has seen before. */
export const force = async (
  at: At,
  { repeated, ...command }: { gatewayId: string; reason: string; repeated?: { kits: number; kitsHash: string } },
  isAnswered: boolean,
): Promise<OperateResult> => {
  const forceIt = { command: 'force', ...command };
  if (repeated) return decide(at, { ...forceIt, ...repeated });
  const first = await at.connection.operate(forceIt);
  if (first.result !== 'REFUSED' || !first.confirm) return first.result === 'REFUSED' ? decide(at, forceIt) : first;
  const { kits, kitsHash, named, unregistered, moreUnregistered = 0 } = first.confirm;
  const strangers = unregistered.length + moreUnregistered;
  if (named.length > 0)
    at.terminal.say(
      rowsOf(
        ['CUT OFF', 'OWNER', 'BECAUSE'],
        named.map(({ kitId, owner, code }) => [kitId, owner, lateWords[code]]),
        at.terminal.screen(),
      ),
    );
  at.terminal.say(`In a script: ${at.call.again('--kits', String(kits), '--kits-hash', kitsHash)}`);
  const others = strangers > 0 ? `, and ${counted(strangers, 'unregistered source')}` : '';
  await askFirst(
    at.terminal,
    `Cut off ${counted(kits, 'kit')} of ${plain(command.gatewayId)}${others}, in your name?`,
    isAnswered,
  );
  return decide(at, { ...forceIt, kits, kitsHash });
};
