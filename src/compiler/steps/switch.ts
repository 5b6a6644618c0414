import type { BlockFrame, FlowBuilder } from '../check/flow-builder.ts'
import type { Turn } from '../check/flow-graph.ts'
import { findProven, type ProvenRecord } from '../check/proven-records.ts'
import type { IndexedStep } from '../check/step-index.ts'
import type { ExpressionText, Located, Step, StepCommon } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { NULL, unionOf } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { toCondition } from '../link/entry.ts'
import { lastOutput } from '../link/linked-step.ts'
import { type BlockContext, firstOf, frame, inside } from '../lower/block.ts'
import { jump, leaveBy, toTarget } from '../lower/exit.ts'
import { type StateConfig, type TransitionConfig, when } from '../lower/state-config.ts'
import type { Range } from '../source.ts'
import type { LinkedParts, StepDescriptor } from './step-descriptor.ts'
import { createCasesShape } from './switch/case-grammar.ts'

export interface SwitchStep extends StepCommon {
  kind: 'switch'
  cases: SwitchCase[]
}

/** `when` is undefined for `else`. */
export interface SwitchCase {
  when?: ExpressionText
  then: { kind: 'continue' } | { kind: 'next'; next: Located<string> } | { kind: 'do'; steps: Step[] }
  range: Range
}

declare module '../document.ts' {
  interface StepKinds {
    switch: SwitchStep
  }
}

export const switchBlock: StepDescriptor<'switch'> = {
  grammar: (steps) =>
    defineGrammar({
      owner: 'a switch step',
      doc: "The first case whose `when` is true wins; none: continue. Output: of the chosen branch's last step.",
      fields: {
        cases: {
          key: 'switch',
          shape: createCasesShape(steps),
          doc: 'A list of `{ when, next | do }`, at last `else: continue | { next } | { do }`.',
          required: true,
        },
      },
      foreign: ['choice', 'branch', 'if', 'condition'],
    }),
  check({ cases }, { perform }, { expressions }) {
    for (const { when } of cases) if (when !== undefined) expressions.condition(when, 'when', perform)
  },
  outputType({ cases }, { indexed, lastOutput }) {
    const mayPassBy = cases.every(({ when }) => when !== undefined) || cases.some(({ then }) => then.kind !== 'do')
    return unionOf([...indexed.lists.map((list) => lastOutput(list)), ...(mayPassBy ? [NULL] : [])])
  },
  conditions: ({ cases }) => cases.flatMap(({ when }) => when ?? []),
  lower: (step, context) => lowerSwitch(step, context),
  start: () => undefined,
  enter({ id, cases }, bindings) {
    const conditions = cases.map(({ when }, index) =>
      when === undefined
        ? () => true
        : toCondition(compileExpression(when, bindings), `when of case ${index + 1} of step ${id.value}`),
    )
    return (context) => ({ kind: 'case', index: conditions.findIndex((condition) => condition(context)) })
  },
  link: (step) => ({ output: compileOutput(step) }),
  chart: { icon: 'switch', describe: () => 'switch' },
  block: {
    lists: ({ cases }) =>
      cases.flatMap(({ then }, index) =>
        then.kind === 'do' ? [{ branch: `case ${index + 1}`, steps: then.steps }] : [],
      ),
    flow: (step, frame, builder) => addFlow(step, frame, builder),
    drawing: ({ cases }) => ({ kind: 'cases', cases }),
  },
  jumps: ({ cases }) => cases.flatMap(({ then }) => (then.kind === 'next' ? [then.next] : [])),
}

const addFlow = (step: SwitchStep, frame: BlockFrame, builder: FlowBuilder): void => {
  const { perform, completed, broken } = frame
  const lists = frame.step.lists.values()
  // Records that earlier cases have proven by not matching.
  const passed: ProvenRecord[] = []
  step.cases.forEach(({ when, then }, index) => {
    const target = then.kind === 'next' ? then.next : undefined
    const turn: Turn = { kind: 'case', step: frame.step, number: index + 1, isElse: when === undefined, target }
    const proven = when === undefined ? [...passed] : [...passed, ...findProven(when, true)]
    const to = then.kind === 'do' ? builder.addList(lists.next().value, { exit: completed, fault: broken }) : completed
    if (then.kind === 'next') addJump(frame, builder, { turn, proven, to: builder.jumps.targets.get(then.next) })
    else builder.connectProven(perform, to, { proven, turn })
    if (when !== undefined) passed.push(...findProven(when, false))
  })
  const turn: Turn = { kind: 'no_case', step: frame.step }
  if (step.cases.some(({ when }) => when !== undefined)) builder.graph.connect(perform, broken, { kind: 'faults' })
  if (step.cases.every(({ when }) => when !== undefined))
    builder.connectProven(perform, completed, { proven: passed, turn })
}

/** A case with `next` completes the switch and goes elsewhere. */
const addJump = (
  { step, perform }: BlockFrame,
  builder: FlowBuilder,
  { turn, proven, to }: { turn: Turn; proven: ProvenRecord[]; to: IndexedStep | 'end' | undefined },
): void => {
  if (to === undefined) return
  const chosen = builder.graph.add('completed', step, { effect: { completes: step } })
  builder.connectProven(perform, chosen, { proven, turn })
  builder.addJump(chosen, step, { target: to, turn: undefined })
}

const lowerSwitch = (step: SwitchStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const states: Record<string, StateConfig> = {}
  const choices = step.cases.map(({ when: condition, then }, index): TransitionConfig => {
    const guard = when({ step: id, is: 'case', index, expression: condition?.text ?? 'else' })
    if (then.kind === 'next') return { ...jump(step, then.next.value, context.places), guard }
    if (then.kind === 'continue') return { ...leaveBy(step, 'complete', context), guard }
    const branch = `${id}--case-${index + 1}`
    states[branch] = {
      id: branch,
      initial: firstOf(then.steps),
      states: context.lowerList(then.steps, inside(step, context)),
    }
    return { target: toTarget(branch), guard }
  })
  const none = { ...leaveBy(step, 'complete', context), guard: when({ step: id, is: 'case', index: -1 }) }
  return frame(step, context, { choices: [...choices, none], states })
}

const compileOutput = ({ id, cases }: SwitchStep): LinkedParts['output'] => {
  const outputs = cases.map(({ then }) => (then.kind === 'do' ? lastOutput(then.steps) : () => null))
  return (context) => {
    const entered = context.steps[id.value]?.entered
    return entered?.kind === 'case' ? (outputs[entered.index]?.(context) ?? null) : null
  }
}
