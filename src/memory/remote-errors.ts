/** What object storage says when it fails, as errors that tell the operator what to do. Its answers may name access keys: they stay out. */

export type Known = [pattern: RegExp, code: string, message: string, hint: string];

/** Whether a store is named by a URI and not by a path. */
export const isRemote = (location: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//iu.test(location);

const CREDENTIALS =
  'Check the credentials in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY …) and what they may do there.';

export const REMOTE: Known[] = [
  [
    /NoSuchBucket|bucket.{0,40}(?:not found|does not exist)/iu,
    'store_no_bucket',
    'The bucket of the store is not there.',
    'Make the bucket, or check its name in --data and the endpoint (AWS_ENDPOINT).',
  ],
  [
    /status: 40[13]\b|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|(?:Invalid|Expired)Token|CredentialsNotLoaded|no providers in chain/iu,
    'store_denied',
    'The storage refuses the credentials.',
    CREDENTIALS,
  ],
  [
    /BadScheme/u,
    'store_unreachable',
    'The endpoint of the storage has an address without TLS.',
    'Set AWS_ALLOW_HTTP=true if that is meant.',
  ],
  [
    /status: 501\b|NotImplemented/u,
    'store_unsafe',
    'The storage does not do what a store needs: it refused a conditional write.',
    'Use storage that honours If-None-Match, or a directory of this machine.',
  ],
  [/status: (?:429|503)\b|SlowDown/u, 'store_busy', 'The storage asks for fewer requests.', 'Try again.'],
  [
    /HttpError|kind: (?:Connect|Timeout)|timed ?out|connection refused|dns error/iu,
    'store_unreachable',
    'The storage does not answer.',
    'Check the endpoint (AWS_ENDPOINT, AWS_REGION) and the network; what was acknowledged is safe.',
  ],
];

/** Any other failure of the storage itself. */
export const ANY_REMOTE: Known[] = [
  [
    /RetryError|store: "|status: \d{3}\b|Failed to connect|object store/iu,
    'store_failed',
    'The storage did not do what it was asked.',
    'Try again; `knowhow doctor` says which table it is about.',
  ],
];

const ANSWER = /body: .*/su;

/** The cause up to what the storage answered: that may repeat an access key or a signature. */
export const withoutAnswer = (cause: unknown): Error => new Error(String(cause).replace(ANSWER, ''));
