import { describe, expect, test } from 'vitest';
import { callAws, callForKit, ifPresent, services, unlessLost } from '../../lambdas/aws/sdk-errors.ts';
import { StepFailed, TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import { KitCallFailed } from '../../lambdas/domain/kit-call-failed.ts';

/** A call that AWS answers with this error, whose text must not get about. */
const failing = (name: string, httpStatusCode?: number): Promise<never> =>
  Promise.reject(Object.assign(new Error('marked-secret'), { name, $metadata: { httpStatusCode } }));
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an error of AWS', () => {
  test.each([
    ['dynamodb', 'ResourceNotFoundException', StepFailed],
    ['dynamodb', 'ConditionalCheckFailedException', TemporarilyUnavailable],
    ['dynamodb', 'ProvisionedThroughputExceededException', TemporarilyUnavailable],
    ['secretsManager', 'InvalidParameterException', StepFailed],
    ['secretsManager', 'InternalServiceError', TemporarilyUnavailable],
    ['secretLabels', 'InvalidParameterException', TemporarilyUnavailable],
    ['secretLabels', 'AccessDeniedException', StepFailed],
    ['kms', 'DisabledException', StepFailed],
    ['kms', 'ThrottlingException', TemporarilyUnavailable],
    ['stepFunctions', 'AccessDeniedException', TemporarilyUnavailable],
    ['eventBridge', 'ResourceNotFoundException', TemporarilyUnavailable],
    ['sns', 'NotFoundException', TemporarilyUnavailable],
  ] as const)(
    'of %s, %s, is final or not, and its message says what was done and not what AWS said',
    async (service, name, Failure) => {
      const error = await errorOf(callAws(services[service], 'Doing it', failing(name)));
      expect(error).toBeInstanceOf(Failure);
      expect(String(error)).toMatch(new RegExp(`^\\w+: Doing it: (?!.*marked-secret).* answered ${name}`));
    },
  );

  test('that names nothing is an answer where that is expected, and final where it is not', async () => {
    const asked = () => callAws(services.secretsManager, 'Doing it', failing('ResourceNotFoundException'));
    expect(await ifPresent(asked())).toBeUndefined();
    await expect(asked()).rejects.toMatchObject({ name: 'StepFailed' });
    await expect(
      ifPresent(callAws(services.dynamodb, 'Doing it', failing('ResourceNotFoundException'))),
    ).rejects.toThrow(StepFailed);
  });

  test('of a lost condition is an answer where that is expected, and good to try again where it is not', async () => {
    const written = () => callAws(services.dynamodb, 'Doing it', failing('ConditionalCheckFailedException'));
    expect(await unlessLost(written())).toBe(false);
    await expect(written()).rejects.toMatchObject({ name: 'TemporarilyUnavailable' });
    await expect(unlessLost(callAws(services.dynamodb, 'Doing it', failing('TimeoutError')))).rejects.toThrow(
      TemporarilyUnavailable,
    );
  });

  test.each([
    ['ThrottlingException', 400, 'RATE_LIMITED'],
    ['AccessDeniedException', 400, 'ACCESS_DENIED'],
    ['InvalidRequestException', 400, 'REQUEST_REFUSED'],
    ['InternalServiceError', 500, 'SERVER_ERROR'],
    ['Error', undefined, 'NO_CONNECTION'],
  ] as const)(
    'about a secret of a kit, %s, keeps its name and status and nothing else',
    async (name, status, problem) => {
      const error = await errorOf(callForKit(failing(name, status), new AbortController().signal));
      expect(error).toBeInstanceOf(KitCallFailed);
      expect(error).toMatchObject({ problem, answer: status ? `${name}, HTTP ${status}` : name });
      expect(error).not.toHaveProperty('cause');
      expect(String((error as Error).stack)).not.toContain('marked-secret');
    },
  );
});
