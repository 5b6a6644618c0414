/** Finds where each step of a workflow stands. */
import type { Step, Workflow } from './document.ts'
import type { ChildList, StepPlace } from './step-place.ts'
import { descriptorOf } from './steps/step-kinds.ts'

/** The lists of steps inside a block; empty for steps that hold no others. */
export const childLists = (step: Step): ChildList[] => descriptorOf(step).block?.lists(step) ?? []

/** Every step inside a block, at any depth, the bodies of foreach left out: they are machines of their own. */
export const stepsWithin = (step: Step): Step[] =>
  step.kind === 'foreach'
    ? []
    : childLists(step).flatMap(({ steps }) => steps.flatMap((child) => [child, ...stepsWithin(child)]))

/** Places by step id. Of steps with equal ids (a finding of the reader) the first counts. */
export const placeSteps = (workflow: Workflow): ReadonlyMap<string, StepPlace> => {
  const places = new Map<string, StepPlace>()
  const walk = (siblings: readonly Step[], within: Omit<StepPlace, 'step' | 'siblings' | 'index'>): void => {
    siblings.forEach((step, index) => {
      if (!places.has(step.id.value)) places.set(step.id.value, { step, siblings, index, ...within })
      const ancestors = [...within.ancestors, step]
      const scopes = step.kind === 'foreach' ? [...within.scopes, step.id.value] : within.scopes
      for (const { branch, steps } of childLists(step)) walk(steps, { ...within, ancestors, scopes, branch })
    })
  }
  const outermost = { ancestors: [], scopes: [], branch: '' }
  walk(workflow.steps, { ...outermost, isFinal: false })
  walk(workflow.finalSteps ?? [], { ...outermost, isFinal: true })
  return places
}
