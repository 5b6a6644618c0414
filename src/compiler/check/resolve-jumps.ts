/** Resolves the jumps of a workflow, and reports those that lead nowhere or across a border. */
import { findNearest } from '../../core/nearest.ts'
import { meant } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located } from '../document.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { errorCases, isJumpAction, type Jumps, type JumpTarget } from './jumps.ts'
import { blocksAround, type IndexedStep, isInside, type StepIndex } from './step-index.ts'

interface Jump {
  from: IndexedStep
  target: Located<string>
}

/** Maximum of misspelt targets with a suggestion, which is costly among many steps; further ones go without. */
const MOST_GUESSED = 50

export const resolveJumps = (index: StepIndex, diagnostics: Diagnostics): Jumps => {
  const targets = new Map<Located<string>, JumpTarget>()
  let missing = 0
  for (const jump of index.steps.flatMap(findJumps)) {
    let target = findTarget(jump, jump.target.value, index)
    if (target === undefined) {
      missing++
      const nearest = missing > MOST_GUESSED ? undefined : guessTarget(jump, index)
      reportTarget(jump, nearest, { index, diagnostics })
      if (nearest !== undefined) target = findTarget(jump, nearest, index)
    }
    if (target !== undefined) targets.set(jump.target, target)
  }
  return { targets, areComplete: missing === 0 }
}

const findJumps = (from: IndexedStep): Jump[] => {
  const { step } = from
  const found: Located<string>[] = []
  if (step.next !== undefined) found.push(step.next)
  found.push(...errorCases(step).map(({ action }) => action))
  found.push(...(descriptorOf(step).jumps?.(step) ?? []))
  return found.filter(({ value }) => isJumpAction(value)).map((target) => ({ from, target }))
}

const findTarget = ({ from }: Jump, id: string, { byId }: StepIndex): JumpTarget | undefined => {
  if (id === 'end') return 'end'
  const target = byId.get(id)
  return target !== undefined && isReachable(from, target) ? target : undefined
}

/** True for siblings and the siblings of enclosing blocks, never beyond the foreach body that both are in. */
const isReachable = (from: IndexedStep, target: IndexedStep): boolean =>
  from.scope === target.scope &&
  (target.parent === undefined || isInside(from, target.parent)) &&
  sharesList(from, target)

/** False for steps in another branch of the same parallel, or another case of the same switch. */
const sharesList = (from: IndexedStep, target: IndexedStep): boolean =>
  from.list === target.list || blocksAround(from).some(({ list }) => list === target.list)

const reachableIds = (from: IndexedStep): string[] => {
  const ids = from.list.steps.map(({ id }) => id)
  for (const block of blocksAround(from)) {
    if (block.step.kind === 'foreach') break
    ids.push(...block.list.steps.map(({ id }) => id))
  }
  // A step without an id has a stand-in id, which a file cannot contain.
  return [...ids.filter(isWritable), 'end']
}

const guessTarget = ({ from, target }: Jump, index: StepIndex): string | undefined =>
  index.byId.has(target.value) ? undefined : findNearest(target.value, reachableIds(from))

const isWritable = (id: string): boolean => !id.includes('-')

const reportTarget = (
  { from, target }: Jump,
  nearest: string | undefined,
  { index, diagnostics }: { index: StepIndex; diagnostics: Diagnostics },
): void => {
  const there = index.byId.get(target.value)
  if (there !== undefined) {
    const { problem, hint } = describeBorder(from, there)
    const message = `'${target.value}' can't be reached from '${from.id}': ${problem}`
    diagnostics.error('jump_across_border', target.range, message, hint)
    return
  }
  const hint = nearest === undefined ? `it may lead to ${listIds(reachableIds(from))}` : meant(target.range, nearest)
  const message = `'${target.value}' is no step of this workflow: expected the id of a step, or 'end'`
  diagnostics.error('unknown_step', target.range, message, hint)
}

const MOST_LISTED = 6

const listIds = (ids: string[]): string =>
  ids.length > MOST_LISTED ? `${ids.slice(0, MOST_LISTED).join(', ')}, …` : ids.join(', ')

const describeBorder = (from: IndexedStep, target: IndexedStep): { problem: string; hint: string } => {
  const { scope } = target
  if (target.isFinal !== from.isFinal)
    return target.isFinal
      ? {
          problem: "it is in 'finally', which runs after any end",
          hint: "leave it out: 'next: end' and a fault lead there",
        }
      : { problem: `'${from.id}' is in 'finally', which runs after the end`, hint: "end 'finally' with 'next: end'" }
  if (scope !== from.scope && scope !== undefined && !isInside(from, scope))
    return {
      problem: `it runs in the items of '${scope.id}', and a jump can't enter them`,
      hint: `jump to '${scope.id}'`,
    }
  if (scope !== from.scope)
    return {
      problem: `'${from.id}' runs in the items of '${from.scope?.id}', and a jump can't leave them`,
      hint: `end the item with 'next: end', and decide in a step after '${from.scope?.id}'`,
    }
  const parent = target.parent?.id
  if (target.parent !== undefined && isInside(from, target.parent))
    return {
      problem: `they are in different ${target.parent.step.kind === 'switch' ? 'cases' : 'branches'} of '${parent}'`,
      hint: `let '${parent}' end, and decide in a step after it`,
    }
  return {
    problem: `it is inside '${parent}'${target.list.branch === '' ? '' : ` (${target.list.branch})`}, and a jump can't enter a block`,
    hint: `jump to '${parent}', or move '${target.id}' out of it`,
  }
}
