import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { arn, region } from '../../emulator/account.ts';
import { profileIn } from '../../emulator/wire/keys.ts';
import { takeBackup } from '../backup/take-backup.ts';
import { stateMachineName } from '../names.ts';
import { type Judged, judgeMove } from './judge-move.ts';
import { MoveRefused } from './move-refused.ts';
import { markMoved, movedMarkIn, unmarkMoved } from './moved-mark.ts';
import type { Target } from './target.ts';
import { type MovingGateway, type WhatMoves, whatMoves } from './what-moves.ts';

export type MoveNeeds = {
  readonly dataFolder: string;
  readonly target: Target;
  readonly reason: string;
  readonly now: () => number;
};

/** Reads everything as of one moment; the copy, which holds every secret, is gone when it was read. */
const asOfNow = async (dataFolder: string): Promise<WhatMoves> => {
  const copy = join(dataFolder, `backup-to-move-${randomUUID()}`);
  try {
    await takeBackup(dataFolder, copy);
    return await whatMoves(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const judgeAll = async ({ target, dataFolder }: MoveNeeds, what: WhatMoves): Promise<readonly Judged[]> => {
  const resumes = movedMarkIn(dataFolder)?.to === target.id;
  const judged: Judged[] = [];
  for (const moving of what.gateways)
    judged.push(judgeMove(moving, await target.gateway(moving.gateway.gatewayId), resumes));
  return judged;
};

/** What a move would do, and what would be left; nothing is changed. */
export const planMove = async (needs: MoveNeeds): Promise<readonly Judged[]> =>
  judgeAll(needs, await asOfNow(needs.dataFolder));

/** An execution that has begun before the mark may not have written its rotation into the record yet. */
const refuseWhileExecuting = async (dataFolder: string): Promise<void> => {
  const profile = profileIn(dataFolder);
  if (!profile) return;
  const { key, endpointUrl: endpoint } = profile;
  const stepFunctions = new SFNClient({ region, endpoint, credentials: key, maxAttempts: 1 });
  const stateMachineArn = arn('states', `stateMachine:${stateMachineName}`);
  try {
    const asked = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' });
    const { executions = [] } = await stepFunctions.send(asked).catch(() => ({ executions: [] })); // nobody runs here
    if (executions.length > 0)
      throw new MoveRefused('The workflow runs here: wait for its end (status), and move then. Nothing was moved.');
  } finally {
    stepFunctions.destroy();
  }
};

/**
 * Moves every gateway, all or none to begin with: first nothing rotates here any more, then everything is read as of one
 * moment and judged, then it is written there. Until the first write a refusal undoes the mark; after it, the same move goes
 * on where it was. Throws {@link MoveRefused}.
 */
export const move = async (needs: MoveNeeds): Promise<readonly Judged[]> => {
  const { dataFolder, target, reason, now } = needs;
  const before = movedMarkIn(dataFolder);
  if (before && before.to !== target.id)
    throw new MoveRefused(`The gateways of ${dataFolder} were moved to ${before.to} already.`);
  const actor = await target.caller();
  markMoved(dataFolder, before ?? { to: target.id, atMs: now() });
  const refuse = (message: string): never => {
    if (!before) unmarkMoved(dataFolder);
    throw new MoveRefused(message);
  };
  let judged: readonly Judged[];
  let what: WhatMoves;
  try {
    await refuseWhileExecuting(dataFolder);
    what = await asOfNow(dataFolder);
    judged = await judgeAll(needs, what);
  } catch (error) {
    if (!before) unmarkMoved(dataFolder);
    throw error;
  }
  const refused = judged.filter(({ verdict }) => verdict === 'REFUSED');
  if (refused.length > 0)
    refuse(
      [
        ...refused.map(({ moving, why }) => `Gateway ${moving.gateway.gatewayId}: ${why}.`),
        before ? 'The rest of an earlier try was not gone on with.' : 'Nothing was moved.',
      ].join('\n'),
    );
  let isBegun = before !== undefined;
  for (const { moving, verdict } of judged) {
    if (verdict !== 'MOVE') continue;
    await target.write(moving, what.evidencePublicKey, { actor, reason }, now()).catch((error: unknown) => {
      if (error instanceof MoveRefused && !isBegun) unmarkMoved(dataFolder); // and this one was not written
      throw error instanceof MoveRefused ? error : halfWay(moving, error);
    });
    isBegun = true;
  }
  return judged;
};

const halfWay = ({ gateway: { gatewayId } }: MovingGateway, cause: unknown): MoveRefused =>
  new MoveRefused(
    `Gateway ${gatewayId} could not be written there (${cause instanceof Error ? cause.name : 'unknown'}). Nothing rotates here until it is: see to the cause, and give the same command again; it goes on where it was.`,
    { cause },
  );
