import { randomUUID } from 'node:crypto';
import { CURRENT, findVersion, PENDING } from './labels.ts';
import { beginRotation, scheduleNext, unfinishedVersion } from './rotation-state.ts';
import type { Secret, World } from './state.ts';

/** What a rotation function is invoked with ("Lambda rotation functions"). */
export type RotationEvent = {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
};

/** What became of a rotation, under the names of Secrets Manager's own events; `step` is the one that failed. */
export type RotationNotice = {
  readonly name:
    | 'RotationStarted'
    | 'RotationSucceeded'
    | 'RotationFailed'
    | 'RotationAbandoned'
    | 'TestRotationStarted'
    | 'TestRotationSucceeded'
    | 'TestRotationFailed';
  readonly secretArn: string;
  readonly versionId: string;
  readonly step?: RotationEvent['Step'];
};

/** How a rotation reaches the outside: the kept state (one change is one save), the function, and whoever follows them. */
export type RotationSurroundings = {
  readonly change: <Result>(work: (world: World) => Result) => Result;
  readonly invokeFunction: (functionArn: string, event: RotationEvent) => Promise<void>;
  readonly report: (notice: RotationNotice) => void;
};

const STEPS: readonly RotationEvent['Step'][] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 30 * 60_000;

/** When anything is next to be done for a secret; undefined when nothing is planned. */
export const dueAtMs = ({ rotation, deletedAtMs }: Secret): number | undefined => {
  if (!rotation?.enabled || deletedAtMs !== undefined) return undefined;
  return rotation.underWay?.nextAttemptAtMs ?? rotation.nextWindow?.startsAtMs;
};

/** Begins the rotation whose window is open: a new one, or again the one that was left unfinished. A window that was slept through is skipped. */
export const beginScheduled = (world: World, secret: Secret): void => {
  const { rotation } = secret;
  const window = rotation?.nextWindow;
  if (!rotation || rotation.underWay || !window || window.startsAtMs > world.nowMs) return;
  scheduleNext(world, rotation);
  if (window.endsAtMs <= world.nowMs) return;
  const token = unfinishedVersion(secret)?.versionId ?? randomUUID();
  beginRotation(world, secret, rotation, { token, testOnly: false, window });
};

/** One attempt at the rotation under way: all its steps in order, each only while the rotation is still wanted. Never rejects. */
export const attemptRotation = async (secretArn: string, surroundings: RotationSurroundings): Promise<void> => {
  const { change, invokeFunction, report } = surroundings;
  const begun = change((world) => underWayOf(world, secretArn)?.underWay);
  if (!begun) return;
  const { token, testOnly, rotationToken } = begun;
  const tell = (outcome: 'Started' | 'Succeeded' | 'Failed' | 'Abandoned', step?: RotationEvent['Step']) => {
    const name =
      testOnly && outcome !== 'Abandoned' ? (`TestRotation${outcome}` as const) : (`Rotation${outcome}` as const);
    report({ name, secretArn, versionId: token, ...(step ? { step } : {}) });
  };
  tell('Started');
  for (const step of testOnly ? (['testSecret'] as const) : STEPS) {
    const functionArn = change((world) => functionIfWanted(world, secretArn, token));
    if (!functionArn) return tell('Abandoned');
    const event = { Step: step, SecretId: secretArn, ClientRequestToken: token, RotationToken: rotationToken };
    const isDone = await invokeFunction(functionArn, event).then(
      () => step !== 'createSecret' || change((world) => hasValue(world, secretArn, token)),
      () => false,
    );
    if (isDone) continue;
    change((world) => noteFailure(world, secretArn, token));
    return tell('Failed', step);
  }
  tell(change((world) => noteEnd(world, secretArn, token)) ? 'Succeeded' : 'Failed');
};

const underWayOf = ({ state }: World, secretArn: string, token?: string) => {
  const secret = state.secrets.find(({ arn }) => arn === secretArn);
  const { rotation } = secret ?? {};
  const underWay = rotation?.enabled && secret?.deletedAtMs === undefined ? rotation.underWay : undefined;
  if (!secret || !rotation || !underWay || (token && underWay.token !== token)) return undefined;
  return { secret, rotation, underWay };
};

/** Whoever strips AWSPENDING, cancels the rotation or deletes the secret has ended it: no further step runs. */
const functionIfWanted = (world: World, secretArn: string, token: string): string | undefined => {
  const found = underWayOf(world, secretArn, token);
  const stages = found && findVersion(found.secret, token)?.stages;
  if (stages?.some((stage) => stage === PENDING || stage === CURRENT)) return found?.rotation.functionArn;
  if (found) found.rotation.underWay = undefined;
  return undefined;
};

const hasValue = ({ state }: World, secretArn: string, token: string): boolean => {
  const secret = state.secrets.find(({ arn }) => arn === secretArn);
  return secret !== undefined && findVersion(secret, token)?.value !== undefined;
};

/** Plans the next attempt with the same token, later each time; once the window is closed, none before the next window. */
const noteFailure = (world: World, secretArn: string, token: string): void => {
  const found = underWayOf(world, secretArn, token);
  if (!found) return;
  const { secret, rotation, underWay } = found;
  underWay.attempts += 1;
  underWay.nextAttemptAtMs = world.nowMs + Math.min(FIRST_PAUSE_MS * 2 ** (underWay.attempts - 1), LONGEST_PAUSE_MS);
  if (underWay.testOnly) endTest(secret, token);
  else if (underWay.nextAttemptAtMs >= underWay.windowEndsAtMs) rotation.underWay = undefined;
};

/** The temporary version of a test is removed whatever came of it. */
const endTest = (secret: Secret, token: string): void => {
  secret.versions = secret.versions.filter(({ versionId }) => versionId !== token);
  if (secret.rotation) secret.rotation.underWay = undefined;
};

/** A rotation has succeeded when its version is current; a function that says so without that has failed. */
const noteEnd = (world: World, secretArn: string, token: string): boolean => {
  const found = underWayOf(world, secretArn, token);
  if (!found) return false;
  const { secret, rotation, underWay } = found;
  if (underWay.testOnly) {
    endTest(secret, token);
    return true;
  }
  if (!findVersion(secret, token)?.stages.includes(CURRENT)) {
    noteFailure(world, secretArn, token);
    return false;
  }
  rotation.underWay = undefined;
  rotation.lastRotatedAtMs = world.nowMs;
  rotation.countedFromMs = world.nowMs;
  secret.lastChangedAtMs = world.nowMs;
  scheduleNext(world, rotation);
  return true;
};
