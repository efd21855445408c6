/** A gateway response of the template: what API Gateway answers in its own name. */
export type GatewayResponse = {
  readonly status: number | undefined;
  readonly template: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
};

/** An HTTP answer before it is written. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
};

/**
 * The types that occur here, with the status and message of API Gateway's own ("Gateway response types"). The last three are
 * none of its: what HTTP itself refuses, which is answered in the same form so that kits can parse it.
 */
const own = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource with an explicit deny'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  AUTHORIZER_FAILURE: [500, 'Internal server error'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'Internal server error'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error'],
  INTEGRATION_FAILURE: [504, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  THROTTLED: [429, 'Too Many Requests'],
  BAD_REQUEST_BODY: [400, 'Bad Request'],
  REQUEST_TIMEOUT: [408, 'Request Timeout'],
  EXPECTATION_FAILED: [417, 'Expectation Failed'],
  HEADERS_TOO_LARGE: [431, 'Request Header Fields Too Large'],
} as const satisfies Record<string, readonly [number, string]>;
export type AnswerType = keyof typeof own;

const headerParameter = 'gatewayresponse.header.';
const ofAuthorizer = 'authorizer.';
const variable = /\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/;

/** Makes the answer of a type; `authorizer` is the context of the authorizer, which a denial has too. */
export type GatewayAnswer = (
  type: AnswerType,
  requestId: string,
  authorizer: Readonly<Record<string, string>>,
) => Reply;

/** The answer of one type, as the template says for it, else for DEFAULT_4XX or DEFAULT_5XX, else API Gateway's own. */
const compiled = (
  answers: ReadonlyMap<string, GatewayResponse>,
  type: AnswerType,
): ((requestId: string, authorizer: Readonly<Record<string, string>>) => Reply) => {
  const [ownStatus, message] = own[type];
  const stated = answers.get(type) ?? answers.get(ownStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const fixed = new Map([
    ['error.message', message],
    ['error.messageString', JSON.stringify(message)],
    ['error.responseType', type],
  ]);
  const parameters = Object.entries(stated?.parameters ?? {}).filter(([name]) => name.startsWith(headerParameter));
  const status = stated?.status ?? ownStatus;
  const headers = {
    'content-type': 'application/json',
    ...Object.fromEntries(
      parameters.map(([name, quoted]) => [name.slice(headerParameter.length), quoted.replace(/^'(.*)'$/, '$1')]),
    ),
  };
  // Split at its variables: every second part is the name of one.
  const parts = (stated?.template ?? '{"message":$context.error.messageString}').split(variable);
  return (requestId, authorizer) => {
    const said = (name: string): string => {
      if (name === 'requestId') return requestId;
      const authorized = name.startsWith(ofAuthorizer) ? authorizer[name.slice(ofAuthorizer.length)] : undefined;
      return fixed.get(name) ?? authorized ?? '';
    };
    return { status, headers, body: parts.map((part, index) => (index % 2 === 0 ? part : said(part))).join('') };
  };
};

/**
 * The answers of an API in API Gateway's own name, made once from its template. In a body template
 * `$context.error.messageString` is the message in quotation marks; an unknown variable is empty.
 */
export const gatewayAnswers = (answers: ReadonlyMap<string, GatewayResponse>): GatewayAnswer => {
  const made = Object.fromEntries(
    Object.keys(own).map((type) => [type, compiled(answers, type as AnswerType)]),
  ) as Readonly<Record<AnswerType, ReturnType<typeof compiled>>>;
  return (type, requestId, authorizer) => made[type](requestId, authorizer);
};
