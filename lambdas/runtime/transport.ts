/** What came back for one call of DynamoDB. */
type Said = { readonly status: number; readonly text: string };

/**
 * The way to AWS of a function whose AWS is in its own process: who asks is known by the way, so nothing is signed. It takes
 * the places that the SDK leaves for what sends and what signs, and sends the policy check's calls of DynamoDB.
 */
export type Transport = {
  readonly sdk: { readonly requestHandler: RequestHandler; readonly signer: Signer };
  readonly dynamodb: (operation: string, body: string) => Promise<Said>;
};

/** A request as the SDK hands it over, as far as it matters here. */
type SdkRequest = {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
};

/** What sends the SDK's requests. */
export type RequestHandler = {
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly response: SdkResponse }>;
  destroy(): void;
};
type SdkResponse = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
};

/** What signs the SDK's requests. */
export type Signer = {
  sign<Request extends SdkRequest>(request: Request): Promise<Request>;
};
