/** Why a secret of a kit could not be read or written. */
export type SecretCallProblem =
  | 'NOT_GIVEN'
  | 'TIMEOUT'
  | 'RATE_LIMITED'
  | 'ACCESS_DENIED'
  | 'REQUEST_REFUSED'
  | 'NO_CONNECTION'
  | 'SERVER_ERROR';

/** A secret of a kit could not be read or written. `answer` is the class of what was answered, never its text; without a `cause`, which could carry the value. */
export class SecretCallFailed extends Error {
  override readonly name = 'SecretCallFailed';
  readonly problem: SecretCallProblem;
  readonly answer: string;
  constructor(problem: SecretCallProblem, answer: string) {
    super(`${problem}: ${answer}`);
    this.problem = problem;
    this.answer = answer;
  }
}
