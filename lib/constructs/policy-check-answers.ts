import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { bodyTooLarge } from '../../lambdas/domain/body-limit.ts';

/** What API Gateway answers in its own name: PingOne's error body, because kits parse it, and fixed texts, because its own may repeat a header. */
type Answer = {
  readonly status?: number;
  readonly code: string;
  readonly message: string;
  /** Variables of API Gateway that are written into the body besides. */
  readonly more?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * `refusedBy` is the mark of our own authorizer: the denial of another policy (of a private API's resource policy, say) is
 * answered in the same words, since it has the same type, and there the mark is empty.
 */
const refused: Answer = {
  status: 401,
  code: 'INVALID_TOKEN',
  message: 'The gateway credential is missing, wrong or revoked.',
  more: { refusedBy: '$context.authorizer.refusedBy' },
};
const notChecked: Answer = {
  status: 500,
  code: 'UNEXPECTED_ERROR',
  message: 'The gateway credential could not be checked; nothing is known about it.',
};
/** One without a whole number of seconds breaks a Kong worker until it is reloaded. */
const later: Answer = {
  status: 429,
  code: 'LIMIT_EXCEEDED',
  message: 'Too many requests; try again later.',
  headers: { 'Retry-After': "'1'" },
};

const answers: readonly (readonly [ResponseType, Answer])[] = [
  [ResponseType.UNAUTHORIZED, refused],
  [ResponseType.ACCESS_DENIED, refused],
  [ResponseType.AUTHORIZER_FAILURE, notChecked],
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, notChecked],
  [ResponseType.THROTTLED, later],
  [ResponseType.QUOTA_EXCEEDED, later],
  [
    ResponseType.INTEGRATION_FAILURE,
    { status: 502, code: 'UNEXPECTED_ERROR', message: 'The policy check failed to decide.' },
  ],
  [
    ResponseType.INTEGRATION_TIMEOUT,
    { status: 504, code: 'UNEXPECTED_ERROR', message: 'The policy check did not decide in time.' },
  ],
  [
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    { status: 404, code: 'NOT_FOUND', message: 'There is no such resource; check the Service URL of the kit.' },
  ],
  [
    ResponseType.REQUEST_TOO_LARGE,
    { status: 413, code: 'REQUEST_TOO_LARGE', message: bodyTooLarge }, // its own 10 MB are not what counts
  ],
  [
    ResponseType.WAF_FILTERED,
    { status: 403, code: 'ACCESS_FAILED', message: 'The request was blocked by a firewall.' },
  ],
  [ResponseType.DEFAULT_4XX, { code: 'INVALID_REQUEST', message: 'The request is not valid.' }],
  [ResponseType.DEFAULT_5XX, { code: 'UNEXPECTED_ERROR', message: 'The policy check failed.' }],
];

/** Gives the API these answers; a changed one is deployed like a changed method. */
export const answerLikePingOne = (api: RestApi): void => {
  for (const [type, { status, code, message, more, headers }] of answers)
    api.addGatewayResponse(`Answer${type.responseType}`, {
      type,
      ...(status ? { statusCode: `${status}` } : {}),
      ...(headers ? { responseHeaders: { ...headers } } : {}),
      templates: { 'application/json': JSON.stringify({ id: '$context.requestId', code, message, ...more }) },
    });
};
