import { type AwsService, type Caller, unknownOperation } from '../wire/service.ts';

/** The operations of one part of Systems Manager by their names. */
export type SsmCalls = Readonly<
  Record<string, (input: Record<string, unknown>, caller: Caller) => Promise<Record<string, unknown>>>
>;

/** The emulated Systems Manager: one service on the wire, made of parts that share nothing but that. */
export const createSsm = (...parts: readonly SsmCalls[]): AwsService => {
  const calls = new Map(parts.flatMap((part) => Object.entries(part)));
  return {
    signingName: 'ssm',
    call: async (operation, input, caller) => {
      const call = calls.get(operation);
      if (!call) throw unknownOperation(operation);
      return call(input, caller);
    },
  };
};
