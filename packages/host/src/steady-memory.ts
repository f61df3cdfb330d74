import { setFlagsFromString } from 'node:v8'

/**
 * By itself V8 lets the heap grow to several times what is alive in it before it tidies up: some 250 MiB of ups and
 * downs in a shop that has 70 in use, by which nobody can tell a leak. With a bound of 1.6 times they are some 60,
 * and it costs no processor time to speak of (0.099 s an order against 0.105 in a run side by side).
 */
setFlagsFromString('--heap-growing-percent=60')
