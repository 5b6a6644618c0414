/**
 * Computes how often each step can run at most: the product of the bounds of the loops around it, with the attempts of
 * blocks and the visits that jumps back may make. Inside an open block, a foreach over a list of unknown length or a loop whose
 * `max` is an expression, the count is for one round: one item, one iteration. All arithmetic is capped at 10^15.
 */
import type { CheckContext } from '../check/check-context.ts'
import { findCycles } from '../check/cycles.ts'
import type { EdgeKind, NodeSet } from '../check/flow-graph.ts'
import { blocksAround, type IndexedStep, type StepList } from '../check/step-index.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { checkExpression } from '../expression/check-expression.ts'
import { BLOCK_ATTEMPTS } from '../link/linked-step.ts'
import { isItemFile } from '../steps/foreach/item-files.ts'
import { descriptorOf } from '../steps/step-kinds.ts'

export interface WorstCase {
  /** Starts of steps, without the rounds of open blocks. */
  steps: number
  /** Starts that each further round of an open block adds. */
  perRound: { block: OpenBlock; steps: number }[]
  /** Entries by step id; with `within`, for each round of that open block. */
  entries: ReadonlyMap<string, { count: number; within: OpenBlock | undefined }>
}

/** A block that repeats its steps a number of times that only a run knows. */
export interface OpenBlock {
  id: string
  /** Name of one round: the items of a foreach, or iterations. */
  round: 'item' | 'iteration'
}

const MOST = 1e15

const add = (one: number, other: number): number => Math.min(MOST, one + other)
const multiply = (one: number, other: number): number => Math.min(MOST, one * other)

export interface WorstCaseOptions {
  open: NodeSet
  findings: Diagnostics
  /** `limits.steps`. */
  limit: number
}

export const findWorstCase = (check: CheckContext, { open, findings, limit }: WorstCaseOptions): WorstCase => {
  const starts = countStarts(check, open)
  const entries = new Map([...starts].map(([{ id }, start]) => [id, start]))
  const worst: WorstCase = { steps: 0, perRound: [], entries }
  /** Steps that count against the limit: those of `finally` do not. */
  let counted = 0
  let most: { step: IndexedStep; count: number } | undefined
  for (const [step, { count: entries, within }] of starts) {
    const each = startsOfOne(step)
    if (each === 0) continue
    const count = multiply(entries, each)
    if (within === undefined) {
      worst.steps = add(worst.steps, count)
      if (step.isFinal) continue
      counted = add(counted, count)
      if (most === undefined || count > most.count) most = { step, count }
    } else addPerRound(worst, { block: within, count })
  }
  if (most !== undefined && counted > limit) reportTooMany(most, { steps: counted, limit, findings })
  return worst
}

/** Starts of one entry that count against `limits.steps`: only those of the host; the machine performs the rest itself. */
const startsOfOne = ({ step }: IndexedStep): number => {
  const { start, startsOfOne } = descriptorOf(step)
  return start(step) === undefined ? 0 : (startsOfOne?.(step) ?? 1)
}

const addPerRound = ({ perRound }: WorstCase, { block, count }: { block: OpenBlock; count: number }): void => {
  const known = perRound.find((one) => one.block.id === block.id)
  if (known === undefined) perRound.push({ block, steps: count })
  else known.steps = add(known.steps, count)
}

interface Starts {
  count: number
  /** The innermost open block around it: `count` is for one round of it. */
  within: OpenBlock | undefined
}

const countStarts = (check: CheckContext, open: NodeSet): Map<IndexedStep, Starts> => {
  const { index, flow } = check
  const returns = findReturns(check, open)
  const starts = new Map<IndexedStep, Starts>()
  // A block comes before its steps.
  for (const step of index.steps) {
    const owner = step.list.owner
    const around = owner === undefined ? { count: 1, within: undefined } : runsOfBody(owner, starts, check)
    const entered = flow.points[step.number]?.enter
    const isReached = entered !== undefined && open[entered.number] === 1
    const entries = isReached ? add(around.count, returns.get(step) ?? 0) : 0
    starts.set(step, { count: Math.min(entries, mostVisits(step)), within: around.within })
  }
  return starts
}

/** Returns how often the steps inside a block start, at most. */
const runsOfBody = (owner: IndexedStep, starts: ReadonlyMap<IndexedStep, Starts>, check: CheckContext): Starts => {
  const { count, within } = starts.get(owner) ?? { count: 1, within: undefined }
  const runs = multiply(count, triesOf(owner))
  const { id, step } = owner
  const { block } = descriptorOf(step)
  const isItems = step.kind === 'foreach'
  if (!isItems && block?.iterations === undefined) return { count: runs, within }
  const rounds = isItems ? countItems(owner, check) : block?.iterations?.(step)
  if (rounds === undefined) return { count: runs, within: { id, round: isItems ? 'item' : 'iteration' } }
  return { count: multiply(runs, rounds), within }
}

/** Attempts of a block; all attempts of another step are one start. */
const triesOf = ({ step: { retry } }: IndexedStep): number =>
  retry === undefined ? 1 : (retry.max?.value ?? BLOCK_ATTEMPTS)

/** `max_visits` counts all entries of a run except those that attempts of enclosing blocks cause. */
const mostVisits = (step: IndexedStep): number => {
  const { maxVisits } = step.step
  if (maxVisits === undefined) return MOST
  return blocksAround(step).reduce((most, block) => multiply(most, triesOf(block)), maxVisits.value)
}

const countItems = (foreach: IndexedStep, { names }: CheckContext): number | undefined => {
  if (foreach.step.kind !== 'foreach' || isItemFile(foreach.step.items)) return undefined
  const { type } = checkExpression(foreach.step.items, names.ofStep(foreach))
  return type.kind === 'list' ? type.items?.length : undefined
}

/** Edge kinds without those that are bounded by their own `max`. */
const JUMPING: readonly EdgeKind[] = ['flows', 'performs', 'skips', 'faults']

/** Computes how often jumps back can lead to a step again: by the `max_visits` of the siblings on a common cycle. */
const findReturns = ({ flow, index }: CheckContext, open: NodeSet): Map<IndexedStep, number> => {
  const returns = new Map<IndexedStep, number>()
  for (const cycle of findCycles(flow.graph.nodes, { kinds: JUMPING, within: open })) {
    const members = index.steps.filter(({ number }) => {
      const enter = flow.points[number]?.enter
      return enter !== undefined && cycle.has(enter)
    })
    const bounds = new Map<StepList, number>()
    for (const { list, step } of members)
      if (step.maxVisits !== undefined) bounds.set(list, add(bounds.get(list) ?? 0, step.maxVisits.value))
    for (const step of members) returns.set(step, add(returns.get(step) ?? 0, bounds.get(step.list) ?? 0))
  }
  return returns
}

const reportTooMany = (
  { step, count }: { step: IndexedStep; count: number },
  { steps, limit, findings }: { steps: number; limit: number; findings: Diagnostics },
): void => {
  const loops = blocksAround(step).flatMap((block) =>
    descriptorOf(block.step).block?.iterations === undefined ? [] : [`'${block.id}'`],
  )
  const within = loops.length === 0 ? '' : `, in ${loops.reverse().join(' and ')}`
  findings.error(
    'too_many_steps',
    step.step.id.range,
    `'${step.id}' can run ${formatCount(count)} times${within}: all steps together ${formatCount(steps)} times, and limits.steps is ${formatCount(limit)}`,
    `lower a 'max', or set limits: { steps: ${steps} }`,
  )
}

export const formatCount = (count: number): string =>
  count >= MOST ? 'more than 10^15' : String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
