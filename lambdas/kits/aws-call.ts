import type { Kit } from '../domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';

type Problem = (said: Omit<Said, 'todo'>) => KitError;
const unreachable =
  (code: ConstructorParameters<typeof KitUnreachable>[0], todo = 'It is tried again.'): Problem =>
  (said) =>
    new KitUnreachable(code, { ...said, todo });

/** What a person does about the problems that do not pass by themselves. */
export type Todos = Readonly<Record<'NOT_GIVEN' | 'ACCESS_DENIED' | 'REQUEST_REFUSED', string>>;

/** What each problem of a call to AWS for a kit is thrown as. */
export const problemsOf = (todo: Todos): Readonly<Record<KitCallProblem, Problem>> => ({
  NOT_GIVEN: (said) => new KitMisconfigured('NOT_FOUND', { ...said, todo: todo.NOT_GIVEN }),
  ACCESS_DENIED: (said) => new KitRefused('ACCESS_DENIED', { ...said, todo: todo.ACCESS_DENIED }),
  REQUEST_REFUSED: (said) => new KitRefused('REQUEST_REFUSED', { ...said, todo: todo.REQUEST_REFUSED }),
  CHANGED_MEANWHILE: unreachable('NOT_STORED', 'Somebody else changes it; it is read again.'),
  TIMEOUT: unreachable('TIMEOUT'),
  RATE_LIMITED: unreachable('RATE_LIMITED'),
  NO_CONNECTION: unreachable('NO_CONNECTION'),
  SERVER_ERROR: unreachable('SERVER_ERROR'),
});

/** The answer of a call to AWS for a kit, or one of the kit errors; `doing` begins its message. */
export const callWith =
  (kit: Kit, problems: ReturnType<typeof problemsOf>) =>
  <Output>(doing: string, work: Promise<Output>): Promise<Output> =>
    work.catch((error: unknown) => {
      throw error instanceof KitCallFailed ? problems[error.problem]({ doing, kit, answer: error.answer }) : error;
    });
