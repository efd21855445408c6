/** Who signed a request: the function a key was issued to, or `operator` for the key in the `aws-credentials` file. */
export type Caller = { readonly name: string };

/** One emulated AWS service: answers the operations of its documented API, on plain JSON, and nothing else. */
export type AwsService = {
  /** The service name of SigV4's credential scope, such as `secretsmanager` or `states`. */
  readonly signingName: string;
  /** Resolves with the documented output. Throws `AwsError` for everything AWS answers with an error. */
  call(operation: string, input: Record<string, unknown>, caller: Caller): Promise<Record<string, unknown>>;
  /** What is behind a link that it has given out; `undefined` when it is none of its own. It is asked without a signature. */
  follow?(target: string): Uint8Array | undefined;
};

/** An error as AWS answers it: `name` is the documented error code, `status` the HTTP status of that code. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** The answer to every operation that is not emulated: never a made-up success. */
export const unknownOperation = (operation: string): AwsError =>
  new AwsError('UnknownOperationException', `${operation} is not emulated on this machine.`);

/** Epoch milliseconds; a parameter everywhere, so that tests own the time. */
export type Clock = () => number;
