export { createTurnstile, type Turnstile } from '@plinth/kernel'
