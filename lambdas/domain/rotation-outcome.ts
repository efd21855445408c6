import { outcomes } from './causes.ts';
import { codesOf } from './codes.ts';
import type { Gateway, Outcome, Transition } from './gateway.ts';
import type { RotationId } from './ids.ts';

/** The transitions that begin a rotation. */
export const beginnings: ReadonlySet<string> = new Set(['begin', 'retire-credential', 'compromise']);

const endings = new Set(['complete', 'fail']);

/** How a rotation ended, by what the record remembers, or by its own transitions. */
export const outcomeOf = (
  steps: readonly Transition[],
  { rotation, ended }: Gateway,
  rotationId: RotationId | undefined,
): { readonly outcome?: Outcome | 'RUNNING'; readonly endedAtMs?: number } => {
  const end = steps.find(({ kind }) => endings.has(kind));
  const remembered = ended.find((one) => one.rotationId === rotationId);
  const endedAtMs = remembered?.endedAtMs ?? end?.atMs;
  const outcome =
    rotationId !== undefined && rotation?.rotationId === rotationId
      ? 'RUNNING'
      : (remembered?.outcome ?? outcomeIn(end, rotationId !== undefined));
  return { ...(outcome ? { outcome } : {}), ...(endedAtMs === undefined ? {} : { endedAtMs }) };
};

/** A rotation without an end of its own was ended by another one's begin: only a compromise does that. */
const outcomeIn = (end: Transition | undefined, isRotation: boolean): Outcome | undefined => {
  if (end?.kind === 'fail') return 'FAILED';
  if (end) return codesOf(outcomes).find((one) => one === end.detail?.outcome) ?? 'COMPLETED';
  return isRotation ? 'PREEMPTED' : undefined;
};
