import { resolve } from 'node:path';
import { StepFailed, TemporarilyUnavailable } from '../../../lambdas/domain/failure.ts';
import { dataFolderIn, dataFolderVariable, defaultDataFolder, defaultStackName, startCommand } from '../../defaults.ts';
import { profileIn } from '../../emulator/wire/keys.ts';
import { OptionRefused, readFlags } from '../read-flags.ts';
import type { Judged } from './judge-move.ts';
import { move, planMove } from './move.ts';
import { MoveRefused } from './move-refused.ts';
import { type Target, type TargetSettings, targetOf } from './target.ts';

const usage = `Moves the gateways of this machine to a deployment on AWS, so that kits keep their credentials.

  ${startCommand('move')} --reason TEXT [--plan] [--stack NAME] [--region REGION] [--data DIR]

  --plan          say what would be moved, and what cannot be; change nothing
  --reason TEXT   why; it stands in the history
  --stack NAME    the stack to move to (default: ${defaultStackName}), with your own AWS credentials
  --region REGION where it is (default: as the AWS CLI)
  --to-data DIR   in place of AWS, the machine that runs on this data folder
  --data DIR      the data folder to move from (default: ${dataFolderVariable}, or ${defaultDataFolder}), in use or not`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const flags = { plan: flag, help: flag, reason: text, stack: text, region: text, 'to-data': text, data: text };

const settingsOf = (folder: string | undefined, region: string | undefined): TargetSettings['settings'] => {
  if (folder === undefined) return region === undefined ? {} : { region };
  const profile = profileIn(resolve(folder));
  if (!profile) throw new OptionRefused(`--to-data names "${folder}", where no machine was started yet.`);
  return { endpoint: profile.endpointUrl, region: profile.region, credentials: profile.key };
};

const linesOf = (judged: readonly Judged[], words: Readonly<Record<Judged['verdict'], string>>): readonly string[] =>
  judged.flatMap(({ moving, verdict, why, left }) => [
    `${moving.gateway.gatewayId}: ${words[verdict]}, ${why}.`,
    ...left.map((one) => `  ${one}.`),
  ]);

const planned = {
  MOVE: 'would be moved',
  THERE: 'is there',
  NOTHING: 'would not be moved',
  REFUSED: 'CANNOT be moved',
};
const done = { MOVE: 'moved', THERE: 'is there', NOTHING: 'not moved', REFUSED: 'NOT moved' };

const neverMoved = [
  'Not moved: secrets that kits are reached with, functions.log, runs of the workflow, schedules (the next apply there sets them), and the private evidence key (its public half is in the history there).',
];
const next = ({ policyCheckUrl }: Target): readonly string[] => [
  `Now point the Service URL of each kit to ${policyCheckUrl}; both places accept its credential meanwhile, and nothing rotates here any more.`,
  'When no kit asks here (see the console), stop this machine, apply gateways.json there, and rotate. Not before: a kit that still asks here would be refused with what it is given there.',
  'A credential that is compromised meanwhile has two doors: press the button there and here.',
];

/** What came of asking, as opposed to a defect of ours; what fails while something is written says so itself. */
const isOfAws = (error: unknown): error is Error =>
  error instanceof TemporarilyUnavailable ||
  error instanceof StepFailed ||
  (error instanceof Error && '$metadata' in error);

/** Moves, or plans to, as the command line says; answers what a person has to know. Throws {@link OptionRefused} and `MoveRefused`. */
export const runMoveCommand = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> => {
  const {
    plan,
    help,
    reason,
    stack = defaultStackName,
    region,
    'to-data': toData,
    data,
  } = readFlags(args, flags, 'move');
  if (help) return usage;
  if (reason === undefined && !plan)
    throw new OptionRefused(`move needs --reason TEXT, or --plan. See ${startCommand('move', '--help')}.`);
  const target = await targetOf({ stackName: stack, settings: settingsOf(toData, region) });
  const needs = { dataFolder: resolve(data ?? dataFolderIn(environment)), target, reason: reason ?? '', now: Date.now };
  try {
    if (plan) return [...linesOf(await planMove(needs), planned), ...neverMoved].join('\n');
    return [...linesOf(await move(needs), done), ...neverMoved, ...next(target)].join('\n');
  } catch (error) {
    throw isOfAws(error)
      ? new MoveRefused(
          `The other deployment could not be asked (${error.name}): see to your AWS credentials, your rights and the network. Nothing was moved.`,
          { cause: error },
        )
      : error;
  } finally {
    target.close();
  }
};
