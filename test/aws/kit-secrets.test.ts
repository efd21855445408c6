import type {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { kitSecretsTogether } from '../../lambdas/aws/kit-secrets.ts';
import type { GatewayId, KitId } from '../../lambdas/domain/ids.ts';

/** Secrets Manager with secrets of this tag; a call may be lost. */
const counted = (tag: string) => {
  const state = { calls: [] as string[], lost: 0 };
  const send = async ({ constructor: { name } }: DescribeSecretCommand | GetSecretValueCommand) => {
    state.calls.push(name);
    if (state.lost-- > 0) throw new Error('lost');
    return { ARN: 'arn', SecretString: 'text', Tags: [{ Key: 'gateway-credential-rotation', Value: tag }] };
  };
  return { state, client: { send } as unknown as SecretsManagerClient };
};
const user = (kitId: string) => ({ gatewayId: 'orders' as GatewayId, kitId: kitId as KitId });
const { signal } = new AbortController();

test('a text that the kits of one call read is asked for once, and again by the next call', async () => {
  const { state, client } = counted('orders');
  const together = kitSecretsTogether(client);
  const ofCall = together();
  const texts = await Promise.all(['a', 'b', 'c'].map((kitId) => ofCall(user(kitId)).readText('signing', signal)));
  expect(texts).toEqual(['text', 'text', 'text']);
  expect(state.calls).toEqual(['DescribeSecretCommand', 'GetSecretValueCommand']);
  await together()(user('a')).readText('signing', signal);
  expect(state.calls).toHaveLength(4);
});

test('is refused to a kit that the tag does not name, although another one has read it', async () => {
  const { client } = counted('orders/a');
  const ofCall = kitSecretsTogether(client)();
  expect(await ofCall(user('a')).readText('signing', signal)).toBe('text');
  await expect(ofCall(user('b')).readText('signing', signal)).rejects.toMatchObject({ problem: 'NOT_GIVEN' });
});

test('one that was lost is asked for again', async () => {
  const { state, client } = counted('orders');
  const ofCall = kitSecretsTogether(client)();
  state.lost = 1;
  const [first, second] = await Promise.allSettled(
    ['a', 'b'].map((kitId) => ofCall(user(kitId)).readText('signing', signal)),
  );
  expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
});
