import { type Json, payloadOf } from './sideband-body.ts';

/** What the sideband function answers; API Gateway passes it on as it is. */
export type Answer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set when the body is base64, which API Gateway turns into bytes. */
  readonly isBase64Encoded?: true;
};

/** Codes of PingOne's error body that the sideband endpoint itself answers with. */
export type AnswerCode = 'INVALID_DATA' | 'ACCESS_FAILED' | 'REQUEST_TOO_LARGE';

const headersOf = (requestId: string) => ({ 'content-type': 'application/json', 'correlation-id': requestId });

/** A made decision: always HTTP 200, whatever was decided. */
export const decided = (body: Json, requestId: string): Answer => ({
  statusCode: 200,
  headers: headersOf(requestId),
  ...payloadOf(body),
});

/** An error in PingOne's form, which kits parse and log: `id` is the request id, as in our log. */
export const failed = (statusCode: 400 | 403 | 413, code: AnswerCode, message: string, requestId: string): Answer => ({
  statusCode,
  headers: headersOf(requestId),
  body: JSON.stringify({ id: requestId, code, message }),
});
