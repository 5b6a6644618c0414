/**
 * How much the fault tests do: a short form as a part of `npm test`, the whole by `npm run test:faults`; and where their chance comes
 * from, so that a seed draws the same again (TROUPE_FAULTS_SEED).
 */
import { randomInt } from 'node:crypto'
import { drawFrom } from '../support/scripted-world.ts'

const isWhole = process.env.TROUPE_FAULTS === 'whole'

/** Seed of all that a file draws. */
export const SEED = Number(process.env.TROUPE_FAULTS_SEED ?? randomInt(2 ** 31))

export const inForm = <T>(short: T, whole: T): T => (isWhole ? whole : short)

/** Draws one number in [0, 1) after the other: the same ones for the same seed and name. */
export const createDraws = (name: string): (() => number) => {
  let count = 0
  return () => drawFrom(SEED, name, count++)
}
