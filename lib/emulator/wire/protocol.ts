import type { AwsError, AwsService, Caller } from './service.ts';
import type { Received } from './sigv4.ts';

/** What goes back on the wire; the endpoint adds `x-amzn-RequestId`. */
export type Answer = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
};

type Asked = Pick<Received, 'headers' | 'target'> & Partial<Pick<Received, 'body'>>;

/** One AWS wire protocol: how a call is read from a request, and how its output and its errors are written. */
export type Protocol = {
  /** The signing name of the service that is asked; undefined when this protocol knows none by that address. Of what is not signed there is no scope: then what the body says decides where the address does not. */
  serviceAsked(request: Asked, scopeService: string | undefined): string | undefined;
  /** The operation that is asked for; empty when the request names none. */
  operationAsked(request: Received): string;
  /** Reads the input, calls the service and writes its output. Throws `AwsError`. */
  call(service: AwsService, request: Received, caller: Caller, requestId: string): Promise<Answer>;
  /** Writes an error so that AWS SDKs read its name; errors of authentication arrive under their JSON names. */
  refuse(error: AwsError, requestId: string): Answer;
};
