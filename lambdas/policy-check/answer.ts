import { type Json, payloadOf } from './sideband-body.ts';

/** What the sideband function answers; API Gateway passes it on as it is. */
export type Answer = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of `headers`, each name in lower case. */
  readonly multiValueHeaders?: Readonly<Record<string, string[]>>;
  readonly body: string;
  /** Set when the body is base64, which API Gateway turns into bytes. */
  readonly isBase64Encoded?: true;
};

/** Why the sideband endpoint does not answer with a decision; in our log. */
export const sidebandRefusals = {
  DECISION_ABSENT: 'The gateway states no decision about requests with a good credential.',
  BYTES_LOST: 'The body did not come as bytes, so it cannot be passed on unchanged.',
  BODY_TOO_LARGE: 'The body is larger than one call takes.',
  BODY_INVALID: 'The body is not a JSON object.',
  FIELDS_INVALID: 'Fields are missing, or not as the sideband API defines them.',
  PINGONE_REJECTED: 'PingOne rejects the request itself; its answer was passed on.',
  PINGONE_LIMITED: 'PingOne is asked too often; its answer was passed on.',
  PINGONE_REFUSES_US:
    'PingOne refuses the credential that the policy check presents to it, as it stands in the secret now.',
  PINGONE_CREDENTIAL_UNREADABLE: 'The credential for PingOne could not be read from its secret.',
  PINGONE_UNREACHABLE: 'There is no connection to PingOne, or it was lost.',
  PINGONE_TOO_LATE: 'PingOne did not answer in time.',
  PINGONE_FAILED: 'PingOne answered with an error of its own, or with what is no decision.',
} as const;
export type SidebandRefusal = keyof typeof sidebandRefusals;

/** Codes of PingOne's error body that the sideband endpoint itself answers with. */
export const answerCodes = {
  INVALID_DATA: 'The body of the request is wrong.',
  ACCESS_FAILED: 'The request may not go on.',
  REQUEST_TOO_LARGE: 'The body is larger than one call takes.',
  LIMIT_EXCEEDED: 'PingOne is asked too often.',
  UNEXPECTED_ERROR: 'PingOne, to which the request is forwarded, could not be asked or did not decide.',
} as const;
export type AnswerCode = keyof typeof answerCodes;

const headersOf = (requestId: string) => ({ 'content-type': 'application/json', 'correlation-id': requestId });

/** A made decision: always HTTP 200, whatever was decided. */
export const decided = (body: Json, requestId: string): Answer => ({
  statusCode: 200,
  headers: headersOf(requestId),
  ...payloadOf(body),
});

/** An error in PingOne's form, which kits parse and log: `id` is the request id, as in our log. */
export const failed = (statusCode: number, code: AnswerCode, message: string, requestId: string): Answer => ({
  statusCode,
  headers: headersOf(requestId),
  body: JSON.stringify({ id: requestId, code, message }),
});
