/** Steps by number, in the order of the text, so that sets of them are bits and the steps inside a block are one range. */
import type { Step, Workflow } from '../document.ts'
import { childLists } from '../step-place.ts'

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

export const indexSteps = (workflow: Workflow): StepIndex => {
  const steps: IndexedStep[] = []
  const byId = new Map<string, IndexedStep>()

  const addList = (list: readonly Step[], owner: IndexedStep | undefined, branch: string): StepList => {
    const added: IndexedStep[] = []
    const whole: StepList = { owner, branch, steps: added }
    for (const step of list) added.push(addStep(step, whole))
    return whole
  }

  const addStep = (step: Step, list: StepList): IndexedStep => {
    const lists: StepList[] = []
    const parent = list.owner
    const indexed = {
      id: step.id.value,
      step,
      number: steps.length,
      end: 0,
      parent,
      list,
      position: list.steps.length,
      lists,
      scope: parent?.step.kind === 'foreach' ? parent : parent?.scope,
    }
    steps.push(indexed)
    if (!byId.has(indexed.id)) byId.set(indexed.id, indexed)
    for (const child of childLists(step)) lists.push(addList(child.steps, indexed, child.branch))
    indexed.end = steps.length
    return indexed
  }

  const root = addList(workflow.steps, undefined, '')
  return { root, steps, byId }
}

/** Innermost first. */
export const blocksAround = (step: IndexedStep): IndexedStep[] => {
  const blocks: IndexedStep[] = []
  for (let block = step.parent; block !== undefined; block = block.parent) blocks.push(block)
  return blocks
}

export const isInside = (step: IndexedStep, block: IndexedStep): boolean =>
  step.number > block.number && step.number < block.end

export const isBlock = ({ step }: IndexedStep): boolean =>
  step.kind === 'do' ||
  step.kind === 'switch' ||
  step.kind === 'parallel' ||
  step.kind === 'loop' ||
  step.kind === 'foreach'
