import type { RotationId } from './ids.ts';

/** A wave as gateways.json has it: until so many kits, or so many percent of them, have the credential; then it proves itself for `bakeSeconds`, which the last one does not have. */
export type Wave = { readonly kits?: number; readonly percent?: number; readonly bakeSeconds?: number };

/**
 * How far a rotation in waves has come: `plan` as the policy had it when the credential was promoted. A wave is opened with
 * its kits chosen and their base line taken; only an open one is given anything. The last wave is everybody else.
 */
export type Waves = {
  readonly plan: readonly Wave[];
  /** The wave that is open, or is opened next; the first one is 1. */
  readonly number: number;
  readonly phase: 'TO_OPEN' | 'OPEN' | 'GOING_BACK';
  /** What was presented before says nothing of it: when it was opened, or a person has resumed it although it was bad. */
  readonly openedAtMs?: number;
  /** How many kits it has. */
  readonly kits?: number;
  /** How many requests through its kits failed before they were given the credential: the base line. */
  readonly failedChecks?: number;
  /** More of them fail since then. */
  readonly risenSinceMs?: number;
  /** All its kits are observed, nothing is bad, and the policy check is watched without a gap, since then. */
  readonly bakingSinceMs?: number;
  /** What the last look saw: for showing only. */
  readonly seen?: { readonly atMs: number; readonly kits: number; readonly observed: number };
  /** It went back by itself: once in a rotation. */
  readonly wentBack?: { readonly wave: number; readonly atMs: number; readonly why: string };
  /** It was bad once more and was held: nothing goes to and fro. */
  readonly isBadAgain?: true;
};

/** Which wave of which rotation a kit was chosen for. A kit without one is in the last. */
export type KitWave = { readonly rotationId: RotationId; readonly number: number };
