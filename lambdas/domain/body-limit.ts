/**
 * The largest body of a request to the policy check that is decided about. It travels in base64 in an event and in an answer
 * of Lambda, 6,291,456 bytes each with everything else in them: 4.5 MB are 6.0 MB of that, whatever the bytes.
 */
export const bodyLimitBytes = 4_500_000;

/** What is said of a larger one. */
export const bodyTooLarge = `The body is larger than ${bodyLimitBytes / 1_000_000} MB (${bodyLimitBytes} bytes), the most that can be decided about.`;
