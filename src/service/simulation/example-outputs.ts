/**
 * Example outputs of steps, made from their types: the smallest value that fits, and, where conditions read the step,
 * values that change their result: other members of an enum, false, the texts and numbers in the conditions.
 */

import type { Catalogue } from '../../compiler/catalogue.ts'
import { errorCases } from '../../compiler/check/jumps.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Step } from '../../compiler/document.ts'
import { placeSteps } from '../../compiler/place-steps.ts'
import { toPartPlan, toUndoPlan } from '../../compiler/plan.ts'
import { listReads } from '../../compiler/prove/expression-reads.ts'
import { isItemFile } from '../../compiler/steps/foreach/item-files.ts'
import { descriptorOf } from '../../compiler/steps/step-kinds.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue, toCanonicalJson } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { createInstance } from '../../core/schema-instance/schema-instance.ts'

export interface ExampleOutputs {
  /** Undefined: any value fits. */
  schema: JsonSchema | undefined
  /** At least one. */
  examples: readonly JsonValue[]
  /** For a turn of a model step with tools: calls of its tools, which lead to another turn. */
  calls?: readonly JsonValue[]
}

export const TEXT = 'a text'

/** Maximum of examples for one step: each more multiplies the ways through a workflow. */
export const MOST_EXAMPLES = 8

export const findExamples = (workflow: CompiledWorkflow, catalogue: Catalogue): ReadonlyMap<string, ExampleOutputs> => {
  const places = placeSteps(workflow.workflow)
  const conditions = [...places.values()].flatMap(({ step }) => conditionsOf(step))
  return new Map(
    [...places].flatMap(([id, { step }]): [string, ExampleOutputs][] => {
      const schema = outputSchema(step, workflow, catalogue)
      const asking = conditions.filter((text) => new RegExp(`steps\\.\\??${id}\\b`).test(text))
      const own = { schema, examples: createExamples(schema, asking) }
      return [
        [id, own],
        ...loopExamples(id, { own, workflow, catalogue }),
        ...fileExamples(step),
        ...(step.undo === undefined ? [] : [callExamples(toUndoPlan(id), { workflow, catalogue })]),
      ]
    }),
  )
}

/** Returns examples for a call of a tool that is not a step of its own, by the name of its plan. */
const callExamples = (
  plan: string,
  { workflow, catalogue }: { workflow: CompiledWorkflow; catalogue: Catalogue },
): [string, ExampleOutputs] => {
  const schema = catalogue.tools.get(workflow.plans.get(plan)?.actor ?? '')?.output
  return [plan, { schema, examples: createExamples(schema, []) }]
}

/**
 * Returns examples for the effects of a model step with tools, by the names of their plans: turns, which end with an
 * answer or call tools, and the calls.
 */
const loopExamples = (
  id: string,
  { own, workflow, catalogue }: { own: ExampleOutputs; workflow: CompiledWorkflow; catalogue: Catalogue },
): [string, ExampleOutputs][] => {
  const { toolLoop } = workflow.plans.get(id) ?? {}
  if (toolLoop === undefined) return []
  const told = (workflow.plans.get(`${id}/turn`)?.fixed.tools ?? []) as readonly { name: string; input: JsonSchema }[]
  const examples = own.examples.map((output) => ({ output }))
  const calls = told.map(({ name, input }) => ({ tool_calls: [{ name, arguments: toInstance(input) }] }))
  return [
    [`${id}/turn`, { schema: undefined, examples, calls }],
    ...toolLoop.tools.map((name) => callExamples(`${id}/${name}`, { workflow, catalogue })),
  ]
}

/** Items of an example page. */
const EXAMPLE_ITEMS = 2

/** Returns examples for the files of a foreach: the items of a page have the fields that its steps read. */
const fileExamples = (step: Step): [string, ExampleOutputs][] => {
  if (step.kind !== 'foreach') return []
  const { id, items, resultsTo } = step
  const written: ExampleOutputs = { schema: undefined, examples: [{ offset: 0 }] }
  const batch: [string, ExampleOutputs][] = resultsTo === undefined ? [] : [[toPartPlan(id.value, 'write'), written]]
  if (!isItemFile(items)) return batch
  const item: JsonObject = {}
  for (const [name, field] of listReads([step.steps, step.yields]))
    if (name === step.as.value && field !== undefined) item[field] = TEXT
  const page = { items: Array.from({ length: EXAMPLE_ITEMS }, () => item) }
  return [...batch, [toPartPlan(id.value, 'read'), { schema: undefined, examples: [page] }]]
}

const conditionsOf = (step: Step): string[] => [
  ...(step.when === undefined ? [] : [step.when.text]),
  ...errorCases(step).flatMap(({ when }) => when?.text ?? []),
  ...(descriptorOf(step).conditions?.(step) ?? []).map(({ text }) => text),
]

const outputSchema = (step: Step, workflow: CompiledWorkflow, { tools }: Catalogue): JsonSchema | undefined =>
  descriptorOf(step).outputSchema?.(step, {
    toolOutput: (name) => tools.get(workflow.workflow.presets.get(name)?.tool.value ?? name)?.output,
    childOutput: (reference) => workflow.children.get(reference)?.output,
  })

const createExamples = (schema: JsonSchema | undefined, conditions: readonly string[]): JsonValue[] => {
  if (schema === undefined || Object.keys(schema).length === 0) return [{}]
  const first = toInstance(schema)
  if (conditions.length === 0) return [first]
  const different = new Map(
    [first, ...vary(first, schema, literalsOf(conditions))].map((one) => [toCanonicalJson(one), one]),
  )
  return [...different.values()].slice(0, MOST_EXAMPLES)
}

/** Makes an input that fits the workflow from its type: the required fields, without defaults. */
export const exampleInput = ({ input = {} }: CompiledWorkflow): JsonObject => {
  const example = toInstance(input)
  return isJsonObject(example) ? example : {}
}

const toInstance = (schema: JsonSchema): JsonValue => {
  try {
    return createInstance(schema, TEXT)
  } catch {
    return {}
  }
}

interface Literals {
  texts: readonly string[]
  numbers: readonly number[]
}

const literalsOf = (conditions: readonly string[]): Literals => {
  const text = conditions.join('\n')
  const texts = [...text.matchAll(/"([^"\\\n]*)"|'([^'\\\n]*)'/g)].map(([, double, single]) => double ?? single ?? '')
  const numbers = [...text.matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].map(([digits]) => Number(digits))
  return { texts, numbers }
}

/** Returns copies of the value with one field, at any depth, changed to another value of its type. */
const vary = (instance: JsonValue, schema: JsonSchema, literals: Literals): JsonValue[] => {
  if (!isJsonObject(instance)) return alternatives(schema, literals)
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const value = ownValue(instance, name)
    const others = value === undefined ? [toInstance(part)] : vary(value, part, literals)
    return others.map((other) => ({ ...instance, [name]: other }))
  })
}

const alternatives = (schema: JsonSchema, { texts, numbers }: Literals): JsonValue[] => {
  if (schema.enum !== undefined) return schema.enum.slice(1)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(toInstance)
  return [schema.type ?? []].flat().flatMap((type): JsonValue[] => {
    if (type === 'boolean') return [false]
    if (type === 'string') return [...texts]
    if (type === 'null') return [null]
    const isNumber = type === 'number' || type === 'integer'
    return isNumber ? [1, ...numbers.flatMap((one) => [one, one + 1])].filter((one) => isWithin(one, schema)) : []
  })
}

const isWithin = (value: number, { type, minimum, maximum }: JsonSchema): boolean =>
  (type !== 'integer' || Number.isInteger(value)) &&
  (typeof minimum !== 'number' || value >= minimum) &&
  (typeof maximum !== 'number' || value <= maximum)
