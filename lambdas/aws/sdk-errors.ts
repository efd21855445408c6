import { SecretLimitMet, StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import { KitCallFailed } from '../domain/kit-call-failed.ts';

/** What the errors of one AWS service mean, by their names; whatever is in none of the lists is ambiguous, and good to try again. */
type Service = {
  readonly name: string;
  /** There is nothing of that name. */
  readonly absent?: readonly string[];
  /** The condition of the write does not hold: somebody else was first. */
  readonly lost?: readonly string[];
  /** The same request meets it again. */
  readonly notRetryable?: readonly string[];
  /** No more fits until something is taken away. */
  readonly limit?: readonly string[];
  /** What a person looks at when the same request meets it again. */
  readonly check?: string;
};

const ofSecrets = ['AccessDeniedException', 'DecryptionFailure', 'EncryptionFailure', 'InvalidRequestException'];
const secretsManager = {
  name: 'Secrets Manager',
  absent: ['ResourceNotFoundException'],
  lost: ['ResourceExistsException'],
  limit: ['LimitExceededException'],
  notRetryable: [...ofSecrets, 'InvalidParameterException'],
  check: "check the secret, its key and limits, and the function's permissions",
};

/** Every service that is called. */
export const services = {
  dynamodb: {
    name: 'DynamoDB',
    lost: ['ConditionalCheckFailedException'],
    notRetryable: ['AccessDeniedException', 'ResourceNotFoundException', 'TypeError', 'ValidationException'],
    check: 'check the table and the permissions of the function',
  },
  secretsManager,
  /** A label that is not where it was just read is a lost race, and good to read again. */
  secretLabels: { ...secretsManager, notRetryable: ofSecrets },
  kms: {
    name: 'KMS',
    notRetryable: [
      'AccessDeniedException',
      'DisabledException',
      'InvalidKeyUsageException',
      'KMSInvalidStateException',
      'NotFoundException',
    ],
    check: 'check the evidence key and the permissions of the function',
  },
  /** Nothing is final here: what a start met, the reconciler tries again a minute later. */
  stepFunctions: {
    name: 'Step Functions',
    absent: ['ExecutionDoesNotExist'],
    lost: ['ExecutionAlreadyExists'],
  },
  /** Nor here: a lost event bus or topic stops no rotation, and what could not be said is said later. */
  eventBridge: { name: 'EventBridge' },
  sns: { name: 'SNS' },
  lambda: { name: 'Lambda' },
} as const satisfies Readonly<Record<string, Service>>;

/** A name that does not exist; whoever expects that asks through {@link ifPresent}, and to all others it is a {@link StepFailed}. */
class Absent extends StepFailed {}

/** A conditional write that lost; whoever expects that asks through {@link unlessLost}, and to all others it is a {@link TemporarilyUnavailable}. */
class ConditionLost extends TemporarilyUnavailable {}

/**
 * The answer of an AWS call, or its error in our words: {@link Absent}, {@link ConditionLost}, {@link StepFailed} with what to
 * look at, and for everything else {@link TemporarilyUnavailable}. `what` begins the message.
 */
export const callAws = async <Output>(service: Service, what: string, call: Promise<Output>): Promise<Output> => {
  try {
    return await call;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown';
    const { absent = [], lost = [], limit = [], notRetryable = [], check } = service;
    const answered = `${what}: ${service.name} answered ${name}`;
    if (absent.includes(name)) throw new Absent(`${answered}.`, { cause });
    if (lost.includes(name)) throw new ConditionLost(`${answered}.`, { cause });
    if (limit.includes(name)) throw new SecretLimitMet(`${answered}; ${check}.`, { cause });
    if (notRetryable.includes(name)) throw new StepFailed(`${answered}; ${check}.`, { cause });
    throw new TemporarilyUnavailable(`${answered}.`, { cause });
  }
};

/** `undefined` in place of {@link Absent}. */
export const ifPresent = async <Output>(call: Promise<Output>): Promise<Output | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Absent) return undefined;
    throw error;
  }
};

/** Whether the write went through; false in place of {@link ConditionLost}. */
export const unlessLost = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionLost) return false;
    throw error;
  }
};

/**
 * The answer of a call about a secret, a parameter, a function or a distribution of a kit, `undefined` when there is none, or a {@link KitCallFailed}: nothing of AWS's
 * goes on but the name of the error and its status, because the rest may quote what was sent.
 */
export const callForKit = async <Output>(call: Promise<Output>, signal: AbortSignal): Promise<Output | undefined> => {
  try {
    return await call;
  } catch (error) {
    const { name, status } = classOf(error);
    if (absentForKit.has(name)) return undefined;
    const answer = `${name}${status ? `, HTTP ${status}` : ''}`;
    if (signal.aborted) throw new KitCallFailed('TIMEOUT', 'no answer in time');
    if (/Throttling|TooManyRequests|^(Request)?LimitExceeded/.test(name) || status === 429)
      throw new KitCallFailed('RATE_LIMITED', answer);
    if (changedMeanwhile.has(name)) throw new KitCallFailed('CHANGED_MEANWHILE', answer);
    if (name.startsWith('AccessDenied') || status === 401 || status === 403)
      throw new KitCallFailed('ACCESS_DENIED', answer);
    if (status === undefined) throw new KitCallFailed('NO_CONNECTION', answer);
    throw new KitCallFailed(status < 500 ? 'REQUEST_REFUSED' : 'SERVER_ERROR', answer);
  }
};

/** Of Secrets Manager and Lambda; of Parameter Store, of a value and of tags; and of CloudFront. */
const absentForKit: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'ParameterNotFound',
  'InvalidResourceId',
  'NoSuchDistribution',
]);

/** Lambda and CloudFront: another revision than the one that was named, or a change that is not complete; Parameter Store: two writes at once. */
const changedMeanwhile: ReadonlySet<string> = new Set([
  'PreconditionFailedException',
  'ResourceConflictException',
  'PreconditionFailed',
  'InvalidIfMatchVersion',
  'TooManyUpdates',
]);

/** The SDK's error name and HTTP status; its message and response are left behind. */
const classOf = (error: unknown): { readonly name: string; readonly status: number | undefined } => {
  const name = error instanceof Error && /^[A-Za-z0-9_.]{1,80}$/.test(error.name) ? error.name : 'unknown error';
  const metadata: unknown = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { name, status: typeof status === 'number' ? status : undefined };
};
