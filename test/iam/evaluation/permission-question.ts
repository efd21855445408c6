import { arn, region } from '../../../lib/emulator/account.ts';
import type { KnownSecret } from '../../../lib/emulator/secrets-manager/secrets-manager.ts';
import type { Question } from './evaluate.ts';

/** What a line of the table has to know of the deployment to name the resource of a call. */
export type Known = {
  /** The secret of a name or ARN; `undefined` when there is none. */
  readonly secret: (secretId: string) => KnownSecret | undefined;
  /** The ARN of the key that encrypts a topic. */
  readonly keyOfTopic: (topicArn: string) => string | undefined;
  /** The key that the secrets whose names begin with `prefix` are created under; `undefined` when there is none. */
  readonly secretsKey: { readonly prefix: string; readonly keyArn: string } | undefined;
};

export type Input = Readonly<Record<string, unknown>>;
export type Context = Question['context'];

/** What has to be allowed, all of it, before a call is carried out. */
export type Needs = (input: Input, known: Known) => readonly Question[];

/** The calls of one service by operation. */
export type Calls = Readonly<Record<string, Needs>>;

export const question = (action: string, resource: string, context: Context = {}): Question => ({
  action,
  resource,
  context,
});

/** Actions of one service that are named like its operations, each on the resource that `on` finds. */
export const each = (
  service: string,
  on: (input: Input, known: Known) => string,
  ...operations: readonly string[]
): Calls =>
  Object.fromEntries(
    operations.map((operation) => [
      operation,
      (input, known) => [question(`${service}:${operation}`, on(input, known))],
    ]),
  );

/** For actions that know no resource. */
export const everything = (): string => '*';

/** What is given, if it is an ARN, or the ARN of the resource of that name; `type` with what stands between it and the name. */
export const arnOr = (service: string, type: string, given: unknown): string =>
  String(given).startsWith('arn:') ? String(given) : arn(service, `${type}${String(given)}`);

/** A function may be named by name, ARN or the end of one. */
export const functionArnOf = (given: unknown): string =>
  arn('lambda', `function:${String(given).replace(/^.*function:|^\d{12}:/, '')}`);

/** The context of what a service does with a key in the name of its caller. */
export const through = (service: string): Context => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
