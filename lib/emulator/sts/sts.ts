import { type AwsService, unknownOperation } from '../wire/service.ts';

/** The emulated STS: GetCallerIdentity only, which people run first to see whether their credentials work. */
export const createSts = (arnOf: (callerName: string) => string): AwsService => ({
  signingName: 'sts',
  call: async (operation, _input, { name }) => {
    if (operation !== 'GetCallerIdentity') throw unknownOperation(operation);
    return { Arn: arnOf(name), UserId: name, Account: '000000000000' };
  },
});
