import { randomUUID } from 'node:crypto';
import type { PressResult } from '../../lambdas/compromise/press-button.ts';
import { counted, cutOffWords } from '../../lambdas/console/view/labels.ts';
import type { ActView, CutOff } from '../../lambdas/console/view/views.ts';
import type { Screen } from '../screen.ts';
import { actorOf } from './actor.ts';
import type { At } from './command.ts';
import { CommandFailed } from './failure.ts';
import { rowsOf } from './table.ts';
import { plain } from './terminal.ts';

/** What is pressed, as it was typed. */
export type Press = {
  readonly gatewayId: string;
  readonly reason: string;
  readonly credentialIds?: readonly string[];
  readonly rejectWithinSeconds?: number;
  readonly requestId?: string;
  /** The gateway's name once more; asked for when it is not given. */
  readonly confirm?: string;
};

/** The compromise button: shows who is cut off and when, and wants the gateway's name. It works without being able to show that. */
export const pressButton = async (
  at: Pick<At, 'connection' | 'terminal'>,
  { confirm, ...press }: Press,
): Promise<PressResult> => {
  const { connection, terminal } = at;
  const { gatewayId } = press;
  terminal.say(
    await connection.show({ view: 'act', act: 'compromise', gatewayId, ...askedOf(press) }).then(
      (view) => compromiseText(view, terminal.screen()),
      (error: unknown) =>
        `Who is cut off cannot be shown: ${error instanceof Error ? plain(error.message) : ''} The button works all the same.`,
    ),
  );
  if (confirm === undefined && !terminal.isInteractive)
    throw new CommandFailed(
      'declined',
      `Nothing was done: nobody is there to type the gateway's name. Add --confirm ${gatewayId} in a script.`,
    );
  const confirmGatewayId =
    confirm ?? (await terminal.input(`Type the gateway's name (${plain(gatewayId)}) to refuse its credentials:`));
  if (confirmGatewayId !== gatewayId)
    throw new CommandFailed(
      'declined',
      `Nothing was done: given was "${plain(confirmGatewayId)}", and the gateway is ${plain(gatewayId)}.`,
    );
  const request = { requestId: randomUUID(), ...press, confirmGatewayId, actor: await actorOf(at) };
  const result = await connection.compromise(request);
  if (result.result === 'REFUSED') throw new CommandFailed('refused', `${result.code}: ${result.message}`);
  return result;
};

/** The preview is asked for as it is pressed. */
const askedOf = ({ credentialIds, rejectWithinSeconds }: Press): Readonly<Record<string, unknown>> => ({
  ...(credentialIds ? { credentialIds: credentialIds.join(',') } : {}),
  ...(rejectWithinSeconds === undefined ? {} : { rejectWithinSeconds }),
});

const compromiseText = ({ compromise, why }: ActView, screen: Screen | undefined): string => {
  if (!compromise || compromise.refusal) return compromise?.refusal ?? why ?? '';
  const cutOff: CutOff = compromise.asPressed;
  const seconds = cutOff.rejectWithinSeconds;
  return [
    ...(compromise.changesNothing ? ['This press would change nothing: what it asks for is so already.'] : []),
    ...compromise.spared.map((id) => `NOT refused: ${id}. If that leaked as well, add --credential ${id}.`),
    `Refused for good: ${compromise.credentialIds.join(', ') || 'nothing'}, ${seconds === 0 ? 'at once' : `${seconds} s after you press`}${compromise.propagationBoundSeconds > 0 ? `, everywhere ${compromise.propagationBoundSeconds} s later` : ''}.${compromise.decider === 'PingOne' ? ' PingOne has no clock for it: it is told then, at most a minute later, and does not say how soon it acts.' : ''}`,
    ...(compromise.notOurs.length > 0
      ? [`NOT refused, since they were made elsewhere: ${compromise.notOurs.join(', ')}.`]
      : []),
    `Cut off: ${counted(cutOff.total, 'kit')} of ${compromise.kits} (${cutOff.inUse} in use now) and ${counted(compromise.unregistered, 'unregistered source')}.`,
    ...(cutOff.kits.length > 0
      ? [
          rowsOf(
            ['KIT', 'OWNER', 'WHY', 'NOW'],
            cutOff.kits.map(({ kitId, owner, why: because, isInUse }) => [
              kitId,
              owner,
              cutOffWords[because],
              isInUse ? 'in use' : 'idle',
            ]),
            screen,
          ),
        ]
      : []),
  ].join('\n');
};
