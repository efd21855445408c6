/**
 * How long AWS's Parameters and Secrets Lambda Extension and its Secrets Manager Agent keep a value unless they are told
 * otherwise (Secrets Manager User Guide, "Get secrets").
 */
const keptByAgentsSeconds = 300;

/** What nobody shows of those who read a secret or a parameter: how long they keep it. */
export const readerCaches = (propagationSeconds: number): string =>
  `Whether a reader keeps the value for longer than propagationSeconds, ${propagationSeconds} s${
    propagationSeconds < keptByAgentsSeconds
      ? `: AWS's extension for Lambda and its agent keep one for ${keptByAgentsSeconds} s unless they are told otherwise, its caching libraries for an hour`
      : ", as AWS's caching libraries do for an hour unless they are told otherwise"
  }.`;
