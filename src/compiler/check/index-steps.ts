/** Numbers the steps of a workflow. */
import type { Step, Workflow } from '../document.ts'
import { childLists } from '../place-steps.ts'
import type { IndexedStep, StepIndex, StepList } from './step-index.ts'

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
