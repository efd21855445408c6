import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { runWithRoles } from '../owners-roles.ts';
import type { KindUnderContract, World } from './world.ts';

const Name = '/kits/edge-1/credential';

const open = async (value: string, by: object = {}): Promise<World> => {
  const { access, ssm, close } = await runWithRoles();
  const put = (Value: string, more: object) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', ...more }));
  await put(value, { Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders/edge-1' }] });
  return {
    settings: { parameterName: Name, propagationSeconds: 300, ...by },
    access,
    held: async () => (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value,
    set: async (one) => {
      await put(one, { Overwrite: true });
    },
    secrets: [],
    close,
  };
};

export const ssmParameters: readonly KindUnderContract[] = [
  { name: 'ssm-parameter', kind: 'ssm-parameter', open: (value) => open(value), shows: 'value' },
  {
    name: 'ssm-parameter of another account',
    kind: 'ssm-parameter',
    open: (value) => open(value, { roleArn: 'arn:aws:iam::444455556666:role/rotation', region: 'us-east-1' }),
    shows: 'value',
  },
];
