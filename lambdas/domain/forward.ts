/**
 * How long an instance of the policy check presents a PingOne credential that it has read before it looks for another one:
 * so much later, all of them present the one under AWSCURRENT.
 */
export const forwardedValueSeconds = 30;

/**
 * The longest that a forwarded request may take, with everything: the authorizer has at most 2 s before it, and kits give
 * up after 10 s by default.
 */
export const forwardWithinMs = 7_000;
