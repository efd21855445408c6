import type { State } from './definition.ts';
import { matchesError, type StateError } from './state-error.ts';

/** The documented defaults of a retrier. */
const defaults = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 };

/**
 * How long to pause before an error is retried, or undefined when it is not: the first retrier that matches decides, and
 * counts its own attempts. With JitterStrategy FULL the pause is `random()` (0 to 1) of the computed one.
 */
export const retries = (state: State, random: () => number): ((error: StateError) => number | undefined) => {
  const retriers = ('Retry' in state ? state.Retry : undefined) ?? [];
  const attempts = retriers.map(() => 0);
  return (error) => {
    const index = retriers.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, error));
    const retrier = retriers[index];
    const attempt = attempts[index];
    if (retrier === undefined || attempt === undefined) return undefined;
    const { IntervalSeconds, MaxAttempts, BackoffRate } = { ...defaults, ...retrier };
    if (attempt >= MaxAttempts) return undefined;
    attempts[index] = attempt + 1;
    const seconds = Math.min(
      IntervalSeconds * BackoffRate ** attempt,
      retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
    );
    return seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? random() : 1);
  };
};

/** The first catcher that matches, if any. */
export const catcherOf = (state: State, error: StateError) =>
  ('Catch' in state ? state.Catch : undefined)?.find(({ ErrorEquals }) => matchesError(ErrorEquals, error));
