import { formatCount } from '../compiler/prove/worst-case.ts'
import type { Proofs } from '../compiler/prove.ts'
import { countOf } from '../core/count.ts'
import { cutEnd } from './printable.ts'

const LONGEST_LIST = 100

/** `15 paths to an end, the longest over 10 steps (classify, …); at most 27 steps a run, and 1 for each item of 'grades'`. */
export const describeProofs = ({ paths, longest, worstCase: { steps, perRound } }: Proofs): string => {
  const over = `the longest over ${countOf(longest.length, 'step')} (${cutEnd(longest.join(', '), LONGEST_LIST)})`
  const rounds = perRound.map(
    ({ block, steps }) => `, and ${formatCount(steps)} for each ${block.round} of '${block.id}'`,
  )
  const most = `at most ${formatCount(steps)} ${steps === 1 ? 'step' : 'steps'} a run${rounds.join('')}`
  return `${formatPaths(paths)} to an end${longest.length === 0 ? '' : `, ${over}`}; ${most}`
}

/** A count beyond 10^15 is rounded to a power of ten. */
const formatPaths = (paths: bigint): string => {
  const digits = String(paths)
  if (digits.length > 15) return `about 10^${digits.length - 1} paths`
  return `${formatCount(Number(paths))} ${paths === 1n ? 'path' : 'paths'}`
}
