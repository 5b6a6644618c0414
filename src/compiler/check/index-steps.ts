/** Numbers the steps of a workflow. */
import type { Step, Workflow } from '../document.ts'
import { childLists } from '../place-steps.ts'
import type { IndexedStep, StepIndex, StepList } from './step-index.ts'

export const indexSteps = (workflow: Workflow): StepIndex => {
  const steps: IndexedStep[] = []
  const byId = new Map<string, IndexedStep>()

  const addList = (list: readonly Step[], { isFinal, ...around }: Omit<StepList, 'steps'> & Final): StepList => {
    const added: IndexedStep[] = []
    const whole: StepList = { ...around, steps: added }
    for (const step of list) added.push(addStep(step, { list: whole, isFinal }))
    return whole
  }

  const addStep = (step: Step, { list, isFinal }: { list: StepList } & Final): IndexedStep => {
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
      isFinal,
    }
    steps.push(indexed)
    if (!byId.has(indexed.id)) byId.set(indexed.id, indexed)
    for (const { branch, steps } of childLists(step)) lists.push(addList(steps, { owner: indexed, branch, isFinal }))
    indexed.end = steps.length
    return indexed
  }

  const root = addList(workflow.steps, { owner: undefined, branch: '', isFinal: false })
  const { finalSteps } = workflow
  const final = finalSteps && addList(finalSteps, { owner: undefined, branch: '', isFinal: true })
  return { root, final, steps, byId }
}

type Final = Pick<IndexedStep, 'isFinal'>
