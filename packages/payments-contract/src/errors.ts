import { declareError } from '@plinth/kernel'

/** Never more goes back than came in. */
export const RefundExceedsCapture = declareError('refund_exceeds_capture', {
  kind: 'conflict',
  description: 'That is more than was captured and not yet refunded.',
})

/** Only a refund that failed can be tried again. */
export const NotRetryable = declareError('not_retryable', {
  kind: 'conflict',
  description: 'Only a failed refund can be retried.',
})

/** The signature of a webhook does not fit its body, or it is too old. */
export const InvalidSignature = declareError('invalid_signature', {
  kind: 'unauthenticated',
  description: 'The signature is not valid.',
})
