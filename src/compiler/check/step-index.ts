/** Steps by number, in the order of the text, so that sets of them are bits and the steps inside a block are one range. */
import type { Step } from '../document.ts'

export interface IndexedStep {
  readonly id: string
  readonly step: Step
  /** From 0, in the order of the text; a block comes before its steps. */
  readonly number: number
  /** The numbers of the steps inside it are those from `number + 1` up to here, exclusive. */
  readonly end: number
  readonly parent: IndexedStep | undefined
  readonly list: StepList
  /** Among its siblings. */
  readonly position: number
  /** The lists inside it. */
  readonly lists: readonly StepList[]
  /** The innermost foreach around it: the scope that it runs in. */
  readonly scope: IndexedStep | undefined
}

/** Steps that follow each other: the workflow's, or those of one branch, case or body. */
export interface StepList {
  readonly owner: IndexedStep | undefined
  /** The name of the branch, or `case 2`; empty elsewhere. */
  readonly branch: string
  readonly steps: readonly IndexedStep[]
}

export interface StepIndex {
  readonly root: StepList
  /** By number. */
  readonly steps: readonly IndexedStep[]
  /** Of steps with equal ids (a finding of the reader) the first. */
  readonly byId: ReadonlyMap<string, IndexedStep>
}

/** The blocks around a step, innermost first. */
export const blocksAround = (step: IndexedStep): IndexedStep[] => {
  const blocks: IndexedStep[] = []
  for (let block = step.parent; block !== undefined; block = block.parent) blocks.push(block)
  return blocks
}

export const isInside = (step: IndexedStep, block: IndexedStep): boolean =>
  step.number > block.number && step.number < block.end
