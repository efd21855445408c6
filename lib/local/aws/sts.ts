import { type AwsService, unknownOperation } from './service.ts';

/** The emulated STS: GetCallerIdentity only, which people run first to see whether their credentials work. */
export const sts: AwsService = {
  signingName: 'sts',
  call: async (operation, _input, { name }) => {
    if (operation !== 'GetCallerIdentity') throw unknownOperation(operation);
    return { Arn: `arn:aws:iam::000000000000:user/${name}`, UserId: name, Account: '000000000000' };
  },
};
