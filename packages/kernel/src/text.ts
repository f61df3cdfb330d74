import { z } from 'zod'

/** A moment: RFC 3339 in UTC, `2026-11-23T08:00:00.000Z`. */
export const timestamp = z.iso
  .datetime()
  .refine(moment => !moment.startsWith('0000'), 'There is no year 0.')
  .meta({ description: 'RFC 3339, in UTC', examples: ['2026-11-23T08:00:00.000Z'] })

/**
 * One line of text a person wrote: of at least `min` and at most `max` UTF-16 code units, not blank, no
 * control characters, no line or paragraph separators.
 */
export const line = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine(text => text.trim().length >= min, 'This must not be blank.')
    .refine(text => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text), 'Control characters are not allowed.')

/** Text of several lines that a person wrote: bounded; line breaks and tabs are its only control characters. */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    .refine(text => !/[^\P{Cc}\n\r\t]|\p{Cs}/u.test(text), 'Control characters are not allowed.')
