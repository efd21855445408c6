import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { DynamoDb } from '../dynamodb/dynamodb.ts';
import { lambdaUrlProtocol } from '../lambda/function-url.ts';
import type { Answer, Protocol } from '../wire/protocol.ts';
import { jsonProtocol, readJsonObject } from '../wire/protocol-json.ts';
import { queryProtocol } from '../wire/protocol-query.ts';
import { restJsonProtocol } from '../wire/protocol-rest-json.ts';
import { restXmlProtocol } from '../wire/protocol-rest-xml.ts';
import { AwsError, type AwsService, type Caller, unknownOperation } from '../wire/service.ts';
import type { Received } from '../wire/sigv4.ts';

/** What is asked, whoever asks and however it came here. */
export type AnswersOptions = {
  readonly dynamoDb: DynamoDb;
  readonly services: readonly AwsService[];
  /** Asked before every call; throws AWS's refusal of one that the caller may not make. Without it, whoever is known may make any. */
  readonly checkAccess?: CheckAccess | undefined;
  /** Who a caller is to IAM: what the function behind a function URL is told. */
  readonly arnOf: (callerName: string) => string;
  /** Told of every call that was answered. */
  readonly onCall?: ((call: AnsweredCall) => void) | undefined;
};

/** A call that was answered: by whom, of what, and how much was said, in bytes. */
export type AnsweredCall = {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
};

/** Resolves when the caller may make this call of a service; throws `AwsError` otherwise. */
export type CheckAccess = (
  caller: Caller,
  service: string,
  operation: string,
  input: Record<string, unknown>,
) => Promise<void>;

/** Who asks, for which service by the scope of his signature if there is one, and with what body. Throws `AwsError` for who may not ask at all. */
type Identify = () => Promise<{
  readonly callerName: string;
  readonly scopeService?: string;
  readonly body: Buffer;
}>;

/** Answers every request, those that are refused too: in the protocol that the request is in. */
export type AnswerRequest = (head: Omit<Received, 'body'>, identify: Identify) => Promise<Answer>;

/** The emulated services behind their wire protocols. */
export const answersOf = ({ dynamoDb, services, checkAccess, arnOf, onCall }: AnswersOptions): AnswerRequest => {
  const protocolOf = protocolsWith(lambdaUrlProtocol(arnOf));
  const byName = new Map(services.map((service) => [service.signingName, guarded(service, checkAccess)]));

  const answerTo = async (asked: Asked, protocol: Protocol, received: Received, requestId: string): Promise<Answer> => {
    const caller = { name: asked.caller };
    if (asked.service === 'dynamodb') {
      await checkAccess?.(caller, asked.service, asked.operation, readJsonObject(received.body));
      return dynamoDb.answer(received);
    }
    const service = byName.get(asked.service);
    if (!service) throw unknownOperation(`The service ${asked.service}`);
    return protocol.call(service, received, caller, requestId);
  };

  return async (head, identify) => {
    const protocol = protocolOf(head.headers, head.target);
    const requestId = randomUUID();
    const named = (answer: Answer): Answer => ({
      ...answer,
      headers: { ...answer.headers, 'x-amzn-requestid': requestId },
    });
    let told = (_answer: Answer): void => undefined; // nobody has asked yet
    try {
      const { callerName, scopeService, body } = await identify();
      const received = { ...head, body };
      const service = protocol.serviceAsked(received, scopeService);
      if (!service) throw unknownOperation('The operation asked for');
      if (scopeService !== undefined && service !== scopeService)
        throw new AwsError(
          'InvalidSignatureException',
          `Credential should be scoped to correct service: '${service}'.`,
        );
      const asked = { caller: callerName, service, operation: protocol.operationAsked(received) };
      told = (answer) =>
        onCall?.({ ...asked, requestBytes: body.length, responseBytes: Buffer.byteLength(answer.body) });
      const answer = await answerTo(asked, protocol, received, requestId);
      told(answer);
      return named(answer);
    } catch (error) {
      const refusal = protocol.refuse(toAwsError(error), requestId);
      told(refusal);
      return named(refusal);
    }
  };
};

type Asked = Pick<AnsweredCall, 'caller' | 'service' | 'operation'>;

/** The same service, for callers that may call it. */
const guarded = ({ signingName, call }: AwsService, checkAccess: CheckAccess | undefined): AwsService => ({
  signingName,
  call: async (operation, input, caller) => {
    await checkAccess?.(caller, signingName, operation, input);
    return call(operation, input, caller);
  },
});

const protocolsWith =
  (lambdaUrls: Protocol) =>
  (headers: IncomingHttpHeaders, target: string): Protocol => {
    if (lambdaUrls.serviceAsked({ headers, target }, 'lambda')) return lambdaUrls;
    if (target.startsWith('/2015-03-31/')) return restJsonProtocol;
    if (target.startsWith('/2020-05-31/')) return restXmlProtocol;
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    return isForm && !headers['x-amz-target'] ? queryProtocol : jsonProtocol;
  };

/** What a service throws without meaning to may hold a secret: nothing of it is passed on. */
const toAwsError = (error: unknown): AwsError =>
  error instanceof AwsError ? error : new AwsError('InternalFailure', 'An internal error occurred.', 500);
