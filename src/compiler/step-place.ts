/** Where each step of a workflow stands: in which blocks, beside which siblings, in which foreach scope. */
import type { Step, Workflow } from './document.ts'

export interface StepPlace {
  step: Step
  /** Enclosing blocks, outermost first. */
  ancestors: readonly Step[]
  /** The innermost enclosing foreach steps, outermost first: the scopes that this step runs in. */
  scopes: readonly string[]
  siblings: readonly Step[]
  index: number
  /** The branch of the enclosing parallel, or the case of the enclosing switch, as `name` or `case 2`; empty elsewhere. */
  branch: string
}

/** The lists of steps inside a block, each with the name of its branch; empty for steps that hold no others. */
export const childLists = (step: Step): { branch: string; steps: readonly Step[] }[] => {
  switch (step.kind) {
    case 'switch':
      return step.cases.flatMap(({ then }, index) =>
        then.kind === 'do' ? [{ branch: `case ${index + 1}`, steps: then.steps }] : [],
      )
    case 'parallel':
      return step.branches.map(({ name, steps }) => ({ branch: name.value, steps }))
    case 'foreach':
    case 'loop':
    case 'do':
      return [{ branch: '', steps: step.steps }]
    default:
      return []
  }
}

/** Every step inside a block, at any depth, the bodies of foreach left out: they are machines of their own. */
export const stepsWithin = (step: Step): Step[] =>
  step.kind === 'foreach'
    ? []
    : childLists(step).flatMap(({ steps }) => steps.flatMap((child) => [child, ...stepsWithin(child)]))

/** Places by step id. Of steps with equal ids (a finding of the reader) the first counts. */
export const placeSteps = (workflow: Workflow): ReadonlyMap<string, StepPlace> => {
  const places = new Map<string, StepPlace>()
  const walk = (siblings: readonly Step[], within: Pick<StepPlace, 'ancestors' | 'scopes' | 'branch'>): void => {
    siblings.forEach((step, index) => {
      if (!places.has(step.id.value)) places.set(step.id.value, { step, siblings, index, ...within })
      const ancestors = [...within.ancestors, step]
      const scopes = step.kind === 'foreach' ? [...within.scopes, step.id.value] : within.scopes
      for (const { branch, steps } of childLists(step)) walk(steps, { ancestors, scopes, branch })
    })
  }
  walk(workflow.steps, { ancestors: [], scopes: [], branch: '' })
  return places
}
