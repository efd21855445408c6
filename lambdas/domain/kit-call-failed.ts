/** Why a call for a kit, to AWS or the file system, did not do what it was to do. */
export type KitCallProblem =
  | 'NOT_GIVEN'
  | 'TIMEOUT'
  | 'RATE_LIMITED'
  | 'CHANGED_MEANWHILE'
  | 'ACCESS_DENIED'
  | 'REQUEST_REFUSED'
  | 'NO_CONNECTION'
  | 'SERVER_ERROR';

/** A call for a kit, about its secret, its function or its file, failed. `answer` is the class of what was answered, never its text; without a `cause`, which could carry the value. */
export class KitCallFailed extends Error {
  override readonly name = 'KitCallFailed';
  readonly problem: KitCallProblem;
  readonly answer: string;
  constructor(problem: KitCallProblem, answer: string) {
    super(`${problem}: ${answer}`);
    this.problem = problem;
    this.answer = answer;
  }
}
