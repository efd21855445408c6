import type { Rotation } from './gateway.ts';

/** Progress clears the count of failed attempts: only attempts that get nowhere lead to a hold. */
export const advance = (rotation: Rotation, changes: Partial<Rotation>): Rotation => ({
  ...rotation,
  failedAttempts: 0,
  ...changes,
});
