/** The kinds of step. A new kind is a file of its own and a line here; the type of the table names what is missing. */
import { type BoundName, type ComputedBound, isComputed } from '../bound.ts'
import type { Step, StepKind, StepOf } from '../document.ts'
import { approve } from './approve.ts'
import { code } from './code.ts'
import { doBlock } from './do.ts'
import { emit } from './emit.ts'
import { fail } from './fail.ts'
import { foreach } from './foreach.ts'
import { llm } from './llm.ts'
import { loop } from './loop.ts'
import { memory } from './memory.ts'
import { parallel } from './parallel.ts'
import { set } from './set.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { switchBlock } from './switch.ts'
import { tool } from './tool.ts'
import { wait } from './wait.ts'
import { workflow } from './workflow.ts'

/** Order of the kinds in the JSON Schema, the reference and messages. */
export const STEP_KINDS: { readonly [K in StepKind]: StepDescriptor<K> } = {
  llm,
  tool,
  code,
  memory,
  workflow,
  emit,
  set,
  wait,
  approve,
  fail,
  switch: switchBlock,
  parallel,
  foreach,
  loop,
  do: doBlock,
}

export const descriptorOf = <K extends StepKind>({ kind }: StepOf<K>): StepDescriptor<K> => STEP_KINDS[kind as K]

/** The bounds of a step that are expressions. */
export const computedBounds = (step: Step): { name: BoundName; bound: ComputedBound }[] => {
  const { max, concurrency } = descriptorOf(step).bounds?.(step) ?? {}
  const bounds = [
    { name: 'timeoutMs', bound: step.timeoutMs },
    { name: 'max', bound: max },
    { name: 'concurrency', bound: concurrency },
  ] as const
  return bounds.flatMap(({ name, bound }) => (isComputed(bound) ? [{ name, bound }] : []))
}

/** Performing the step takes an event; other steps merely arrange those inside them. */
export const isPerformed = (step: Step): boolean => {
  const { block, start } = descriptorOf(step)
  return block === undefined || start(step) !== undefined
}
