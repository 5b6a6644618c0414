import { Fault } from '../../core/fault.ts'
import { UNDO } from '../../core/machine-ends.ts'
import { didYouMean } from '../../core/nearest.ts'
import type { Visit } from './timeline.ts'

/** Name of a visit, as a user gives it. */
export interface VisitName {
  /** Path of the step, with the foreach items around it: `grades[3]/grade`. */
  path: string
  /** From 1. */
  visit: number
}

/** @throws Fault `invalid_input` that lists the visits that exist */
export const findVisit = (visits: readonly Visit[], { path, visit, runId }: VisitName & { runId: string }): Visit => {
  if (path.startsWith(UNDO)) throw refuse(`'${path}' undoes a step: a run can't start from it`)
  const own = visits.filter((one) => one.path === path)
  const found = own.find((one) => one.visit === visit)
  if (found !== undefined) return found
  const times = own.length === 1 ? 'once' : `${own.length} times`
  if (own.length > 0)
    throw refuse(
      `step '${path}' was begun ${times} in run '${runId}': expected a visit from 1 to ${own.length}, got ${visit}`,
    )
  throw refuse(`step '${path}' did not begin in run '${runId}'`, suggest(path, visits))
}

const suggest = (path: string, visits: readonly Visit[]): string => {
  const paths = [...new Set(visits.map((one) => one.path))]
  const inside = paths.filter((one) => one.endsWith(`/${path}`))
  if (inside.length > 0) return `it stands inside other steps: name it as ${listSome(inside)}`
  return didYouMean(path, paths) ?? `those that began are ${listSome(paths)}`
}

const MOST_LISTED = 8

export const listSome = (names: readonly string[]): string =>
  `${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ', …' : ''}`

/** Parses a visit as traces show it: `write:2`. */
export const parseVisit = (text: string): { path: string; visit?: number } => {
  const [, path = text, visit] = /^(.+):([1-9]\d{0,8})$/.exec(text) ?? []
  return visit === undefined ? { path } : { path, visit: Number(visit) }
}

/** Puts the hint on the second line of the message. */
export const refuse = (message: string, hint?: string): Fault =>
  new Fault('invalid_input', hint === undefined ? message : `${message}\n${hint}`)
