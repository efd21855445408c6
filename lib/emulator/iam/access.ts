import { accountId } from '../account.ts';
import { OPERATOR } from '../wire/keys.ts';
import type { Caller } from '../wire/service.ts';

/** Who may call what on this machine; asked before every call. */
export type Access = {
  /** Throws AWS's refusal of a call that the caller may not make. */
  check(caller: Caller, service: string, operation: string, input: Readonly<Record<string, unknown>>): Promise<void>;
  /** Throws what a Task of the state machine fails with when the machine may not invoke the function. */
  checkTask(machineName: string, functionArn: string): Promise<void>;
  /** Whether a function lets a service such as `events.amazonaws.com` invoke it in the name of `sourceArn`. */
  mayInvoke(servicePrincipal: string, functionArn: string, sourceArn: string): Promise<boolean>;
};

/**
 * Callers are known by their keys, and may call whatever is there: all functions run in this one process, so policies would
 * keep none of them from anything. That they do with what the template grants is what tests look at, with an evaluator of their own.
 */
export const identifiedOnly: Omit<Access, 'check'> = {
  checkTask: async () => undefined,
  mayInvoke: async () => true,
};

/** Who a caller is to IAM; `roles` says in which role a function or the state machine acts. Another name is an ARN already. */
export const arnOfCaller = (caller: string, roles: ReadonlyMap<string, string>): string => {
  if (caller === OPERATOR) return `arn:aws:iam::${accountId}:user/${OPERATOR}`;
  const role = roles.get(caller);
  return role === undefined ? caller : `arn:aws:sts::${accountId}:assumed-role/${role}/${caller}`;
};
