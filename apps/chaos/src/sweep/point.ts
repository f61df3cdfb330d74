import type { NumberedFrame, Trap } from '@plinth/testing'

/** A moment at which the host can be killed: before a frame gets through, or after. */
export interface Point {
  /** Its place in the sweep of its scenario, from 1. */
  readonly number: number
  /** Which frame, in words that mean the same in every run. */
  readonly frame: string
  readonly when: Trap['when']
}

/** Names a frame by its service, direction, kind and how often that has been before. */
export const frameName = ({ service, direction, kind, nth }: NumberedFrame): string =>
  `${service} ${direction} ${kind} #${nth}`

/**
 * Every moment there is between a host and what it depends on, in the order of a run in which nothing went wrong:
 * before each frame and after it, but each moment once.
 *
 * - Before an answer is after what it answers, with nothing of that connection in between: the work is done, and the
 *   host does not hear of it.
 * - Preparing a statement changes nothing at the server, and the host does nothing upon its answer but execute the
 *   statement: a death anywhere in it leaves what a death before the execution leaves.
 */
export const pointsOf = (frames: readonly NumberedFrame[]): Point[] =>
  frames
    .filter(({ kind }) => !/^(answer to )?prepare /.test(kind))
    .flatMap(frame =>
      (isAnswer(frame) ? (['after'] as const) : (['before', 'after'] as const)).map(when => ({
        frame: frameName(frame),
        when,
      })),
    )
    .map((point, at) => ({ ...point, number: at + 1 }))

const isAnswer = ({ kind, direction }: NumberedFrame) =>
  direction === 'from' && /^(answer|\d{3}) to /.test(kind)

/** Which points are wanted. */
export interface Choice {
  /** One of so many parts: every so manieth point. */
  readonly part?: { readonly index: number; readonly of: number }
  /** By number, both included. */
  readonly range?: { readonly from: number; readonly to: number }
  /** By the name of the frame. */
  readonly frame?: string
  readonly when?: Trap['when']
}

/** Those of the points that are wanted. */
export const choose = (points: readonly Point[], { part, range, frame, when }: Choice): Point[] =>
  points.filter(
    point =>
      (part === undefined || (point.number - 1) % part.of === part.index - 1) &&
      (range === undefined || (point.number >= range.from && point.number <= range.to)) &&
      (frame === undefined || point.frame === frame) &&
      (when === undefined || point.when === when),
  )
