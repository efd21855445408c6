/** A move that is not begun, or not gone on with; the message says why, what was done so far, and what to do. */
export class MoveRefused extends Error {
  override readonly name = 'MoveRefused';
}
