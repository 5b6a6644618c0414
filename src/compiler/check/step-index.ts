/** Steps by number, in the order of the text: sets of steps are bits, and the steps inside a block are one range. */
import type { Step } from '../document.ts'

export interface IndexedStep {
  readonly id: string
  readonly step: Step
  /** Counts from 0, in the order of the text; a block comes before its steps. */
  readonly number: number
  /** End of the numbers of the steps inside, which start at `number + 1`; exclusive. */
  readonly end: number
  readonly parent: IndexedStep | undefined
  readonly list: StepList
  /** Position among the siblings. */
  readonly position: number
  /** The lists of steps inside. */
  readonly lists: readonly StepList[]
  /** The innermost foreach around the step: the scope that it runs in. */
  readonly scope: IndexedStep | undefined
  /** True for the steps of `finally`. */
  readonly isFinal: boolean
}

/** Steps that follow each other: those of the workflow or its `finally`, or of one branch, case or body. */
export interface StepList {
  readonly owner: IndexedStep | undefined
  /** The name of the branch, or `case 2`; empty elsewhere. */
  readonly branch: string
  readonly steps: readonly IndexedStep[]
}

export interface StepIndex {
  readonly root: StepList
  /** The list of `finally`. */
  readonly final: StepList | undefined
  /** By number. */
  readonly steps: readonly IndexedStep[]
  /** Steps by id; of steps with equal ids (a finding of the reader) the first. */
  readonly byId: ReadonlyMap<string, IndexedStep>
}

/** Returns the blocks around a step, innermost first. */
export const blocksAround = (step: IndexedStep): IndexedStep[] => {
  const blocks: IndexedStep[] = []
  for (let block = step.parent; block !== undefined; block = block.parent) blocks.push(block)
  return blocks
}

export const isInside = (step: IndexedStep, block: IndexedStep): boolean =>
  step.number > block.number && step.number < block.end
